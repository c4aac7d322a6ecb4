/** Object ids in use, and which of them keep others from being destroyed. */
export class Objects {
  readonly #holds = new Map<number, readonly number[]>();

  /** One that is known already stays as it was. */
  add(id: number): void {
    if (!this.#holds.has(id)) this.#holds.set(id, []);
  }

  /** From now on `id` keeps these, and no others. */
  hold(id: number, others: readonly number[]): void {
    this.#holds.set(id, others);
  }

  remove(id: number): void {
    this.#holds.delete(id);
  }

  /** Who keeps it. */
  holderOf(id: number): number | undefined {
    return [...this.#holds].find(([, held]) => held.includes(id))?.[0];
  }

  /** The id that the next object gets: the lowest that is free. OBJ-05 */
  get next(): number {
    let id = 1;
    while (this.#holds.has(id)) id += 1;
    return id;
  }

  /** That of an access, which no call tells. */
  takeHidden(): number {
    const id = this.next;
    this.add(id);
    return id;
  }
}
