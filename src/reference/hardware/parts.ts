import { DeviceTlb } from './device-tlb.ts';
import { AmdIommuUnit } from './amd/amd-iommu-unit.ts';
import { CommandBuffer } from './amd/command-buffer.ts';
import { Iotlb } from './iotlb.ts';
import { PhysicalMemory } from './memory.ts';
import { NoIommu } from './no-iommu.ts';
import { PciDevice } from './pci-device.ts';
import { Mappings } from './virtio-iommu/mappings.ts';
import { VirtioIommu } from './virtio-iommu/virtio-iommu.ts';
import { ContextCache } from './vtd/context-cache.ts';
import { InvalidationQueue } from './vtd/invalidation-queue.ts';
import { ConfigurationCache } from './smmuv3/configuration-cache.ts';
import { SmmuCommandQueue } from './smmuv3/command-queue.ts';
import { SmmuTlb } from './smmuv3/tlb.ts';
import { SmmuUnit } from './smmuv3/smmu-unit.ts';
import { PageRequestQueue } from './vtd/page-request-queue.ts';
import { PasidCache } from './vtd/pasid-cache.ts';
import { PasidIotlb } from './vtd/pasid-iotlb.ts';
import { ScalableMode } from './vtd/scalable-mode.ts';
import { VtdUnit } from './vtd/vtd-unit.ts';

/** The classes that a machine is built from; each can be replaced by one that has a bug. */
export const hardwareParts = {
  AmdIommuUnit,
  CommandBuffer,
  ConfigurationCache,
  ContextCache,
  DeviceTlb,
  InvalidationQueue,
  Iotlb,
  Mappings,
  NoIommu,
  PageRequestQueue,
  PasidCache,
  PasidIotlb,
  PciDevice,
  PhysicalMemory,
  SmmuCommandQueue,
  SmmuTlb,
  SmmuUnit,
  ScalableMode,
  VirtioIommu,
  VtdUnit,
};

export type HardwareParts = typeof hardwareParts;
