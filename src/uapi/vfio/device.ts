import { flex, s32, struct, u32, u64, u8 } from '../codec.ts';
import { ioctl, plainIoctl } from '../ioctl.ts';
import { vfio_info_cap_header, vfioRequest } from './base.ts';

export const VFIO_DEVICE_FLAGS_RESET = 1;
export const VFIO_DEVICE_FLAGS_PCI = 2;
export const VFIO_DEVICE_FLAGS_CAPS = 0x80;
export const VFIO_DEVICE_INFO_CAP_PCI_ATOMIC_COMP = 5;
export const VFIO_PCI_ATOMIC_COMP32 = 1;
export const VFIO_PCI_ATOMIC_COMP64 = 2;
export const VFIO_PCI_ATOMIC_COMP128 = 4;
export const VFIO_REGION_INFO_FLAG_READ = 1;
export const VFIO_REGION_INFO_FLAG_WRITE = 2;
export const VFIO_REGION_INFO_FLAG_MMAP = 4;
export const VFIO_REGION_INFO_FLAG_CAPS = 8;
export const VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;
export const VFIO_REGION_INFO_CAP_TYPE = 2;
export const VFIO_REGION_INFO_CAP_MSIX_MAPPABLE = 3;
export const VFIO_IRQ_INFO_EVENTFD = 1;
export const VFIO_IRQ_INFO_MASKABLE = 2;
export const VFIO_IRQ_INFO_AUTOMASKED = 4;
export const VFIO_IRQ_INFO_NORESIZE = 8;
export const VFIO_IRQ_SET_DATA_NONE = 1;
export const VFIO_IRQ_SET_DATA_BOOL = 2;
export const VFIO_IRQ_SET_DATA_EVENTFD = 4;
export const VFIO_IRQ_SET_ACTION_MASK = 8;
export const VFIO_IRQ_SET_ACTION_UNMASK = 0x10;
export const VFIO_IRQ_SET_ACTION_TRIGGER = 0x20;
export const VFIO_DEVICE_IOEVENTFD_8 = 1;
export const VFIO_DEVICE_IOEVENTFD_16 = 2;
export const VFIO_DEVICE_IOEVENTFD_32 = 4;
export const VFIO_DEVICE_IOEVENTFD_64 = 8;
export const VFIO_DEVICE_BIND_FLAG_TOKEN = 1;
export const VFIO_DEVICE_ATTACH_PASID = 1;
export const VFIO_DEVICE_DETACH_PASID = 1;

export const vfio_device_info = struct('vfio_device_info', {
  argsz: u32,
  flags: u32,
  num_regions: u32,
  num_irqs: u32,
  cap_offset: u32,
  pad: u32,
});

export const VFIO_DEVICE_GET_INFO = ioctl(
  'VFIO_DEVICE_GET_INFO',
  vfioRequest(7),
  vfio_device_info,
  'num_irqs',
);

/** Which atomic operations of a PCI device reach the host. */
export const vfio_device_info_cap_pci_atomic_comp = struct('vfio_device_info_cap_pci_atomic_comp', {
  header: vfio_info_cap_header,
  flags: u32,
  reserved: u32,
});

/** `offset` is where the region stands in the device file; capabilities follow where `argsz` leaves room. */
export const vfio_region_info = struct('vfio_region_info', {
  argsz: u32,
  flags: u32,
  index: u32,
  cap_offset: u32,
  size: u64,
  offset: u64,
});

export const VFIO_DEVICE_GET_REGION_INFO = ioctl(
  'VFIO_DEVICE_GET_REGION_INFO',
  vfioRequest(8),
  vfio_region_info,
  'offset',
);

export const vfio_region_sparse_mmap_area = struct('vfio_region_sparse_mmap_area', {
  offset: u64,
  size: u64,
});

/** The parts of a region that can be mapped. */
export const vfio_region_info_cap_sparse_mmap = struct('vfio_region_info_cap_sparse_mmap', {
  header: vfio_info_cap_header,
  nr_areas: u32,
  reserved: u32,
  areas: flex(vfio_region_sparse_mmap_area),
});

export const vfio_region_info_cap_type = struct('vfio_region_info_cap_type', {
  header: vfio_info_cap_header,
  type: u32,
  subtype: u32,
});

export const vfio_irq_info = struct('vfio_irq_info', {
  argsz: u32,
  flags: u32,
  index: u32,
  count: u32,
});

export const VFIO_DEVICE_GET_IRQ_INFO = ioctl(
  'VFIO_DEVICE_GET_IRQ_INFO',
  vfioRequest(9),
  vfio_irq_info,
  'count',
);

/** `data` holds `count` bytes or s32 eventfds, by the DATA flag. */
export const vfio_irq_set = struct('vfio_irq_set', {
  argsz: u32,
  flags: u32,
  index: u32,
  start: u32,
  count: u32,
  data: flex(u8),
});

export const VFIO_DEVICE_SET_IRQS = ioctl(
  'VFIO_DEVICE_SET_IRQS',
  vfioRequest(10),
  vfio_irq_set,
  'count',
  'a number',
);

export const VFIO_DEVICE_RESET = plainIoctl('VFIO_DEVICE_RESET', vfioRequest(11), 'nothing');

/** Signals a write of `data` at `offset` of the device file to the eventfd `fd` instead of making it. */
export const vfio_device_ioeventfd = struct('vfio_device_ioeventfd', {
  argsz: u32,
  flags: u32,
  offset: u64,
  data: u64,
  fd: s32,
  reserved: u32,
});

export const VFIO_DEVICE_IOEVENTFD = ioctl(
  'VFIO_DEVICE_IOEVENTFD',
  vfioRequest(16),
  vfio_device_ioeventfd,
  'fd',
);

/** Binds a device to an iommufd. */
export const vfio_device_bind_iommufd = struct('vfio_device_bind_iommufd', {
  argsz: u32,
  flags: u32,
  iommufd: s32,
  out_devid: u32,
  token_uuid_ptr: u64,
});

export const VFIO_DEVICE_BIND_IOMMUFD = ioctl(
  'VFIO_DEVICE_BIND_IOMMUFD',
  vfioRequest(18),
  vfio_device_bind_iommufd,
  'out_devid',
);

/** Attaches a bound device to an IOAS or a page table; `pt_id` returns the page table. */
export const vfio_device_attach_iommufd_pt = struct('vfio_device_attach_iommufd_pt', {
  argsz: u32,
  flags: u32,
  pt_id: u32,
  pasid: u32,
});

export const VFIO_DEVICE_ATTACH_IOMMUFD_PT = ioctl(
  'VFIO_DEVICE_ATTACH_IOMMUFD_PT',
  vfioRequest(19),
  vfio_device_attach_iommufd_pt,
  'pt_id',
);

export const vfio_device_detach_iommufd_pt = struct('vfio_device_detach_iommufd_pt', {
  argsz: u32,
  flags: u32,
  pasid: u32,
});

export const VFIO_DEVICE_DETACH_IOMMUFD_PT = ioctl(
  'VFIO_DEVICE_DETACH_IOMMUFD_PT',
  vfioRequest(20),
  vfio_device_detach_iommufd_pt,
  'flags',
);
