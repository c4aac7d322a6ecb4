import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';

import type { ActionOf } from './action.ts';
import {
  count,
  hostAddress,
  PAGE,
  ramPages,
  shownAddress,
  shownRam,
  tableBases,
  tableBuffers,
  tablePages,
} from './addresses.ts';
import { everyGuestPage } from './model/guest-table.ts';
import { nthOf, type Span, type Stage } from './stage.ts';

/** What the host maps and unmaps: memory of guests, and what devices reach without one. */

interface Mapped {
  readonly ioas: number;
  readonly iova: bigint;
  readonly pages: number;
  readonly memory: bigint;
  readonly shown: string;
  readonly write: boolean;
}

async function mapInto(stage: Stage, mapped: Mapped): Promise<number> {
  const { id: ioas_id, name } = stage.ioases[mapped.ioas] ?? { id: 0, name: '' };
  const { iova, pages, memory: user_va, shown, write } = mapped;
  const rights = IOMMU_IOAS_MAP_READABLE | (write ? IOMMU_IOAS_MAP_WRITEABLE : 0);
  const flags = IOMMU_IOAS_MAP_FIXED_IOVA | rights;
  const fields = { flags, ioas_id, user_va, length: BigInt(pages) * PAGE, iova };
  const { result } = await stage.rig.call(IOMMU_IOAS_MAP, fields);
  const words = `${count(pages)} of ${shown} into IOAS "${name}" at ${shownAddress(iova)}`;
  stage.tellCall(`it maps ${words} ${write ? 'read-write' : 'read-only'}`, result);
  return result;
}

async function unmapFrom(
  stage: Stage,
  ioas: number,
  { iova, pages }: { readonly iova: bigint; readonly pages: number },
): Promise<number> {
  const { id: ioas_id, name } = stage.ioases[ioas] ?? { id: 0, name: '' };
  const fields = { ioas_id, iova, length: BigInt(pages) * PAGE };
  const { result } = await stage.rig.call(IOMMU_IOAS_UNMAP, fields);
  const range = `${count(pages)} at ${shownAddress(iova)}`;
  stage.tellCall(`it unmaps ${range} from IOAS "${name}"`, result);
  return result;
}

export async function map(stage: Stage, action: ActionOf<'map'>): Promise<boolean> {
  const { ioas, at, from, write } = action;
  const pages = Math.min(action.pages, ramPages - at, ramPages - from);
  const memory = stage.rig.address('ram') + BigInt(from) * PAGE;
  const place = { iova: hostAddress(at), pages, memory, shown: shownRam(from), write };
  const result = await mapInto(stage, { ioas, ...place });
  if (result >= 0) stage.ioases[ioas]?.space.add({ at, pages, from, write });
  return true;
}

async function unmapPages(
  stage: Stage,
  { ioas, at, pages }: Omit<ActionOf<'unmap range'>, 'kind'>,
): Promise<boolean> {
  await unmapFrom(stage, ioas, { iova: hostAddress(at), pages });
  stage.ioases[ioas]?.space.unmap(at, pages);
  stage.unmapped = { page: at, pages };
  const led = everyGuestPage.find((page) => leadsInto(stage, page, stage.unmapped));
  if (led !== undefined) stage.changed = { page: led, pages: 1 };
  return true;
}

/** A page of the first guest. */
function leadsInto({ guests }: Stage, guestPage: number, { page, pages }: Span): boolean {
  const entry = guests[0]?.table.entry(guestPage) ?? 'absent';
  return entry !== 'absent' && entry.page >= page && entry.page < page + pages;
}

/** One of the mappings. */
export async function unmap(stage: Stage, { ioas, nth }: ActionOf<'unmap'>): Promise<boolean> {
  const found = nthOf(stage.ioases[ioas]?.space.mappings ?? [], nth);
  return found !== undefined && unmapPages(stage, { ioas, at: found.at, pages: found.pages });
}

export async function unmapRange(stage: Stage, action: ActionOf<'unmap range'>): Promise<boolean> {
  return unmapPages(stage, { ...action, pages: Math.min(action.pages, ramPages - action.at) });
}

/** The memory of a guest's table goes, or comes back with what it holds. */
export async function toggleTables(
  stage: Stage,
  { table: nth }: ActionOf<'toggle tables'>,
): Promise<boolean> {
  const table = stage.guests[nth]?.table;
  const [iova, buffer] = [tableBases[nth], tableBuffers[nth]];
  if (table === undefined || iova === undefined || buffer === undefined) return false;
  const place = { iova, pages: tablePages };
  if (table.isMapped) {
    if ((await unmapFrom(stage, 0, place)) >= 0) table.isMapped = false;
    return true;
  }
  const memory = stage.rig.address(buffer);
  const mapped = { ioas: 0, memory, shown: `buffer "${buffer}"`, write: true, ...place };
  if ((await mapInto(stage, mapped)) >= 0) table.isMapped = true;
  for (const kept of stage.keptOf(nth)) kept.note(table);
  return true;
}
