import { DeviceTlb } from './device-tlb.ts';
import { ExpressCapabilities } from './express-capabilities.ts';
import { HeldAccesses } from './held-accesses.ts';
import { Iotlb } from './iotlb.ts';
import { PhysicalMemory } from './memory.ts';
import { NoIommu } from './no-iommu.ts';
import { PageRequestInterface } from './page-request-interface.ts';
import { PciDevice } from './pci-device.ts';
import { WaitingAccesses } from './waiting-accesses.ts';

export const hardwareParts = {
  DeviceTlb,
  ExpressCapabilities,
  HeldAccesses,
  Iotlb,
  NoIommu,
  PageRequestInterface,
  PciDevice,
  PhysicalMemory,
  WaitingAccesses,
};

export interface HardwareParts {
  readonly hardware: typeof hardwareParts;
}
