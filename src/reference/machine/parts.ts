import { hardwareParts } from '../hardware/parts.ts';
import { Group } from '../kernel/iommu/group.ts';
import { AmdIommu } from '../kernel/iommu/amd/amd-iommu.ts';
import { AmdCommandQueue } from '../kernel/iommu/amd/command-queue.ts';
import { ProtectionDomain } from '../kernel/iommu/amd/protection-domain.ts';
import { ArmSmmuV3 } from '../kernel/iommu/arm/arm-smmu-v3.ts';
import { SmmuCommands } from '../kernel/iommu/arm/command-queue.ts';
import { SmmuEvents } from '../kernel/iommu/arm/events.ts';
import { SmmuNestedDomain } from '../kernel/iommu/arm/nested-domain.ts';
import { SmmuDomain } from '../kernel/iommu/arm/smmu-domain.ts';
import { StreamTable } from '../kernel/iommu/arm/stream-table.ts';
import { Vsmmu } from '../kernel/iommu/arm/vsmmu.ts';
import { CacheTags } from '../kernel/iommu/intel/cache-tags.ts';
import { SecondStageDirty } from '../kernel/iommu/intel/dirty-tracking.ts';
import { IntelIommu } from '../kernel/iommu/intel/intel-iommu.ts';
import { IntelNestedDomain } from '../kernel/iommu/intel/nested-domain.ts';
import { PagingDomain } from '../kernel/iommu/intel/paging-domain.ts';
import { QueuedInvalidation } from '../kernel/iommu/intel/queued-invalidation.ts';
import { PasidTable } from '../kernel/iommu/intel/pasid-table.ts';
import { FirstStageBuilder, SecondStageBuilder } from '../kernel/iommu/intel/table-builders.ts';
import { ScalableIommu } from '../kernel/iommu/intel/scalable-iommu.ts';
import { IommuCore } from '../kernel/iommu/iommu.ts';
import { MockDomain } from '../kernel/iommu/mock-domain.ts';
import { MockNestedDomain } from '../kernel/iommu/mock-nested-domain.ts';
import { PageRequests } from '../kernel/iommu/io-pgfault.ts';
import { MockIommu } from '../kernel/iommu/mock-iommu.ts';
import { VirtioRequestQueue } from '../kernel/iommu/virtio/request-queue.ts';
import { VirtioDomain } from '../kernel/iommu/virtio/virtio-domain.ts';
import { VirtioIommuDriver } from '../kernel/iommu/virtio/virtio-iommu.ts';
import { Access } from '../kernel/iommufd/access.ts';
import { Accounting } from '../kernel/iommufd/accounting.ts';
import { AllowedIovas } from '../kernel/iommufd/allowed-iovas.ts';
import { AreaCutter } from '../kernel/iommufd/area-cutter.ts';
import { AreaTree, IoptArea } from '../kernel/iommufd/area.ts';
import { DeviceCommands } from '../kernel/iommufd/device-commands.ts';
import { IommufdDevice } from '../kernel/iommufd/device.ts';
import { Dispatcher } from '../kernel/iommufd/dispatcher.ts';
import { DmabufPages } from '../kernel/iommufd/dmabuf-pages.ts';
import { FaultCommands } from '../kernel/iommufd/fault-commands.ts';
import { FaultFile, FaultQueue } from '../kernel/iommufd/fault-queue.ts';
import { IommufdGroup } from '../kernel/iommufd/group.ts';
import { HwptNested, HwptPaging } from '../kernel/iommufd/hw-pagetable.ts';
import { DirtyCommands } from '../kernel/iommufd/dirty.ts';
import { InvalidateCommands } from '../kernel/iommufd/invalidate.ts';
import { IovaBitmap } from '../kernel/iommufd/iova-bitmap.ts';
import { DirtyTests } from '../kernel/iommufd/selftest/dirty-commands.ts';
import { PageRequestTests } from '../kernel/iommufd/selftest/page-request-commands.ts';
import { HwptCommands } from '../kernel/iommufd/hwpt-commands.ts';
import { IoPagetable } from '../kernel/iommufd/io-pagetable.ts';
import { IoasCommands } from '../kernel/iommufd/ioas-commands.ts';
import { Ioas } from '../kernel/iommufd/ioas.ts';
import { IovaAllocator } from '../kernel/iommufd/iova-allocator.ts';
import { Iommufd } from '../kernel/iommufd/main.ts';
import { NoiommuDomain, NoiommuOps } from '../kernel/iommu/hwpt-noiommu.ts';
import { NoiommuCommands } from '../kernel/iommufd/noiommu-commands.ts';
import { MmapRegions } from '../kernel/iommufd/mmap-regions.ts';
import { ObjectTable } from '../kernel/iommufd/object.ts';
import { OptionCommands } from '../kernel/iommufd/option-commands.ts';
import { FileSource, UserSource } from '../kernel/iommufd/page-source.ts';
import { IoptPages } from '../kernel/iommufd/pages.ts';
import { ReservedIovas } from '../kernel/iommufd/reserved-iovas.ts';
import { AccessTests } from '../kernel/iommufd/selftest/access-commands.ts';
import { SelftestAccess } from '../kernel/iommufd/selftest/access-file.ts';
import { DmabufTests } from '../kernel/iommufd/selftest/dmabuf-commands.ts';
import { TestCommands } from '../kernel/iommufd/selftest/commands.ts';
import { PasidTests } from '../kernel/iommufd/selftest/pasid-commands.ts';
import { SelftestDevice } from '../kernel/iommufd/selftest/device.ts';
import { UserCommand } from '../kernel/iommufd/user-command.ts';
import { VfioCompat } from '../kernel/iommufd/vfio-compat.ts';
import { ViommuCommands } from '../kernel/iommufd/viommu-commands.ts';
import { MockDevice } from '../kernel/iommu/mock-device.ts';
import { MockViommu } from '../kernel/iommu/mock-viommu.ts';
import { HwQueue, HwQueueMemory } from '../kernel/iommufd/hw-queue.ts';
import { HwQueueCommands } from '../kernel/iommufd/hw-queue-commands.ts';
import { Vdevice } from '../kernel/iommufd/vdevice.ts';
import { VeventFile, VeventQueue } from '../kernel/iommufd/vevent-queue.ts';
import { VeventCommands } from '../kernel/iommufd/vevent-commands.ts';
import { Viommu } from '../kernel/iommufd/viommu.ts';
import { ViommuTests } from '../kernel/iommufd/selftest/viommu-commands.ts';
import { AddressSpace } from '../kernel/mm/address-space.ts';
import { PageFaults } from '../kernel/mm/fault.ts';
import { Dmabuf } from '../kernel/mm/dmabuf.ts';
import { Memfd } from '../kernel/mm/memfd.ts';
import { Pages } from '../kernel/mm/pages.ts';
import { DriverCore } from '../kernel/base/driver-core.ts';
import { FaultInjection } from '../kernel/mm/fault-injection.ts';
import { FdTable } from '../kernel/fs/fd-table.ts';
import { OpenFile } from '../kernel/fs/file.ts';
import { Syscalls } from './syscalls.ts';
import { DeviceCdev } from '../kernel/vfio/device-cdev.ts';
import { GroupDeviceFile } from '../kernel/vfio/device-file.ts';
import { VfioDevice } from '../kernel/vfio/device.ts';
import { EmulatedBinding, EmulatedDevice } from '../kernel/vfio/emulated-device.ts';
import { GroupFile } from '../kernel/vfio/group-file.ts';
import { VfioGroup } from '../kernel/vfio/group.ts';
import { MediatedDevices, VfioMtty } from '../kernel/vfio/mdev.ts';
import { VfioCore } from '../kernel/vfio/vfio-main.ts';
import { VfioPci } from '../kernel/vfio/vfio-pci.ts';
import { VfioPciDmabufs } from '../kernel/vfio/vfio-pci-dmabuf.ts';

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
