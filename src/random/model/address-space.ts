import { lastOf, overlaps, type Area, type Span } from './pages.ts';

/** Areas that were unmapped and are remembered: no page table may lead there any more. */
const ghosts = 4;

export interface Obstacles {
  /** A hardware queue lives there. HWQ-10 */
  readonly locked: (area: Area) => boolean;
  /** An access has pinned there. VFIO-27 */
  readonly pinned: (area: Area) => boolean;
  /** Bytes. */
  readonly alignment: bigint;
}

/** What is mapped in an IOAS. */
export class AddressSpace {
  areas: readonly Area[] = [];
  gone: readonly Area[] = [];
  largePages = true;

  add(area: Area): void {
    this.areas = [...this.areas, area];
  }

  overlapping(span: Span): Area[] {
    return this.areas
      .filter((area) => overlaps(area, span))
      .sort((one, other) => (one.iova < other.iova ? -1 : 1));
  }

  /** As iopt_unmap_iova_range() goes: in ascending order, up to the first area that has to stay. IOAS-UNMAP-05 10 */
  unmap(span: Span, { locked }: Obstacles): readonly Area[] {
    const found = this.overlapping(span);
    const stays = (area: Area): boolean =>
      locked(area) || area.iova < span.first || lastOf(area) > span.last;
    const stop = found.findIndex(stays);
    const removed = stop < 0 ? found : found.slice(0, stop);
    const out = new Set(removed);
    this.areas = this.areas.filter((area) => !out.has(area));
    this.gone = [...this.gone, ...removed].slice(-ghosts);
    return removed;
  }

  /** As iopt_cut_iova() goes: each of these becomes the end of an area. False at the first that cannot. VFIO-26 27 */
  cut(ends: readonly bigint[], obstacles: Obstacles): boolean {
    return ends.every((last) => this.#cutAt(last, obstacles));
  }

  #cutAt(last: bigint, { pinned, locked, alignment }: Obstacles): boolean {
    const [area] = this.overlapping({ first: last, last });
    if (area === undefined || last === area.iova || last === lastOf(area)) return true;
    const { iova, length, pages, start } = area;
    const left = last + 1n - iova;
    const aligned =
      (last + 1n) % alignment === 0n && (pages.lead + start + left) % alignment === 0n;
    if (pages.kind === 'device' || !aligned || pinned(area) || locked(area)) return false;
    const parts = [
      { iova, length: left, pages, start },
      { iova: last + 1n, length: length - left, pages, start: start + left },
    ];
    this.areas = [...this.areas.filter((other) => other !== area), ...parts];
    return true;
  }
}
