import BTree from 'sorted-btree';
import { ULONG_MAX, compareBigints, maximum, minimum } from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';

/** What automatic placement may use at most: neither the first nor the last page. IOAS-MAP-19 */
const WHOLE: Range = { first: PAGE_SIZE, last: ULONG_MAX - PAGE_SIZE };

/** io_pagetable.h: struct iopt_allowed: where automatic IOVAs may lie; empty for everywhere. */
export class AllowedIovas {
  protected readonly ranges = new BTree<bigint, Range>(undefined, compareBigints);

  /** False if it overlaps one that is there. IOAS-ALLOW-05 */
  add(range: Range): boolean {
    if (this.intersects(range)) return false;
    this.ranges.set(range.first, range);
    return true;
  }

  intersects({ first, last }: Range): boolean {
    const before = this.ranges.getPairOrNextLower(first)?.[1];
    if (before && before.last >= first) return true;
    const after = this.ranges.nextHigherKey(first);
    return after !== undefined && after <= last;
  }

  all(): Iterable<Range> {
    return this.ranges.values();
  }

  /** In ascending order; ranges that touch are one. IOAS-ALLOW-08 09 */
  *spans(): Generator<Range> {
    if (this.ranges.isEmpty) {
      yield WHOLE;
      return;
    }
    let span: Range | undefined;
    for (const range of this.ranges.values()) {
      if (span && span.last + 1n === range.first) {
        span = { first: span.first, last: range.last };
        continue;
      }
      if (span) yield* this.clip(span);
      span = range;
    }
    if (span) yield* this.clip(span);
  }

  protected *clip(span: Range): Generator<Range> {
    const first = maximum(span.first, WHOLE.first);
    const last = minimum(span.last, WHOLE.last);
    if (first <= last) yield { first, last };
  }
}
