import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_SET,
  vfio_device_feature_dma_logging_control,
  vfio_device_feature_dma_logging_range,
  vfio_device_feature_dma_logging_report,
} from '#uapi/vfio/feature.ts';
import type { Task } from '../fs/process.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import { checkFeature } from './check-feature.ts';
import type { FeatureCall } from './check-feature.ts';

/** Of IOVAs, in bytes. */
export interface LoggedRange {
  readonly iova: bigint;
  readonly length: bigint;
}

/** struct vfio_log_ops: what a driver does whose device logs its own writes. */
export interface LogOps {
  /** The page size that it takes, where it can do without the one that is asked for. */
  start(ranges: readonly LoggedRange[], pageSize: bigint): bigint | ErrnoName;
  stop(): void;
}

const MOST_RANGES = Number(PAGE_SIZE) / vfio_device_feature_dma_logging_range.size;
const SMALLEST_PAGE = 4096n;

type Result = number | ErrnoName;

/** What VFIO itself makes of the three features, for a driver that logs. */
export class VfioLogging {
  protected readonly ops: LogOps;

  constructor(ops: LogOps) {
    this.ops = ops;
  }

  /** vfio_ioctl_device_feature_logging_start(). VFIO-LOG-01 02 03 04 VFIO-FEA-04 */
  start(call: FeatureCall): Result {
    const struct = vfio_device_feature_dma_logging_control;
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_SET, struct.size);
    if (checked !== undefined) return checked;
    const { task, address } = call;
    const bytes = task.memory.copyFromUser(address, struct.size);
    if (isErrno(bytes)) return bytes;
    const control = struct.unpack(bytes);
    const ranges = this.rangesFrom(task, control);
    if (isErrno(ranges)) return ranges;
    const page_size = this.ops.start(ranges, control.page_size);
    if (isErrno(page_size)) return page_size;
    const error = task.memory.copyToUser(address, struct.pack({ ...control, page_size }));
    if (error) this.ops.stop();
    return error ?? 0;
  }

  /** vfio_ioctl_device_feature_logging_stop(). VFIO-LOG-07 */
  stop(call: FeatureCall): Result {
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_SET, 0);
    if (checked === undefined) this.ops.stop();
    return checked ?? 0;
  }

  /** vfio_ioctl_device_feature_logging_report(): no device here writes anything. VFIO-LOG-02 05 06 VFIO-FEA-05 */
  report(call: FeatureCall): Result {
    const struct = vfio_device_feature_dma_logging_report;
    const checked = checkFeature(call, VFIO_DEVICE_FEATURE_GET, struct.size);
    if (checked !== undefined) return checked;
    const bytes = call.task.memory.copyFromUser(call.address, struct.size);
    if (isErrno(bytes)) return bytes;
    const { iova, length, page_size: pageSize } = struct.unpack(bytes);
    if (pageSize < SMALLEST_PAGE || pageSize & (pageSize - 1n)) return 'EINVAL';
    if (iova + length > ULONG_MAX) return 'EOVERFLOW';
    return 0;
  }

  /** One after the other, so that the first wrong one says what is wrong. */
  protected rangesFrom(
    task: Task,
    { page_size, num_ranges, ranges }: Control,
  ): LoggedRange[] | ErrnoName {
    if (num_ranges === 0) return 'EINVAL';
    if (num_ranges > MOST_RANGES) return 'E2BIG';
    const struct = vfio_device_feature_dma_logging_range;
    const taken: LoggedRange[] = [];
    for (let index = 0; index < num_ranges; index++) {
      const bytes = task.memory.copyFromUser(ranges + BigInt(index * struct.size), struct.size);
      if (isErrno(bytes)) return bytes;
      const range = struct.unpack(bytes);
      const error = this.refusalOf(range, page_size, taken);
      if (error) return error;
      taken.push(range);
    }
    return taken;
  }

  /** IS_ALIGNED() masks with the page size less one, be it a power of two or not. */
  protected refusalOf(
    { iova, length }: LoggedRange,
    pageSize: bigint,
    taken: readonly LoggedRange[],
  ): ErrnoName | undefined {
    const mask = BigInt.asUintN(64, pageSize - 1n);
    if (iova & mask || length & mask) return 'EINVAL';
    if (iova + length > ULONG_MAX) return 'EOVERFLOW';
    const last = lastOf({ iova, length });
    const overlaps = taken.some((other) => other.iova <= last && iova <= lastOf(other));
    return overlaps ? 'EINVAL' : undefined;
  }
}

interface Control {
  readonly page_size: bigint;
  readonly num_ranges: number;
  readonly ranges: bigint;
}

function lastOf({ iova, length }: LoggedRange): bigint {
  return BigInt.asUintN(64, iova + length - 1n);
}
