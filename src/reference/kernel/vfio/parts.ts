import type { MmParts } from '../mm/parts.ts';
import type { FsParts } from '../fs/parts.ts';
import { VfioDevice } from './device.ts';
import { DeviceCdev } from './device-cdev.ts';
import { GroupDeviceFile } from './device-file.ts';
import { EmulatedBinding, EmulatedDevice } from './emulated-device.ts';
import { VfioGroup } from './group.ts';
import { GroupFile } from './group-file.ts';
import { MediatedDevices } from './mdev.ts';
import { Virqfd } from './virqfd.ts';
import { VfioCore } from './vfio-main.ts';

export const vfioParts = {
  DeviceCdev,
  EmulatedBinding,
  EmulatedDevice,
  GroupDeviceFile,
  GroupFile,
  MediatedDevices,
  VfioCore,
  VfioDevice,
  VfioGroup,
  Virqfd,
};

export interface VfioParts extends MmParts, FsParts {
  readonly vfio: typeof vfioParts;
}
