import type { MemoryBus } from '../../hardware/bus.ts';
import { maximum, minimum } from '../lib/math.ts';
import type { DirtyTracking, DirtyVisit } from './domain.ts';
import type { PageTableBuilder } from './page-table-builder.ts';

export interface TableDirtyOptions {
  readonly memory: MemoryBus;
  readonly table: PageTableBuilder;
  /** Lets the entries of all devices at the domain follow, and what is cached of them go. */
  readonly toggle: (isEnabled: boolean) => void;
  /** Takes a range out of the caches. */
  readonly flush: (iova: bigint, length: bigint) => void;
}

/** iommu_dirty_ops of a driver whose tables keep a bit that hardware sets where a page is written. */
export abstract class TableDirty implements DirtyTracking {
  protected abstract readonly dirtyBit: bigint;
  protected readonly options: TableDirtyOptions;
  private isOn = false;

  constructor(options: TableDirtyOptions) {
    this.options = options;
  }

  get isEnabled(): boolean {
    return this.isOn;
  }

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
      if (!(entry & this.dirtyBit)) return;
      const end = iova + size - 1n;
      const isTold = visit(maximum(iova, first), minimum(end, last));
      if (!isTold || iova < first || end > last) return;
      memory.write64(at, entry & ~this.dirtyBit);
      hasCleared = true;
    });
    if (hasCleared) this.flush(first, last);
  }

  protected flush(first: bigint, last: bigint): void {
    this.options.flush(first, last - first + 1n);
  }
}
