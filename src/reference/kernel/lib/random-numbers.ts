/** Marsaglia's xorshift32: the same numbers in each run with the same seed. */
export class RandomNumbers {
  private state: number;

  constructor(seed = 0x9e37_79b9) {
    // Spread, as seeds are small and zero is where it stands still.
    this.state = Math.imul(seed, 0x9e37_79b1) ^ 0x9e37_79b9 || 1;
  }

  /** From -2^31 to 2^31 - 1. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state;
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return (this.next() >>> 0) % limit;
  }

  /** Fisher and Yates: in place. */
  shuffle<T>(items: T[]): T[] {
    for (let rest = items.length; rest > 1; rest -= 1) {
      const [one, other] = [rest - 1, this.below(rest)];
      [items[one], items[other]] = [items[other] as T, items[one] as T];
    }
    return items;
  }
}
