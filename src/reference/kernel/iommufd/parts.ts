import type { MmParts } from '../mm/parts.ts';
import type { FsParts } from '../fs/parts.ts';
import { Access } from './access.ts';
import { Accounting } from './accounting.ts';
import { AllowedIovas } from './allowed-iovas.ts';
import { AreaTree, IoptArea } from './area.ts';
import { AreaCutter } from './area-cutter.ts';
import { IommufdDevice } from './device.ts';
import { DeviceCommands } from './device-commands.ts';
import { DirtyCommands } from './dirty.ts';
import { Dispatcher } from './dispatcher.ts';
import { DmabufPages } from './dmabuf-pages.ts';
import { FaultCommands } from './fault-commands.ts';
import { FaultFile, FaultQueue } from './fault-queue.ts';
import { IommufdGroup } from './group.ts';
import { HwptNested, HwptPaging } from './hw-pagetable.ts';
import { HwQueue, HwQueueMemory } from './hw-queue.ts';
import { HwQueueCommands } from './hw-queue-commands.ts';
import { HwptCommands } from './hwpt-commands.ts';
import { InvalidateCommands } from './invalidate.ts';
import { IoPagetable } from './io-pagetable.ts';
import { Ioas } from './ioas.ts';
import { IoasCommands } from './ioas-commands.ts';
import { IovaAllocator } from './iova-allocator.ts';
import { IovaBitmap } from './iova-bitmap.ts';
import { Iommufd } from './main.ts';
import { MmapRegions } from './mmap-regions.ts';
import { NoiommuCommands } from './noiommu-commands.ts';
import { ObjectTable } from './object.ts';
import { OptionCommands } from './option-commands.ts';
import { FileSource, UserSource } from './page-source.ts';
import { IoptPages } from './pages.ts';
import { ReservedIovas } from './reserved-iovas.ts';
import { SwMsi } from './sw-msi.ts';
import { UserCommand } from './user-command.ts';
import { Vdevice } from './vdevice.ts';
import { VeventCommands } from './vevent-commands.ts';
import { VeventFile, VeventQueue } from './vevent-queue.ts';
import { VfioCompat } from './vfio-compat.ts';
import { VfioInfo } from './vfio-info.ts';
import { Viommu } from './viommu.ts';
import { ViommuCommands } from './viommu-commands.ts';

export const iommufdParts = {
  Access,
  Accounting,
  AllowedIovas,
  AreaCutter,
  AreaTree,
  DeviceCommands,
  DirtyCommands,
  Dispatcher,
  DmabufPages,
  FaultCommands,
  FaultFile,
  FaultQueue,
  FileSource,
  HwQueue,
  HwQueueCommands,
  HwQueueMemory,
  HwptCommands,
  HwptNested,
  HwptPaging,
  InvalidateCommands,
  IoPagetable,
  Ioas,
  IoasCommands,
  Iommufd,
  IommufdDevice,
  IommufdGroup,
  IoptArea,
  IoptPages,
  IovaAllocator,
  IovaBitmap,
  MmapRegions,
  NoiommuCommands,
  ObjectTable,
  OptionCommands,
  ReservedIovas,
  SwMsi,
  UserCommand,
  UserSource,
  Vdevice,
  VeventCommands,
  VeventFile,
  VeventQueue,
  VfioCompat,
  VfioInfo,
  Viommu,
  ViommuCommands,
};

export interface IommufdParts extends MmParts, FsParts {
  readonly iommufd: typeof iommufdParts;
}
