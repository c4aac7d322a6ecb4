import BTree from 'sorted-btree';

/** Hands out the lowest number that is free: file descriptors and object ids. O(log n). */
export class IdPool {
  private readonly freed = new BTree<number, true>();
  private next: number;

  constructor(first: number) {
    this.next = first;
  }

  take(): number {
    const lowest = this.freed.minKey();
    if (lowest === undefined) return this.next++;
    this.freed.delete(lowest);
    return lowest;
  }

  release(id: number): void {
    this.freed.set(id, true);
  }
}
