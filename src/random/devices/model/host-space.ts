/** A mapping of an IOAS: pages of it, from `at` on, that lead to pages of "ram" from `from` on. */
export interface HostMapping {
  readonly at: number;
  readonly pages: number;
  readonly from: number;
  readonly write: boolean;
}

/** What an IOAS has where "ram" can be. What a device reaches through it is what is mapped, and never what was. */
export class HostSpace {
  #mappings: readonly HostMapping[] = [];

  get mappings(): readonly HostMapping[] {
    return this.#mappings;
  }

  get pages(): number {
    return this.#mappings.reduce((sum, { pages }) => sum + pages, 0);
  }

  add(mapping: HostMapping): void {
    this.#mappings = [...this.#mappings, mapping];
  }

  /**
   * In ascending order, up to the first mapping that does not lie whole in the range, and so has to stay: the call fails then.
   * IOAS-UNMAP-05 10
   */
  unmap(at: number, pages: number): void {
    const end = at + pages;
    const found = this.#mappings
      .filter((each) => each.at < end && at < each.at + each.pages)
      .sort((one, other) => one.at - other.at);
    const stop = found.findIndex((each) => each.at < at || each.at + each.pages > end);
    const gone = new Set(stop < 0 ? found : found.slice(0, stop));
    this.#mappings = this.#mappings.filter((each) => !gone.has(each));
  }

  /** The page of "ram" behind a page of the IOAS. */
  lookup(page: number): { readonly ram: number; readonly write: boolean } | undefined {
    const found = this.#mappings.find(({ at, pages }) => page >= at && page < at + pages);
    return found && { ram: found.from + page - found.at, write: found.write };
  }
}
