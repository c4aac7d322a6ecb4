import type { StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import type { Vsmmu } from './vsmmu.ts';

/** struct arm_smmu_master: a device, and all stream ids that its requests may carry. */
export class SmmuMaster {
  readonly streams: readonly StreamId[];
  /** struct arm_smmu_vmaster: whom it tells of its events, and as whom, while a guest has a hand in its translation. */
  guest: { readonly vsmmu: Vsmmu; readonly virtualId: bigint } | undefined;

  constructor(streams: readonly StreamId[]) {
    this.streams = streams;
  }
}
