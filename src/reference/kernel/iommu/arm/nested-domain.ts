import {
  SteConfig,
  encodeAbort,
  configOf,
  withConfig,
  STE_EATS,
  STE_MERGE_EVENTS,
} from '#formats/smmuv3/stream-table-entry.ts';
import type { SteWords } from '#formats/smmuv3/stream-table-entry.ts';

import type { NestedDomain } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import type { Vsmmu } from './vsmmu.ts';

/** struct arm_smmu_nested_domain: a stream table entry of a guest. It is invalidated by way of its virtual SMMU only. */
export class SmmuNestedDomain implements NestedDomain {
  readonly type = 'nested';
  pageRequestHandler?: PageRequestHandler;
  readonly vsmmu: Vsmmu;
  /** Two words; both are 0 for an entry that is not valid. */
  private readonly entry: readonly [bigint, bigint];

  constructor(vsmmu: Vsmmu, entry: readonly [bigint, bigint]) {
    this.vsmmu = vsmmu;
    this.entry = entry;
  }

  /** An entry that is not valid aborts. HWPT-33 */
  get config(): bigint {
    return configOf(this.entry);
  }

  /** arm_smmu_make_nested_domain_ste(): the second stage is the host's, whatever the guest wants. */
  get entryWords(): SteWords {
    if (this.config === SteConfig.Abort) return encodeAbort();
    const [, second = 0n, ...rest] = this.vsmmu.parent.stage2Entry;
    if (this.config === SteConfig.Bypass) return this.vsmmu.parent.stage2Entry;
    const [low, high] = this.entry;
    const first = withConfig(low, SteConfig.Nested);
    return [first, second | (high & ~STE_EATS) | STE_MERGE_EVENTS, ...rest];
  }

  /** Where the guest translates, it says whether the device may keep translations. HW-SMU-42 */
  get wantsAts(): boolean {
    return this.config !== SteConfig.Stage1 || (this.entry[1] & STE_EATS) !== 0n;
  }

  free(): void {}
}
