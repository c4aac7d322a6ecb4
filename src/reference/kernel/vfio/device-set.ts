import type { Iommufd } from '../iommufd/main.ts';
import type { OpenFile } from '../fs/file.ts';
import type { VfioHardware } from './hardware.ts';

/** A device that is reset with others, as one of these sees it. */
export interface DeviceSetMember {
  readonly hardware: VfioHardware;
  /** Has it a driver of VFIO? */
  readonly isDriven: boolean;
  /** It has been opened by a node of its own, and bound. */
  readonly iommufd: Iommufd | undefined;
  /** In that iommufd, once bound. */
  readonly id: number | undefined;
  readonly isOpen: boolean;
  /** vfio_dev_in_groups(): is its group that of the file? */
  isOfGroup(file: OpenFile): boolean;
  /** What its driver does before and after, while it is open. */
  readonly events: ResetEvents | undefined;
}

/** What a device that is open is told of a reset that it did not ask for. */
export interface ResetEvents {
  beforeReset(): void;
  afterReset(): void;
}

/** vfio_main.c: struct vfio_device_set: the devices of a bus, of which a reset reaches all. */
export interface DeviceSet {
  members(): readonly DeviceSetMember[];
}
