import {
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_PROBE,
  VFIO_DEVICE_FEATURE_SET,
} from '#uapi/vfio/feature.ts';
import type { Task } from '../fs/process.ts';

/** The argument of VFIO_DEVICE_FEATURE behind its head. */
export interface FeatureCall {
  readonly task: Task;
  /** VFIO_DEVICE_FEATURE_*. */
  readonly flags: number;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

export const FEATURE_GET_AND_SET = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;

/**
 * vfio_check_feature(): 0 for a probe of what the feature supports, VFIO_DEVICE_FEATURE_GET or _SET or both; EINVAL for what
 * it does not, for neither, and for fewer bytes than `size`. Undefined: it is to be done. VFIO-FEA-02
 */
export function checkFeature(
  { flags, length }: FeatureCall,
  supported: number,
  size: number,
): 0 | 'EINVAL' | undefined {
  if (flags & FEATURE_GET_AND_SET & ~supported) return 'EINVAL';
  if (flags & VFIO_DEVICE_FEATURE_PROBE) return 0;
  if (!(flags & FEATURE_GET_AND_SET)) return 'EINVAL';
  return length < size ? 'EINVAL' : undefined;
}
