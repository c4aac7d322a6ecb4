import { Iotlb } from './iotlb.ts';
import { PhysicalMemory } from './memory.ts';
import { NoIommu } from './no-iommu.ts';
import { PciDevice } from './pci-device.ts';
import { ContextCache } from './vtd/context-cache.ts';
import { InvalidationQueue } from './vtd/invalidation-queue.ts';
import { VtdUnit } from './vtd/vtd-unit.ts';

/** The classes that a machine is built from; each can be replaced by one that has a bug. */
export const hardwareParts = {
  ContextCache,
  InvalidationQueue,
  Iotlb,
  NoIommu,
  PciDevice,
  PhysicalMemory,
  VtdUnit,
};

export type HardwareParts = typeof hardwareParts;
