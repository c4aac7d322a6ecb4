import { s32, struct, u32, u64 } from '../codec.ts';
import { _IO, ioctl } from '../ioctl.ts';
import { VFIO_BASE, VFIO_TYPE } from './type.ts';

/** Binds a device to an iommufd; the device is blocked until it is attached. */
export const vfio_device_bind_iommufd = struct('vfio_device_bind_iommufd', {
  argsz: u32,
  flags: u32,
  iommufd: s32,
  out_devid: u32,
  token_uuid_ptr: u64,
});

export const VFIO_DEVICE_BIND_FLAG_TOKEN = 1;

export const VFIO_DEVICE_BIND_IOMMUFD = ioctl(
  'VFIO_DEVICE_BIND_IOMMUFD',
  _IO(VFIO_TYPE, VFIO_BASE + 18),
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

export const VFIO_DEVICE_ATTACH_PASID = 1;

export const VFIO_DEVICE_ATTACH_IOMMUFD_PT = ioctl(
  'VFIO_DEVICE_ATTACH_IOMMUFD_PT',
  _IO(VFIO_TYPE, VFIO_BASE + 19),
  vfio_device_attach_iommufd_pt,
  'pt_id',
);

/** Detaches a device: its DMA is blocked. */
export const vfio_device_detach_iommufd_pt = struct('vfio_device_detach_iommufd_pt', {
  argsz: u32,
  flags: u32,
  pasid: u32,
});

export const VFIO_DEVICE_DETACH_PASID = 1;

export const VFIO_DEVICE_DETACH_IOMMUFD_PT = ioctl(
  'VFIO_DEVICE_DETACH_IOMMUFD_PT',
  _IO(VFIO_TYPE, VFIO_BASE + 20),
  vfio_device_detach_iommufd_pt,
  'flags',
);
