import type { BusDevice, DriverCore } from '../base/driver-core.ts';
import type { ModuleParameters } from '../base/module-parameters.ts';
import type { IommuCore } from '../iommu/iommu.ts';
import type { IdPool } from '../lib/id-pool.ts';
import type { OpenDevice } from './device-ops.ts';
import type { VfioHardware } from './hardware.ts';
import type { VfioParts } from './parts.ts';
import type { Type1Kernel } from './type1/kernel.ts';

/** What VFIO leans on. */
export interface VfioKernel {
  readonly parts: VfioParts;
  readonly iommu: IommuCore;
  readonly openDevice: OpenDevice;
  readonly parameters: ModuleParameters;
  readonly hardware: {
    /** Those that there are now. */
    readonly devices: readonly (VfioHardware & BusDevice)[];
    readonly drivers: DriverCore;
    /** Numbers of VFIO devices. */
    readonly indexes: IdPool;
  };
  /** Virtual functions of a device: undefined where they are gone at once. */
  readonly sriov: { disable(owner: VfioHardware): Promise<void> | undefined };
}

/** What a container leans on. */
export interface ContainerKernel extends Type1Kernel {
  readonly parts: VfioParts;
  readonly vfio: {
    /** enable_unsafe_noiommu_mode */
    readonly unsafeNoiommuMode: boolean;
  };
}
