import type { ErrnoName } from '#uapi/errno.ts';

import type { Invalidated } from '../domain.ts';
import type { ViommuDriver, ViommuOps } from '../viommu.ts';

/** drivers/iommu/amd/iommufd.c: amd_viommu_ops, which can be destroyed and nothing else. HWPT-25 38 INV-05 */
class AmdViommu implements ViommuOps {
  destroy(): void {}

  allocNestedDomain(): ErrnoName {
    return 'EOPNOTSUPP';
  }

  invalidate(): Invalidated {
    return { done: 0, error: 'EOPNOTSUPP' };
  }

  offersHwQueues(): boolean {
    return false;
  }

  initHwQueue(): ErrnoName {
    return 'EOPNOTSUPP';
  }

  destroyHwQueue(): void {}
}

/** amd_iommufd_get_viommu_size() does not look at the type. VIOMMU-14 */
export const amdViommus: ViommuDriver = {
  offersViommu: () => true,
  initViommu: () => new AmdViommu(),
};
