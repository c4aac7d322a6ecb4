import { array, struct, u16, u64, type Struct } from '#uapi/codec.ts';

import * as amd from './amd-bits.ts';
import * as smmuv3 from './smmuv3-bits.ts';
import * as vtd from './vtd-bits.ts';
import type { Layout } from './bits.ts';

/** What a guest has in its memory, or a device in its registers, and nobody gives to the kernel. */
export const guestStructs: readonly Struct[] = [
  struct('pci_ids', { vendor: u16, device: u16 }),
  struct('pci_rom', { signature: u16 }),
  struct('arm_smmu_cd', { data: array(u64, 8) }),
  struct('arm_smmu_cdtab_l1', { l2ptr: u64 }),
  struct('arm_lpae_iopte', { pte: u64 }),
];

const layouts: Readonly<Record<string, Layout>> = {
  'iommu_viommu_arm_smmuv3_invalidate.cmd': smmuv3.command,
  'iommu_hwpt_arm_smmuv3.ste': smmuv3.streamTableEntry,
  'iommu_vevent_arm_smmuv3.evt': smmuv3.event,
  'iommu_hw_info_arm_smmuv3.idr[0]': smmuv3.idr0,
  'iommu_hw_info_arm_smmuv3.idr[5]': smmuv3.idr5,
  'arm_smmu_cd.data': smmuv3.contextDescriptor,
  'arm_smmu_cdtab_l1.l2ptr': smmuv3.level1ContextDescriptor,
  'arm_lpae_iopte.pte': smmuv3.descriptor,
  'iommu_hw_info_vtd.cap_reg': vtd.capability,
  'iommu_hw_info_vtd.ecap_reg': vtd.extendedCapability,
  'iommu_hwpt_amd_guest.dte': amd.deviceTableEntry,
  'iommu_hw_info_amd.efr': amd.extendedFeatures,
};

/** The layout of a field, `struct.field`, where the vendor's book gives it one. */
export function layoutOf(field: string): Layout | undefined {
  return layouts[field];
}
