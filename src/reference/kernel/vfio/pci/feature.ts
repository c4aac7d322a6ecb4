import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FEATURE,
  VFIO_DEVICE_FEATURE_DMA_BUF,
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
  VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
  VFIO_DEVICE_FEATURE_MASK,
  VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2,
  VFIO_DEVICE_FEATURE_PROBE,
  VFIO_DEVICE_FEATURE_SET,
  vfio_device_feature,
  vfio_device_feature_dma_buf,
  vfio_device_low_power_entry_with_wakeup,
} from '#uapi/vfio/feature.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';

const GET_AND_SET = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;

/** The argument of VFIO_DEVICE_FEATURE behind its head. */
export interface FeatureCall {
  readonly task: Task;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

type Result = number | ErrnoName | undefined;

/** What a device can do of that number. */
interface Feature {
  /** GET or SET. */
  readonly directions: number;
  /** Bytes of what has to be behind the head. */
  readonly size: number;
  perform(call: FeatureCall): Result;
}

/** What the features of a device lead to. */
export interface FeatureTargets {
  enterLowPower(): Result;
  enterLowPowerUntil(call: FeatureCall): Result;
  exitLowPower(): Result;
  exportBar(call: FeatureCall): Result;
}

/** vfio_pci_core_ioctl_feature(): those of a device that cannot migrate and is neither PF nor VF. VFIO-FEA-03 06 */
function featuresOf(targets: FeatureTargets): ReadonlyMap<number, Feature> {
  const set = VFIO_DEVICE_FEATURE_SET;
  return new Map<number, Feature>([
    [
      VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
      { directions: set, size: 0, perform: () => targets.enterLowPower() },
    ],
    [
      VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
      {
        directions: set,
        size: vfio_device_low_power_entry_with_wakeup.size,
        perform: (call) => targets.enterLowPowerUntil(call),
      },
    ],
    [
      VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
      { directions: set, size: 0, perform: () => targets.exitLowPower() },
    ],
    [
      VFIO_DEVICE_FEATURE_DMA_BUF,
      {
        directions: VFIO_DEVICE_FEATURE_GET,
        size: vfio_device_feature_dma_buf.size,
        perform: (call) => targets.exportBar(call),
      },
    ],
  ]);
}

/** vfio_main.c, vfio_ioctl_device_feature(): what a device has beyond its regions and interrupts. */
export class VfioPciFeatures {
  protected readonly features: ReadonlyMap<number, Feature>;

  constructor(targets: FeatureTargets) {
    this.features = featuresOf(targets);
  }

  /** EFAULT, EINVAL for a head that says nothing, ENOTTY for what the device does not have. VFIO-FEA-01 02 */
  ioctl(task: Task, arg: bigint): Result {
    const { minSize } = VFIO_DEVICE_FEATURE;
    const bytes = task.memory.copyFromUser(arg, minSize);
    if (isErrno(bytes)) return bytes;
    const { argsz, flags } = vfio_device_feature.unpack(bytes);
    if (argsz < minSize || !this.isUnderstood(flags)) return 'EINVAL';
    const number = flags & VFIO_DEVICE_FEATURE_MASK;
    if (number === VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2) return 'EINVAL';
    const feature = this.features.get(number);
    if (!feature) return 'ENOTTY';
    const length = argsz - minSize;
    const ready = this.check(feature, flags, length);
    return ready ?? feature.perform({ task, address: arg + BigInt(minSize), length });
  }

  /** A direction and no other, except where it is but a question. */
  protected isUnderstood(flags: number): boolean {
    const known = VFIO_DEVICE_FEATURE_MASK | GET_AND_SET | VFIO_DEVICE_FEATURE_PROBE;
    const isBoth = (flags & GET_AND_SET) === GET_AND_SET;
    return (flags & ~known) === 0 && (!isBoth || (flags & VFIO_DEVICE_FEATURE_PROBE) !== 0);
  }

  /** vfio_check_feature(): EINVAL, or 0 for a question; undefined where it is to be done. VFIO-PM-01 */
  protected check({ directions, size }: Feature, flags: number, length: number): Result {
    if (flags & GET_AND_SET & ~directions) return 'EINVAL';
    if (flags & VFIO_DEVICE_FEATURE_PROBE) return 0;
    if (!(flags & GET_AND_SET) || length < size) return 'EINVAL';
    return undefined;
  }
}
