import type { Who } from '../call.ts';
import { pageSize } from '../layout.ts';

/** What a map call pins, shared by all copies of it. */
export interface Pages {
  owner: Who | 'nobody';
  /** Memory of a device is not pinned, nor charged. */
  readonly kind: 'user' | 'file' | 'device';
  /** How the pages are charged: a privileged process is charged nothing but VmPin. OPT-24 */
  readonly account: 'none' | 'user' | 'mm';
  /** Bytes from the first page to where the mapping begins. */
  readonly lead: bigint;
  /** User address of the mapping, where it is memory of the parent. */
  readonly address: bigint | undefined;
}

/** One page of a mapping, by its index in it. */
export type Held = readonly [pages: Pages, index: bigint];

export interface Area {
  readonly iova: bigint;
  readonly length: bigint;
  readonly pages: Pages;
  /** Bytes into the mapping. */
  readonly start: bigint;
}

export function lastOf({ iova, length }: Pick<Area, 'iova' | 'length'>): bigint {
  return iova + length - 1n;
}

export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

export function overlaps(area: Pick<Area, 'iova' | 'length'>, { first, last }: Span): boolean {
  return area.iova <= last && first <= lastOf(area);
}

/** The pages that part of an area lies in. */
export function heldBy(area: Area, { first, last }: Span = wholeOf(area)): Held[] {
  const { iova, pages, start } = area;
  const from = first > iova ? first - iova : 0n;
  const to = last < lastOf(area) ? last - iova : area.length - 1n;
  const begin = (pages.lead + start + from) / pageSize;
  const end = (pages.lead + start + to) / pageSize;
  return Array.from({ length: Number(end - begin) + 1 }, (_, index) => [
    pages,
    begin + BigInt(index),
  ]);
}

function wholeOf(area: Area): Span {
  return { first: area.iova, last: lastOf(area) };
}

/** Each page once, however many hold it. */
export function distinct(held: Iterable<Held>): Map<Pages, Set<bigint>> {
  const all = new Map<Pages, Set<bigint>>();
  for (const [pages, index] of held) {
    const indices = all.get(pages) ?? new Set();
    all.set(pages, indices.add(index));
  }
  return all;
}
