/** Pages that share a slot: as many as a word has bits. */
const PER_SLOT = 32;
const FIRST_SLOTS = 4;
const EMPTY = -1;
/** Knuth's multiplicative hash of 32 bits. */
const MULTIPLIER = 0x9e3779b1;

/**
 * Values by page number, up to 53 bits. Neighbours lie beside each other, and which of them are there is a bit each: to take some away
 * touches two words, however many others there are. A value that was taken away stays in its place until another one comes.
 */
export class PageMap<T> {
  /** By slot: the number of its first page by PER_SLOT. Open addressing; slots are a power of two. */
  private keys = new Float64Array(0);
  private present = new Uint32Array(0);
  private values: (T | undefined)[] = [];
  private used = 0;

  /** Was nothing ever put here? */
  get isUnused(): boolean {
    return this.used === 0;
  }

  get(page: number): T | undefined {
    if (this.used === 0) return undefined;
    const slot = this.slotOf(Math.floor(page / PER_SLOT));
    const bit = page % PER_SLOT;
    const isPresent = ((this.present[slot] ?? 0) >>> bit) & 1;
    return isPresent ? this.values[slot * PER_SLOT + bit] : undefined;
  }

  set(page: number, value: T): void {
    const key = Math.floor(page / PER_SLOT);
    if (2 * this.used >= this.keys.length) this.grow();
    const slot = this.slotOf(key);
    if (this.keys[slot] === EMPTY) {
      this.keys[slot] = key;
      this.used += 1;
    }
    const bit = page % PER_SLOT;
    this.present[slot] = (this.present[slot] ?? 0) | (1 << bit);
    this.values[slot * PER_SLOT + bit] = value;
  }

  /** From the first page to the last one; where these have more slots than there are, by looking at each of those. */
  delete(first: number, last: number): void {
    if (this.used === 0) return;
    const [from, to] = [Math.floor(first / PER_SLOT), Math.floor(last / PER_SLOT)];
    if (to - from < this.keys.length) {
      for (let key = from; key <= to; key += 1) this.clear(this.slotOf(key), key, first, last);
      return;
    }
    for (const [slot, key] of this.keys.entries())
      if (from <= key && key <= to) this.clear(slot, key, first, last);
  }

  /** Those of a slot that are in the range. */
  private clear(slot: number, key: number, first: number, last: number): void {
    const begin = Math.max(first - key * PER_SLOT, 0);
    const end = Math.min(last - key * PER_SLOT, PER_SLOT - 1);
    const mask = (0xffff_ffff >>> (PER_SLOT - 1 - end + begin)) << begin;
    this.present[slot] = (this.present[slot] ?? 0) & ~mask;
  }

  /** Where the key is, or is to come. */
  private slotOf(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    let slot = (Math.imul(key, MULTIPLIER) >>> 7) & mask;
    while (keys[slot] !== key && keys[slot] !== EMPTY) slot = (slot + 1) & mask;
    return slot;
  }

  /** Twice as many slots, without those that nothing is left in. */
  private grow(): void {
    const { keys, present, values } = this;
    const slots = Math.max(2 * keys.length, FIRST_SLOTS);
    this.keys = new Float64Array(slots).fill(EMPTY);
    this.present = new Uint32Array(slots);
    this.values = new Array<T | undefined>(slots * PER_SLOT).fill(undefined);
    this.used = 0;
    for (const [slot, key] of keys.entries()) {
      if (key === EMPTY || present[slot] === 0) continue;
      const place = this.slotOf(key);
      this.keys[place] = key;
      this.used += 1;
      this.present[place] = present[slot] ?? 0;
      for (let bit = 0; bit < PER_SLOT; bit += 1)
        this.values[place * PER_SLOT + bit] = values[slot * PER_SLOT + bit];
    }
  }
}
