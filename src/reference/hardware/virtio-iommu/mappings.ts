import type { Hpa, Iova } from '#formats/addresses.ts';

export interface Mapping {
  readonly first: Iova;
  /** Included. */
  readonly last: Iova;
  readonly physical: Hpa;
  readonly read: boolean;
  readonly write: boolean;
}

/** Mappings that do not overlap, in order of their IOVAs. A mapping comes and goes as a whole. */
export class Mappings {
  private readonly list: Mapping[] = [];

  get all(): readonly Mapping[] {
    return this.list;
  }

  at(iova: Iova): Mapping | undefined {
    const mapping = this.list[this.indexFrom(iova)];
    return mapping && mapping.first <= iova ? mapping : undefined;
  }

  overlaps(first: Iova, last: Iova): boolean {
    const mapping = this.list[this.indexFrom(first)];
    return mapping !== undefined && mapping.first <= last;
  }

  add(mapping: Mapping): void {
    this.list.splice(this.indexFrom(mapping.first), 0, mapping);
  }

  /** Of all in the range; false, and nothing is gone, where an end of it would cut one. */
  remove(first: Iova, last: Iova): boolean {
    const begin = this.indexFrom(first);
    let end = begin;
    while ((this.list[end]?.first ?? last + 1n) <= last) end += 1;
    const cutsFirst = end > begin && (this.list[begin]?.first ?? first) < first;
    const cutsLast = end > begin && (this.list[end - 1]?.last ?? last) > last;
    if (cutsFirst || cutsLast) return false;
    this.list.splice(begin, end - begin);
    return true;
  }

  clear(): void {
    this.list.length = 0;
  }

  /** Of the first one that does not end before `iova`. */
  private indexFrom(iova: Iova): number {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle]?.last ?? 0n) < iova) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
