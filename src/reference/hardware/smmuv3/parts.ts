import type { HardwareParts } from '../parts.ts';
import { CommandQueue } from './command-queue.ts';
import { ConfigurationCache } from './configuration-cache.ts';
import { SmmuUnit } from './smmu-unit.ts';
import { Stalls } from './stalls.ts';
import { StreamConfiguration } from './stream-configuration.ts';
import { Tlb } from './tlb.ts';

export const smmuv3Parts = {
  CommandQueue,
  ConfigurationCache,
  SmmuUnit,
  Stalls,
  StreamConfiguration,
  Tlb,
};

export interface Smmuv3Parts extends HardwareParts {
  readonly smmuv3: typeof smmuv3Parts;
}
