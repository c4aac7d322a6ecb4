import { DeviceTlb } from './device-tlb.ts';
import { Iotlb } from './iotlb.ts';
import { PhysicalMemory } from './memory.ts';
import { NoIommu } from './no-iommu.ts';
import { PciDevice } from './pci-device.ts';

export const hardwareParts = {
  DeviceTlb,
  Iotlb,
  NoIommu,
  PciDevice,
  PhysicalMemory,
};

export interface HardwareParts {
  readonly hardware: typeof hardwareParts;
}
