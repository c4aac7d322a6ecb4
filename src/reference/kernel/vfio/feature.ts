import type { Struct } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { O_CLOEXEC } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_FEATURE,
  VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
  VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
  VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_MASK,
  VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
  VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
  VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2,
  VFIO_DEVICE_FEATURE_MIGRATION,
  VFIO_DEVICE_FEATURE_PROBE,
  VFIO_DEVICE_FEATURE_SET,
  VFIO_MIGRATION_PRE_COPY,
  vfio_device_feature,
  vfio_device_feature_mig_data_size,
  vfio_device_feature_mig_state,
  vfio_device_feature_migration,
} from '#uapi/vfio/feature.ts';
import type { Task } from '../fs/process.ts';
import { isErrno } from '../lib/errno.ts';
import { checkFeature, FEATURE_GET_AND_SET } from './check-feature.ts';
import type { FeatureCall } from './check-feature.ts';
import type { VfioDeviceOps } from './device-ops.ts';
import type { VfioLogging } from './logging.ts';
import type { MigrationFile, MigrationOps } from './migration.ts';
import type { VfioParts } from './parts.ts';

const ofMigration: ReadonlySet<number> = new Set([
  VFIO_DEVICE_FEATURE_MIGRATION,
  VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
  VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
]);

const ofLogging: ReadonlySet<number> = new Set([
  VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
  VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
  VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
]);

function numberOf({ flags }: FeatureCall): number {
  return flags & VFIO_DEVICE_FEATURE_MASK;
}

type Result = number | ErrnoName | undefined;

/** vfio_main.c: features that VFIO itself has for a device that is open; the others are its driver's. */
export class VfioFeatures {
  protected readonly parts: VfioParts;
  protected readonly ops: VfioDeviceOps;
  protected readonly logging: VfioLogging | undefined;

  constructor(parts: VfioParts, ops: VfioDeviceOps) {
    this.parts = parts;
    this.ops = ops;
    this.logging = ops.logging && new parts.vfio.VfioLogging(ops.logging);
  }

  /** vfio_ioctl_device_feature(). VFIO-FEA-01 */
  ioctl(task: Task, arg: bigint): Result {
    const { minSize } = VFIO_DEVICE_FEATURE;
    const head = task.memory.copyFromUser(arg, minSize);
    if (isErrno(head)) return head;
    const { argsz, flags } = vfio_device_feature.unpack(head);
    if (argsz < minSize || !this.isUnderstood(flags)) return 'EINVAL';
    return this.feature({
      task,
      flags,
      address: arg + BigInt(minSize),
      length: argsz - minSize,
    });
  }

  /** A direction and no other, except where it is but a question. */
  protected isUnderstood(flags: number): boolean {
    const known = VFIO_DEVICE_FEATURE_MASK | FEATURE_GET_AND_SET | VFIO_DEVICE_FEATURE_PROBE;
    const isBoth = (flags & FEATURE_GET_AND_SET) === FEATURE_GET_AND_SET;
    return (flags & ~known) === 0 && (!isBoth || (flags & VFIO_DEVICE_FEATURE_PROBE) !== 0);
  }

  /** ENOTTY for what neither VFIO nor the driver of the device has. VFIO-DBUF-13 */
  protected feature(call: FeatureCall): Result {
    const { migration } = this.ops;
    if (numberOf(call) === VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2)
      return this.precopyInfo(call, migration);
    if (ofMigration.has(numberOf(call)))
      return migration ? this.featureOfMigration(call, migration) : 'ENOTTY';
    if (ofLogging.has(numberOf(call)))
      return this.logging ? this.featureOfLogging(call, this.logging) : 'ENOTTY';
    return this.ops.feature(call);
  }

  protected featureOfMigration(call: FeatureCall, migration: MigrationOps): Result {
    switch (numberOf(call)) {
      case VFIO_DEVICE_FEATURE_MIGRATION:
        return this.migration(call, migration);
      case VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE:
        return this.deviceState(call, migration);
      default:
        return this.dataSize(call, migration);
    }
  }

  protected featureOfLogging(call: FeatureCall, logging: VfioLogging): Result {
    switch (numberOf(call)) {
      case VFIO_DEVICE_FEATURE_DMA_LOGGING_START:
        return logging.start(call);
      case VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP:
        return logging.stop(call);
      default:
        return logging.report(call);
    }
  }

  /** vfio_ioctl_device_feature_migration(). VFIO-MIG-01 */
  protected migration(call: FeatureCall, { flags }: MigrationOps): Result {
    const struct = vfio_device_feature_migration;
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_GET, struct.size);
    return checked ?? answer(call, struct, { flags: BigInt(flags) });
  }

  /** vfio_ioctl_device_feature_migration_data_size(). VFIO-MIG-03 */
  protected dataSize(call: FeatureCall, { dataSize }: MigrationOps): Result {
    const struct = vfio_device_feature_mig_data_size;
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_GET, struct.size);
    return checked ?? answer(call, struct, { stop_copy_length: dataSize });
  }

  /** vfio_ioctl_device_feature_migration_precopy_info_v2(): EINVAL where there is no pre-copy at all. VFIO-MIG-20 VFIO-FEA-02 */
  protected precopyInfo(call: FeatureCall, migration: MigrationOps | undefined): Result {
    if (!migration || !(migration.flags & VFIO_MIGRATION_PRE_COPY)) return 'EINVAL';
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_SET, 0);
    if (checked !== undefined) return checked;
    migration.precopyInfoV2 = true;
    return 0;
  }

  /** vfio_ioctl_device_feature_mig_device_state(). VFIO-MIG-02 04 05 06 21 */
  protected deviceState(call: FeatureCall, migration: MigrationOps): Result {
    const struct = vfio_device_feature_mig_state;
    const checked = checkFeature(call, FEATURE_GET_AND_SET, struct.size);
    if (checked !== undefined) return checked;
    if (call.flags & VFIO_DEVICE_FEATURE_GET)
      return answer(call, struct, { device_state: migration.state, data_fd: -1 });
    const bytes = call.task.memory.copyFromUser(call.address, struct.size);
    if (isErrno(bytes)) return bytes;
    const { device_state } = struct.unpack(bytes);
    const file = migration.setState(device_state);
    if (file !== undefined && !isErrno(file)) return this.giveFile(call, device_state, file);
    return answer(call, struct, { device_state, data_fd: -1 }) ?? (isErrno(file) ? file : 0);
  }

  /** vfio_ioct_mig_return_fd(): the state is the new one, also where its file cannot be given. VFIO-MIG-08 21 */
  protected giveFile(call: FeatureCall, device_state: number, file: MigrationFile): Result {
    const { files, limits } = call.task;
    const fd = files.reserve(limits.nofile);
    const open = new this.parts.fs.OpenFile(file.operations, file.flags | O_CLOEXEC);
    const data_fd = isErrno(fd) ? -1 : fd;
    const error = answer(call, vfio_device_feature_mig_state, { device_state, data_fd });
    if (isErrno(fd) || error) {
      if (!isErrno(fd)) files.unreserve(fd);
      open.put();
      return isErrno(fd) ? fd : error;
    }
    files.install(fd, open);
    return 0;
  }
}

/** Undefined, or EFAULT. */
function answer<S extends Struct>(
  { task, address }: FeatureCall,
  struct: S,
  values: Parameters<S['pack']>[0],
): ErrnoName | undefined {
  return task.memory.copyToUser(address, struct.pack(values));
}
