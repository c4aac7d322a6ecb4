import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU } from '#uapi/vfio/container.ts';

import type { Type1Kernel } from './kernel.ts';
import { checkType1Extension } from './type1-commands.ts';
import type { Type1Commands } from './type1-commands.ts';

/** vfio_iommu_type1.c: vfio_iommu_driver_ops_type1: what stands ready for containers. */
export class Type1Driver {
  readonly isNoiommu = false;
  protected readonly kernel: Type1Kernel;

  constructor(kernel: Type1Kernel) {
    this.kernel = kernel;
  }

  checkExtension(extension: bigint): number {
    return checkType1Extension(extension);
  }

  /** EINVAL for what is an extension and no type: VFIO_UNMAP_ALL. VFIO-CTR-09 */
  open(type: bigint): Type1Commands | ErrnoName {
    const v2 = type === BigInt(VFIO_TYPE1v2_IOMMU);
    if (!v2 && type !== BigInt(VFIO_TYPE1_IOMMU)) return 'EINVAL';
    return new this.kernel.parts.type1.Type1Commands(this.kernel, v2);
  }
}
