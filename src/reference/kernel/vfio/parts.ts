import type { MmParts } from '../mm/parts.ts';
import type { FsParts } from '../fs/parts.ts';
import { NoiommuDriver, VfioContainer } from './container.ts';
import { VfioDevice } from './device.ts';
import { DeviceCdev } from './device-cdev.ts';
import { GroupDeviceFile } from './device-file.ts';
import { VfioFeatures } from './feature.ts';
import { EmulatedBinding, EmulatedDevice } from './emulated-device.ts';
import { VfioGroup } from './group.ts';
import { GroupFile } from './group-file.ts';
import { VfioLogging } from './logging.ts';
import { MediatedDevices } from './mdev.ts';
import { Virqfd } from './virqfd.ts';
import { VfioCore } from './vfio-main.ts';
import type { Type1Parts } from './type1/parts.ts';

export const vfioParts = {
  DeviceCdev,
  EmulatedBinding,
  EmulatedDevice,
  GroupDeviceFile,
  GroupFile,
  MediatedDevices,
  NoiommuDriver,
  VfioContainer,
  VfioCore,
  VfioDevice,
  VfioFeatures,
  VfioGroup,
  VfioLogging,
  Virqfd,
};

export interface VfioParts extends MmParts, FsParts, Type1Parts {
  readonly vfio: typeof vfioParts;
}
