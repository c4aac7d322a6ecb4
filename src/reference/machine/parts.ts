import { hardwareParts } from '../hardware/parts.ts';
import { pciParts, type PciParts } from '../hardware/pci/parts.ts';
import { vtdParts, type VtdParts } from '../hardware/vtd/parts.ts';
import { smmuv3Parts, type Smmuv3Parts } from '../hardware/smmuv3/parts.ts';
import { amdviParts, type AmdviParts } from '../hardware/amd/parts.ts';
import { virtioIommuParts, type VirtioIommuParts } from '../hardware/virtio-iommu/parts.ts';
import { mmParts } from '../kernel/mm/parts.ts';
import { fsParts } from '../kernel/fs/parts.ts';
import { baseParts, type BaseParts } from '../kernel/base/parts.ts';
import { iommuParts, type IommuParts } from '../kernel/iommu/parts.ts';
import { intelParts, type IntelParts } from '../kernel/iommu/intel/parts.ts';
import { armParts, type ArmParts } from '../kernel/iommu/arm/parts.ts';
import { amdParts, type AmdParts } from '../kernel/iommu/amd/parts.ts';
import { virtioParts, type VirtioParts } from '../kernel/iommu/virtio/parts.ts';
import { iommufdParts } from '../kernel/iommufd/parts.ts';
import { selftestParts, type SelftestParts } from '../kernel/iommufd/selftest/parts.ts';
import { type1Parts } from '../kernel/vfio/type1/parts.ts';
import { vfioParts } from '../kernel/vfio/parts.ts';
import { vfioPciParts, type VfioPciParts } from '../kernel/vfio/pci/parts.ts';
import { Syscalls } from './syscalls.ts';

/**
 * The classes that the kernel and the hardware are built from, by the floor that they are of. A mutant replaces one; there
 * are no other hooks. Code that makes an instance of a listed class takes it from the parts it was given, never by its
 * import, and says which floors it takes them from.
 */
export interface Parts
  extends
    PciParts,
    VtdParts,
    Smmuv3Parts,
    AmdviParts,
    VirtioIommuParts,
    BaseParts,
    IommuParts,
    IntelParts,
    ArmParts,
    AmdParts,
    VirtioParts,
    SelftestParts,
    VfioPciParts {
  readonly machine: { readonly Syscalls: typeof Syscalls };
}

export const defaultParts: Parts = {
  hardware: hardwareParts,
  pci: pciParts,
  vtd: vtdParts,
  smmuv3: smmuv3Parts,
  amdvi: amdviParts,
  virtioIommu: virtioIommuParts,
  mm: mmParts,
  fs: fsParts,
  base: baseParts,
  iommu: iommuParts,
  intel: intelParts,
  arm: armParts,
  amd: amdParts,
  virtio: virtioParts,
  iommufd: iommufdParts,
  selftest: selftestParts,
  type1: type1Parts,
  vfio: vfioParts,
  vfioPci: vfioPciParts,
  machine: { Syscalls },
};
