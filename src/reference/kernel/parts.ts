import { hardwareParts } from '../hardware/parts.ts';
import { Group } from './iommu/group.ts';
import { AmdIommu } from './iommu/amd/amd-iommu.ts';
import { AmdCommandQueue } from './iommu/amd/command-queue.ts';
import { ProtectionDomain } from './iommu/amd/protection-domain.ts';
import { ArmSmmuV3 } from './iommu/arm/arm-smmu-v3.ts';
import { SmmuCommands } from './iommu/arm/command-queue.ts';
import { SmmuEvents } from './iommu/arm/events.ts';
import { SmmuNestedDomain } from './iommu/arm/nested-domain.ts';
import { SmmuDomain } from './iommu/arm/smmu-domain.ts';
import { StreamTable } from './iommu/arm/stream-table.ts';
import { Vsmmu } from './iommu/arm/vsmmu.ts';
import { CacheTags } from './iommu/intel/cache-tags.ts';
import { SecondStageDirty } from './iommu/intel/dirty-tracking.ts';
import { IntelIommu } from './iommu/intel/intel-iommu.ts';
import { IntelNestedDomain } from './iommu/intel/nested-domain.ts';
import { PagingDomain } from './iommu/intel/paging-domain.ts';
import { QueuedInvalidation } from './iommu/intel/queued-invalidation.ts';
import { PasidTable } from './iommu/intel/pasid-table.ts';
import { FirstStageBuilder, SecondStageBuilder } from './iommu/intel/table-builders.ts';
import { ScalableIommu } from './iommu/intel/scalable-iommu.ts';
import { IommuCore } from './iommu/iommu.ts';
import { MockDomain } from './iommu/mock-domain.ts';
import { MockNestedDomain } from './iommu/mock-nested-domain.ts';
import { PageRequests } from './iommu/io-pgfault.ts';
import { MockIommu } from './iommu/mock-iommu.ts';
import { VirtioRequestQueue } from './iommu/virtio/request-queue.ts';
import { VirtioDomain } from './iommu/virtio/virtio-domain.ts';
import { VirtioIommuDriver } from './iommu/virtio/virtio-iommu.ts';
import { Access } from './iommufd/access.ts';
import { Accounting } from './iommufd/accounting.ts';
import { AllowedIovas } from './iommufd/allowed-iovas.ts';
import { AreaCutter } from './iommufd/area-cutter.ts';
import { AreaTree, IoptArea } from './iommufd/area.ts';
import { DeviceCommands } from './iommufd/device-commands.ts';
import { IommufdDevice } from './iommufd/device.ts';
import { Dispatcher } from './iommufd/dispatcher.ts';
import { DmabufPages } from './iommufd/dmabuf-pages.ts';
import { FaultCommands } from './iommufd/fault-commands.ts';
import { FaultFile, FaultQueue } from './iommufd/fault-queue.ts';
import { IommufdGroup } from './iommufd/group.ts';
import { HwptNested, HwptPaging } from './iommufd/hw-pagetable.ts';
import { DirtyCommands } from './iommufd/dirty.ts';
import { InvalidateCommands } from './iommufd/invalidate.ts';
import { IovaBitmap } from './iommufd/iova-bitmap.ts';
import { DirtyTests } from './iommufd/selftest/dirty-commands.ts';
import { PageRequestTests } from './iommufd/selftest/page-request-commands.ts';
import { HwptCommands } from './iommufd/hwpt-commands.ts';
import { IoPagetable } from './iommufd/io-pagetable.ts';
import { IoasCommands } from './iommufd/ioas-commands.ts';
import { Ioas } from './iommufd/ioas.ts';
import { IovaAllocator } from './iommufd/iova-allocator.ts';
import { Iommufd } from './iommufd/main.ts';
import { NoiommuDomain, NoiommuOps } from './iommufd/hwpt-noiommu.ts';
import { NoiommuCommands } from './iommufd/noiommu-commands.ts';
import { MmapRegions } from './iommufd/mmap-regions.ts';
import { ObjectTable } from './iommufd/object.ts';
import { OptionCommands } from './iommufd/option-commands.ts';
import { FileSource, UserSource } from './iommufd/page-source.ts';
import { IoptPages } from './iommufd/pages.ts';
import { ReservedIovas } from './iommufd/reserved-iovas.ts';
import { AccessTests } from './iommufd/selftest/access-commands.ts';
import { SelftestAccess } from './iommufd/selftest/access-file.ts';
import { DmabufTests } from './iommufd/selftest/dmabuf-commands.ts';
import { TestCommands } from './iommufd/selftest/commands.ts';
import { PasidTests } from './iommufd/selftest/pasid-commands.ts';
import { SelftestDevice } from './iommufd/selftest/device.ts';
import { UserCommand } from './iommufd/user-command.ts';
import { VfioCompat } from './iommufd/vfio-compat.ts';
import { ViommuCommands } from './iommufd/viommu-commands.ts';
import { MockDevice } from './iommu/mock-device.ts';
import { MockViommu } from './iommu/mock-viommu.ts';
import { HwQueue, HwQueueMemory } from './iommufd/hw-queue.ts';
import { HwQueueCommands } from './iommufd/hw-queue-commands.ts';
import { Vdevice } from './iommufd/vdevice.ts';
import { VeventFile, VeventQueue } from './iommufd/vevent-queue.ts';
import { VeventCommands } from './iommufd/vevent-commands.ts';
import { Viommu } from './iommufd/viommu.ts';
import { ViommuTests } from './iommufd/selftest/viommu-commands.ts';
import { AddressSpace } from './mm/address-space.ts';
import { PageFaults } from './mm/fault.ts';
import { Dmabuf } from './mm/dmabuf.ts';
import { Memfd } from './mm/memfd.ts';
import { Pages } from './mm/pages.ts';
import { DriverCore } from './base/driver-core.ts';
import { FaultInjection } from './fault-injection.ts';
import { FdTable } from './fd-table.ts';
import { OpenFile } from './file.ts';
import { Syscalls } from './syscalls.ts';
import { DeviceCdev } from './vfio/device-cdev.ts';
import { GroupDeviceFile } from './vfio/device-file.ts';
import { VfioDevice } from './vfio/device.ts';
import { EmulatedBinding, EmulatedDevice } from './vfio/emulated-device.ts';
import { GroupFile } from './vfio/group-file.ts';
import { VfioGroup } from './vfio/group.ts';
import { MediatedDevices, VfioMtty } from './vfio/mdev.ts';
import { VfioCore } from './vfio/vfio-main.ts';
import { VfioPci } from './vfio/vfio-pci.ts';
import { VfioPciDmabufs } from './vfio/vfio-pci-dmabuf.ts';

