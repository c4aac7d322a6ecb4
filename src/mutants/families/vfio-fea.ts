import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { FeatureCall } from '#reference/kernel/vfio/check-feature.ts';
import type { vfioPciParts } from '#reference/kernel/vfio/pci/parts.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type Result = number | ErrnoName | undefined;
type Check = Parameters<InstanceType<typeof vfioPciParts.VfioPciFeatures>['check']>;

/** VFIO_DEVICE_FEATURE_PROBE, and the numbers that are a feature's. */
const PROBE = 0x40000;
const NUMBER = 0xffff;

/** Features of devices. */
export const entries = mutants(
  {
    id: 'SEED-2003',
    breaks: ['VFIO-FEA-01'],
    story: 'Flags that nobody knows are ignored.',
    like: 'vfio_ioctl_device_feature() without its mask of flags',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        protected override isUnderstood(flags: number): boolean {
          return super.isUnderstood(flags & 0x7ffff);
        }
      },
  },
  {
    id: 'SEED-2004',
    breaks: ['VFIO-FEA-01'],
    story: 'GET and SET together are done.',
    like: 'vfio_ioctl_device_feature() that lets both directions pass, and a driver that looks at one',
    bug: ({ vfio, vfioPci }) => [
      class extends vfio.VfioFeatures {
        protected override isUnderstood(flags: number): boolean {
          return super.isUnderstood(flags & ~0x10000);
        }
      },
      class extends vfioPci.VfioPciFeatures {
        override perform(call: FeatureCall): Result {
          const isBoth = (call.flags & 0x30000) === 0x30000 && !(call.flags & PROBE);
          return super.perform(isBoth ? { ...call, flags: call.flags & ~0x10000 } : call);
        }
      },
    ],
  },
  {
    id: 'SEED-2005',
    breaks: ['VFIO-FEA-02', 'VFIO-PM-01'],
    story: 'PROBE succeeds for any direction.',
    like: 'vfio_check_feature() that looks at PROBE first',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciFeatures {
        protected override check(...[feature, call]: Check) {
          return call.flags & PROBE ? 0 : super.check(feature, call);
        }
      },
  },
  {
    id: 'SEED-2006',
    breaks: ['VFIO-FEA-02'],
    story: 'PROBE does what it asks for.',
    like: 'vfio_check_feature() that returns 1 for PROBE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciFeatures {
        protected override check(...[feature, call]: Check) {
          return super.check(feature, { ...call, flags: call.flags & ~PROBE });
        }
      },
  },
  {
    id: 'SEED-2007',
    breaks: ['VFIO-FEA-02'],
    story: 'A feature is set without being asked to, when no direction is said.',
    like: 'vfio_check_feature() without a look whether there is a direction',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciFeatures {
        protected override check(...[feature, call]: Check) {
          return call.flags & 0x70000 ? super.check(feature, call) : undefined;
        }
      },
  },
  {
    id: 'SEED-2008',
    breaks: ['VFIO-FEA-02'],
    story:
      'A question after the second form of what is left to copy is ENOTTY, as of a feature that nobody knows.',
    like: 'the answer of 6.12 to MIG_PRECOPY_INFOv2',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        override ioctl(task: Task, arg: bigint): Result {
          const result = super.ioctl(task, arg);
          const flags = task.memory.copyFromUser(arg + 4n, 4);
          return typeof flags !== 'string' && flags[0] === 12 ? 'ENOTTY' : result;
        }
      },
  },
  {
    id: 'SEED-2009',
    breaks: ['VFIO-FEA-03'],
    story: 'Features of migration are EINVAL for a device that cannot migrate.',
    like: 'vfio_ioctl_device_feature_migration() with -EINVAL for a device without mig_ops',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        override ioctl(task: Task, arg: bigint): Result {
          const result = super.ioctl(task, arg);
          return result === 'ENOTTY' && numberAt(task, arg) < 10 ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-2010',
    breaks: ['VFIO-FEA-06'],
    story: 'A device says that its bus mastering could be switched as a feature.',
    like: 'vfio-cdx: VFIO_DEVICE_FEATURE_BUS_MASTER taken over by vfio-pci',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        override ioctl(task: Task, arg: bigint): Result {
          const result = super.ioctl(task, arg);
          return result === 'ENOTTY' && numberAt(task, arg) === 10 ? 0 : result;
        }
      },
  },
  {
    id: 'SEED-2234',
    breaks: ['VFIO-FEA-04'],
    story: 'Ranges that a device is to log may overlap.',
    like: 'vfio_ioctl_device_feature_logging_start() without interval_tree_iter_first()',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        protected override refusalOf(
          ...[range, pageSize]: Parameters<InstanceType<typeof vfio.VfioLogging>['refusalOf']>
        ): ErrnoName | undefined {
          return super.refusalOf(range, pageSize, []);
        }
      },
  },
  {
    id: 'SEED-2235',
    breaks: ['VFIO-FEA-05'],
    story: 'A report may go around.',
    like: 'vfio_ioctl_device_feature_logging_report() without check_add_overflow()',
    bug: ({ vfio }) =>
      class extends vfio.VfioLogging {
        override report(call: FeatureCall): number | ErrnoName {
          const result = super.report(call);
          return result === 'EOVERFLOW' ? 0 : result;
        }
      },
  },
);

function numberAt(task: Task, arg: bigint): number {
  const bytes = task.memory.copyFromUser(arg + 4n, 4);
  if (typeof bytes === 'string') return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) & NUMBER;
}
