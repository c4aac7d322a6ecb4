import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { FeatureCall } from '#reference/kernel/vfio/check-feature.ts';
import type { LoggedRange } from '#reference/kernel/vfio/logging.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DEVICE_FEATURE_SET } from '#uapi/vfio/feature.ts';

/** DMA logging of a device. */
export const entries = mutants(
  {
    id: 'SEED-2073',
    breaks: ['VFIO-LOG-01', 'VFIO-FEA-04'],
    story: 'Nobody counts the ranges that are to be logged.',
    like: 'vfio_ioctl_device_feature_logging_start() without LOG_MAX_RANGES',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        protected override rangesFrom(
          task: Task,
          control: { page_size: bigint; num_ranges: number; ranges: bigint },
        ): LoggedRange[] | ErrnoName {
          const found = super.rangesFrom(task, control);
          if (found !== 'E2BIG') return found;
          return super.rangesFrom(task, { ...control, num_ranges: 1 });
        }
      },
  },
  {
    id: 'SEED-2074',
    breaks: ['VFIO-LOG-02'],
    story: 'Ranges may share pages.',
    like: 'interval_tree_insert() without a look for what is there',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        protected override refusalOf(range: LoggedRange, pageSize: bigint): ErrnoName | undefined {
          return super.refusalOf(range, pageSize, []);
        }
      },
  },
  {
    id: 'SEED-2075',
    breaks: ['VFIO-LOG-02'],
    story: 'A range that touches another one overlaps it.',
    like: 'an interval tree whose ends are exclusive',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        protected override refusalOf(
          range: LoggedRange,
          pageSize: bigint,
          taken: readonly LoggedRange[],
        ): ErrnoName | undefined {
          const touches = taken.some(({ iova }) => iova === range.iova + range.length);
          const next = taken.some(({ iova, length }) => iova + length === range.iova);
          return touches || next ? 'EINVAL' : super.refusalOf(range, pageSize, taken);
        }
      },
  },
  {
    id: 'SEED-2076',
    breaks: ['VFIO-LOG-03'],
    story: 'A range of any length is accepted.',
    like: 'IS_ALIGNED() of the begin alone',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        protected override refusalOf(
          { iova, length }: LoggedRange,
          pageSize: bigint,
          taken: readonly LoggedRange[],
        ): ErrnoName | undefined {
          const rounded = length - (length % pageSize);
          return super.refusalOf({ iova, length: rounded }, pageSize, taken);
        }
      },
  },
  {
    id: 'SEED-2077',
    breaks: ['VFIO-LOG-04'],
    story: 'The page size that a device uses is told to nobody.',
    like: 'vfio_ioctl_device_feature_logging_start() without copy_to_user()',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        override start(call: FeatureCall): number | ErrnoName {
          const result = super.start(call);
          return result === 'EFAULT' && this.ranges > 0 ? 0 : result;
        }

        private ranges = 0;

        protected override refusalOf(
          ...all: Parameters<InstanceType<typeof vfio.VfioLogging>['refusalOf']>
        ): ErrnoName | undefined {
          this.ranges += 1;
          return super.refusalOf(...all);
        }
      },
  },
  {
    id: 'SEED-2078',
    breaks: ['VFIO-LOG-05', 'VFIO-FEA-05'],
    story: 'A report can be had of pages of any size.',
    like: 'vfio_ioctl_device_feature_logging_report() without SZ_4K',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        override report(call: FeatureCall): number | ErrnoName {
          const result = super.report(call);
          const isAsked = (call.flags & VFIO_DEVICE_FEATURE_SET) === 0;
          return result === 'EINVAL' && isAsked ? 0 : result;
        }
      },
  },
  {
    id: 'SEED-2079',
    breaks: ['VFIO-LOG-06', 'VFIO-LOG-05'],
    story: 'A report clears the bits of what was not written.',
    like: 'a bitmap that is copied to the user whole',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        override report(call: FeatureCall): number | ErrnoName {
          const result = super.report(call);
          const { memory } = call.task;
          const head = memory.copyFromUser(call.address + 24n, 8);
          if (result !== 0 || typeof head === 'string') return result;
          const bitmap = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
          return memory.copyToUser(bitmap, new Uint8Array(8)) ?? 0;
        }
      },
  },
  {
    id: 'SEED-2080',
    breaks: ['VFIO-LOG-07'],
    story: 'Logging is ended by asking for it.',
    like: 'vfio_check_feature() with both directions',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        override stop(_: FeatureCall): number {
          this.ops.stop();
          return 0;
        }
      },
  },
);
