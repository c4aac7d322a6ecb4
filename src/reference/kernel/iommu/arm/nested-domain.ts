import { bits } from '#formats/bits.ts';

import type { NestedDomain } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import { SteConfig, encodeAbort } from '../../../hardware/smmuv3/stream-table.ts';
import type { SteWords } from '../../../hardware/smmuv3/stream-table.ts';
import type { Vsmmu } from './vsmmu.ts';

const CONFIG = 7n << 1n;
const VALID = 1n;
/** MEV: events that are alike may be merged. */
const MERGE_EVENTS = 1n << 19n;

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
    return bits(this.entry[0], 3, 1);
  }

  /** arm_smmu_make_nested_domain_ste(): the second stage is the host's, whatever the guest wants. */
  get entryWords(): SteWords {
    if (this.config === SteConfig.Abort) return encodeAbort();
    const [, second = 0n, ...rest] = this.vsmmu.parent.stage2Entry;
    if (this.config === SteConfig.Bypass) return this.vsmmu.parent.stage2Entry;
    const first = (this.entry[0] & ~CONFIG) | (SteConfig.Nested << 1n) | VALID;
    return [first, second | this.entry[1] | MERGE_EVENTS, ...rest];
  }

  free(): void {}
}
