import BTree from 'sorted-btree';
import { compareBigints } from './math.ts';

/** Both ends included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * How many of a set of ranges, which may overlap, cover each point: a step function, kept as the points where it
 * changes. Costs O(log n) and the number of steps inside the range.
 */
export class RangeCounts {
  /** Point → count from there up to the next point; neighbours differ. 0 below the first. */
  private readonly steps = new BTree<bigint, number>(undefined, compareBigints);

  /** Returns what was not covered before. */
  add(range: Range): Range[] {
    return this.change(range, 1);
  }

  /** Takes back one add() of exactly that range. Returns what is not covered any more. */
  remove(range: Range): Range[] {
    return this.change(range, -1);
  }

  intersects({ first, last }: Range): boolean {
    if (this.at(first) > 0) return true;
    const next = this.steps.nextHigherKey(first);
    return next !== undefined && next <= last;
  }

  /** What no range covers between the two ends, ascending. */
  *gaps({ first, last }: Range): Generator<Range> {
    let from = first;
    let covered = this.at(first) > 0;
    for (let key = this.steps.nextHigherKey(first); key !== undefined && key <= last;) {
      const count = this.steps.get(key, 0) ?? 0;
      if (!covered && count > 0) yield { first: from, last: key - 1n };
      if (covered && count === 0) from = key;
      covered = count > 0;
      key = this.steps.nextHigherKey(key);
    }
    if (!covered) yield { first: from, last };
  }

  private at(point: bigint): number {
    return this.steps.getPairOrNextLower(point)?.[1] ?? 0;
  }

  private change({ first, last }: Range, difference: 1 | -1): Range[] {
    this.cut(first);
    this.cut(last + 1n);
    const turned: Range[] = [];
    const keys = this.steps.getRange(first, last, true);
    keys.forEach(([key, count], index) => {
      this.steps.set(key, count + difference);
      const end = keys[index + 1]?.[0] ?? last + 1n;
      if ((count === 0) !== (count + difference === 0)) turned.push({ first: key, last: end - 1n });
    });
    for (const [key] of keys) this.heal(key);
    this.heal(last + 1n);
    return turned;
  }

  private cut(point: bigint): void {
    this.steps.set(point, this.at(point));
  }

  private heal(point: bigint): void {
    const before = this.steps.nextLowerPair(point)?.[1] ?? 0;
    if (this.steps.get(point) === before) this.steps.delete(point);
  }
}
