import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FEATURE_DMA_BUF,
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
  VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
  VFIO_DEVICE_FEATURE_MASK,
  VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
  VFIO_DEVICE_FEATURE_SET,
  vfio_device_feature_dma_buf,
  vfio_device_low_power_entry_with_wakeup,
} from '#uapi/vfio/feature.ts';
import { checkFeature } from '../check-feature.ts';
import type { FeatureCall } from '../check-feature.ts';

/** A UUID; bytes. */
export const VF_TOKEN_SIZE = 16;

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
  /** Of a physical function. */
  setToken: ((call: FeatureCall) => Result) | undefined;
}

/** vfio_pci_core_ioctl_feature(): those of a device that cannot migrate and is neither PF nor VF. VFIO-FEA-03 06 */
function featuresOf(targets: FeatureTargets): ReadonlyMap<number, Feature> {
  const set = VFIO_DEVICE_FEATURE_SET;
  const { setToken } = targets;
  return new Map<number, Feature>([
    ...(setToken
      ? [
          [
            VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
            { directions: set, size: VF_TOKEN_SIZE, perform: setToken },
          ] as const,
        ]
      : []),
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

/** What a device of PCI has beyond its regions and interrupts. */
export class VfioPciFeatures {
  protected readonly features: ReadonlyMap<number, Feature>;

  constructor(targets: FeatureTargets) {
    this.features = featuresOf(targets);
  }

  /** ENOTTY for what the device does not have. VFIO-FEA-02 */
  perform(call: FeatureCall): Result {
    const feature = this.features.get(call.flags & VFIO_DEVICE_FEATURE_MASK);
    if (!feature) return 'ENOTTY';
    return this.check(feature, call) ?? feature.perform(call);
  }

  /** EINVAL, or 0 for a question; undefined where it is to be done. VFIO-PM-01 */
  protected check({ directions, size }: Feature, call: FeatureCall): 0 | 'EINVAL' | undefined {
    return checkFeature(call, directions, size);
  }
}
