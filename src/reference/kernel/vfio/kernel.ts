import type { DriverCore } from '../base/driver-core.ts';
import type { IommuCore } from '../iommu/iommu.ts';
import type { IdPool } from '../lib/id-pool.ts';
import type { OpenDevice } from './device-ops.ts';
import type { VfioHardware } from './hardware.ts';
import type { VfioParts } from './parts.ts';

/** What VFIO leans on. */
export interface VfioKernel {
  readonly parts: VfioParts;
  readonly iommu: IommuCore;
  readonly openDevice: OpenDevice;
  readonly hardware: {
    /** Those that there are now. */
    readonly devices: readonly VfioHardware[];
    readonly drivers: DriverCore;
    /** Numbers of VFIO devices. */
    readonly indexes: IdPool;
  };
}
