import { SECOND_STAGE_DIRTY } from '#formats/vtd/paging-entry.ts';

import type { MemoryBus } from '../../../hardware/bus.ts';
import { maximum, minimum } from '../../lib/math.ts';
import type { DirtyTracking, DirtyVisit } from '../domain.ts';
import type { CacheTags } from './cache-tags.ts';
import type { PageTableBuilder } from '../page-table-builder.ts';

export interface SecondStageDirtyOptions {
  readonly memory: MemoryBus;
  readonly table: PageTableBuilder;
  readonly tags: CacheTags;
  /** Lets the PASID entries of all devices at the domain follow. */
  readonly toggle: (isEnabled: boolean) => void;
}

/** intel_second_stage_dirty_ops: the dirty bits of a second-stage table (SSADS). HW-VTD-24 */
export class SecondStageDirty implements DirtyTracking {
  protected readonly options: SecondStageDirtyOptions;
  private isOn = false;

  constructor(options: SecondStageDirtyOptions) {
    this.options = options;
  }

  get isEnabled(): boolean {
    return this.isOn;
  }

  /** intel_iommu_set_dirty_tracking() */
  set isEnabled(wanted: boolean) {
    if (wanted === this.isOn) return;
    this.isOn = wanted;
    this.options.toggle(wanted);
  }

  /**
   * read_and_clear_dirty(), iommu_dirty_bitmap_record(): an entry that reaches out of the range stays dirty. What was
   * cleared must not stay in a cache, or the next write would leave no mark. DIRTY-13 15
   */
  read(first: bigint, last: bigint, visit: DirtyVisit): void {
    const { memory, table } = this.options;
    let hasCleared = false;
    table.visit(first, last, ({ iova, size, entry, at }) => {
      if (!(entry & SECOND_STAGE_DIRTY)) return;
      const end = iova + size - 1n;
      const isTold = visit(maximum(iova, first), minimum(end, last));
      if (!isTold || iova < first || end > last) return;
      memory.write64(at, entry & ~SECOND_STAGE_DIRTY);
      hasCleared = true;
    });
    if (hasCleared) this.flush(first, last);
  }

  protected flush(first: bigint, last: bigint): void {
    this.options.tags.flushRange(first, last - first + 1n, true);
  }
}
