import { RangeCounts } from '../lib/range-counts.ts';
import type { Range } from '../lib/range-counts.ts';
import { ULONG_MAX } from '../lib/math.ts';

/** io_pagetable.h: struct iopt_reserved: IOVAs that nothing may be mapped at, each with who asked for it. */
export class ReservedIovas {
  protected readonly counts = new RangeCounts();
  protected readonly owned = new Map<object, Range[]>();

  /** Returns what was not reserved before. MOCK-04 */
  add(range: Range, owner: object): Range[] {
    const ranges = this.owned.get(owner);
    if (ranges) ranges.push(range);
    else this.owned.set(owner, [range]);
    return this.counts.add(range);
  }

  /** Returns what nobody reserves any more. IOAS-RANGES-08 DEV-42 */
  removeAllOf(owner: object): Range[] {
    const ranges = this.owned.get(owner) ?? [];
    this.owned.delete(owner);
    return ranges.flatMap((range) => this.counts.remove(range));
  }

  intersects(range: Range): boolean {
    return this.counts.intersects(range);
  }

  /** IOAS-ALLOC-03 IOAS-RANGES-03 07 09 13 */
  usable(): Iterable<Range> {
    return this.counts.gaps({ first: 0n, last: ULONG_MAX });
  }
}