/**
 * The classes that the kernel and the hardware are built from. A mutant replaces one; there are no other hooks. Code
 * that makes an instance of a listed class takes it from the `Parts` it was given, never by its import.
 */
export const defaultParts = {
  ...hardwareParts,
  Access,
  AccessTests,
  Accounting,
  AddressSpace,
  AllowedIovas,
  AmdCommandQueue,
  AmdIommu,
  AreaCutter,
  AreaTree,
  ArmSmmuV3,
  CacheTags,
  DeviceCdev,
  DeviceCommands,
  DirtyCommands,
  DirtyTests,
  Dispatcher,
  Dmabuf,
  DmabufPages,
  DmabufTests,
  DriverCore,
  EmulatedBinding,
  EmulatedDevice,
  FaultCommands,
  FaultInjection,
  FaultFile,
  FaultQueue,
  FdTable,
  FileSource,
  FirstStageBuilder,
  Group,
  GroupDeviceFile,
  GroupFile,
  HwQueue,
  HwQueueCommands,
  HwQueueMemory,
  HwptCommands,
  HwptNested,
  HwptPaging,
  IntelIommu,
  IntelNestedDomain,
  InvalidateCommands,
  IoPagetable,
  Ioas,
  IoasCommands,
  IommuCore,
  Iommufd,
  IommufdDevice,
  IommufdGroup,
  IoptArea,
  IoptPages,
  IovaAllocator,
  IovaBitmap,
  MediatedDevices,
  Memfd,
  MmapRegions,
  MockDevice,
  MockDomain,
  MockIommu,
  MockNestedDomain,
  MockViommu,
  NoiommuCommands,
  NoiommuDomain,
  NoiommuOps,
  ObjectTable,
  OpenFile,
  OptionCommands,
  PageFaults,
  PageRequestTests,
  PageRequests,
  Pages,
  PagingDomain,
  PasidTable,
  PasidTests,
  ProtectionDomain,
  QueuedInvalidation,
  ReservedIovas,
  ScalableIommu,
  SecondStageBuilder,
  SecondStageDirty,
  SelftestAccess,
  SelftestDevice,
  SmmuCommands,
  SmmuDomain,
  SmmuEvents,
  SmmuNestedDomain,
  StreamTable,
  Syscalls,
  TestCommands,
  UserCommand,
  UserSource,
  Vdevice,
  VeventCommands,
  VeventFile,
  VeventQueue,
  VfioCompat,
  VfioCore,
  VfioDevice,
  VfioGroup,
  VfioMtty,
  VfioPci,
  VfioPciDmabufs,
  Viommu,
  ViommuCommands,
  ViommuTests,
  VirtioDomain,
  VirtioIommuDriver,
  VirtioRequestQueue,
  Vsmmu,
};

export type Parts = typeof defaultParts;
