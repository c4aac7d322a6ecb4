import { V1_DIRTY } from '#formats/amd/page-table-entry.ts';

import type { MemoryBus } from '../../../hardware/bus.ts';
import { maximum, minimum } from '../../lib/math.ts';
import type { DirtyTracking, DirtyVisit } from '../domain.ts';
import type { PageTableBuilder } from '../page-table-builder.ts';

export interface HostDirtyOptions {
  readonly memory: MemoryBus;
  readonly table: PageTableBuilder;
  /** Device table entries follow, and what is cached goes. */
  readonly toggle: (isEnabled: boolean) => void;
  readonly flush: (iova: bigint, length: bigint) => void;
}

/** amd_dirty_ops: the dirty bits of a v1 table (HDSup). HW-AMD-04 11 */
export class HostDirty implements DirtyTracking {
  protected readonly options: HostDirtyOptions;
  private isOn = false;

  constructor(options: HostDirtyOptions) {
    this.options = options;
  }

  get isEnabled(): boolean {
    return this.isOn;
  }

  /** amd_iommu_set_dirty_tracking() */
  set isEnabled(wanted: boolean) {
    if (wanted === this.isOn) return;
    this.isOn = wanted;
    this.options.toggle(wanted);
  }

  /** read_and_clear_dirty(): what was cleared must not stay in a cache, or the next write would leave no mark. */
  read(first: bigint, last: bigint, visit: DirtyVisit): void {
    const { memory, table } = this.options;
    let hasCleared = false;
    table.visit(first, last, ({ iova, size, entry, at }) => {
      if (!(entry & V1_DIRTY)) return;
      const end = iova + size - 1n;
      const isTold = visit(maximum(iova, first), minimum(end, last));
      if (!isTold || iova < first || end > last) return;
      memory.write64(at, entry & ~V1_DIRTY);
      hasCleared = true;
    });
    if (hasCleared) this.options.flush(first, last - first + 1n);
  }
}
