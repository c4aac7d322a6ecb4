import type { ErrnoName } from '#uapi/errno.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../fs/file.ts';
import type { Task } from '../fs/process.ts';
import type { FeatureCall } from './check-feature.ts';
import type { DeviceSet, ResetEvents } from './device-set.ts';
import type { VfioHardware } from './hardware.ts';
import type { LogOps } from './logging.ts';
import type { MigrationOps } from './migration.ts';

/**
 * struct vfio_device_ops: what the driver of a device that is open does for all files of it; results as of system calls. It
 * comes into being with the first of them (open_device()), and close() comes with the last (close_device()).
 */
export interface VfioDeviceOps extends Partial<ResetEvents> {
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined;
  read(transfer: Transfer, offset: bigint): number;
  write(transfer: Transfer, offset: bigint): number;
  map(request: MapDeviceRequest): DeviceMapping | ErrnoName;
  /** device_feature(): ENOTTY for what the driver has not. */
  feature(call: FeatureCall): number | ErrnoName;
  readonly migration?: MigrationOps;
  readonly logging?: LogOps;
  /** request(): somebody wants the device back. */
  request?(): void;
  close(): void;
}

/** Which driver VFIO has for a device. */
export type OpenDevice = (device: VfioHardware, set: DeviceSet) => VfioDeviceOps | ErrnoName;
