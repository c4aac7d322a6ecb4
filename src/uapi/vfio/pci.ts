import { flex, overlay, s32, struct, u16, u32, u8 } from '../codec.ts';
import { ioctl } from '../ioctl.ts';
import { vfioRequest } from './base.ts';

export const VFIO_PCI_BAR0_REGION_INDEX = 0;
export const VFIO_PCI_BAR1_REGION_INDEX = 1;
export const VFIO_PCI_BAR2_REGION_INDEX = 2;
export const VFIO_PCI_BAR3_REGION_INDEX = 3;
export const VFIO_PCI_BAR4_REGION_INDEX = 4;
export const VFIO_PCI_BAR5_REGION_INDEX = 5;
export const VFIO_PCI_ROM_REGION_INDEX = 6;
export const VFIO_PCI_CONFIG_REGION_INDEX = 7;
export const VFIO_PCI_VGA_REGION_INDEX = 8;
export const VFIO_PCI_NUM_REGIONS = 9;
export const VFIO_PCI_INTX_IRQ_INDEX = 0;
export const VFIO_PCI_MSI_IRQ_INDEX = 1;
export const VFIO_PCI_MSIX_IRQ_INDEX = 2;
export const VFIO_PCI_ERR_IRQ_INDEX = 3;
export const VFIO_PCI_REQ_IRQ_INDEX = 4;
export const VFIO_PCI_NUM_IRQS = 5;
export const VFIO_PCI_DEVID_OWNED = 0;
/** -1 in C. */
export const VFIO_PCI_DEVID_NOT_OWNED = 0xffffffff;
export const VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1;
export const VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 2;

/** A device that a hot reset reaches; `devid` stands there with the flag DEV_ID, `group_id` without. */
export const vfio_pci_dependent_device = struct('vfio_pci_dependent_device', {
  group_id: u32,
  devid: overlay(u32),
  segment: u16,
  bus: u8,
  devfn: u8,
});

export const vfio_pci_hot_reset_info = struct('vfio_pci_hot_reset_info', {
  argsz: u32,
  flags: u32,
  count: u32,
  devices: flex(vfio_pci_dependent_device),
});

export const VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = ioctl(
  'VFIO_DEVICE_GET_PCI_HOT_RESET_INFO',
  vfioRequest(12),
  vfio_pci_hot_reset_info,
  'count',
);

export const vfio_pci_hot_reset = struct('vfio_pci_hot_reset', {
  argsz: u32,
  flags: u32,
  count: u32,
  group_fds: flex(s32),
});

export const VFIO_DEVICE_PCI_HOT_RESET = ioctl(
  'VFIO_DEVICE_PCI_HOT_RESET',
  vfioRequest(13),
  vfio_pci_hot_reset,
  'count',
);
