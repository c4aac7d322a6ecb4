import { DeviceTlb } from './device-tlb.ts';
import { Doorbell } from './doorbell.ts';
import { InterruptController } from './interrupt-controller.ts';
import { Iotlb } from './iotlb.ts';
import { PhysicalMemory } from './memory.ts';
import { NoIommu } from './no-iommu.ts';

export const hardwareParts = {
  DeviceTlb,
  Doorbell,
  InterruptController,
  Iotlb,
  NoIommu,
  PhysicalMemory,
};

export interface HardwareParts {
  readonly hardware: typeof hardwareParts;
}
