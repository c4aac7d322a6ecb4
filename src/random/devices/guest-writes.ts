import { IOMMU_HWPT_INVALIDATE, IOMMU_VTD_INV_FLAGS_LEAF } from '#uapi/iommufd/hwpt.ts';
import { smmuv3 } from '#commands/vendors/smmuv3.ts';
import type { Typed } from '#commands/vendors/vendor.ts';
import { vtd } from '#commands/vendors/vtd.ts';
import { parseBits, splitWords } from '#steps/support/guest/bits.ts';
import {
  mapPage,
  replaceTable,
  unmapPage,
  writeEntries,
} from '#steps/support/guest/page-tables.ts';
import { command as smmuCommand } from '#steps/support/guest/smmuv3-bits.ts';

import type { ActionOf } from './action.ts';
import {
  count,
  guestAddress,
  guestPagesIn,
  hostAddress,
  PAGE,
  pagesOfRegion,
  ramPages,
  regionAddress,
  regionOf,
  shownAddress,
} from './addresses.ts';
import { everyGuestPage } from './model/guest-table.ts';
import { nthOf, shownTable, type Guest, type PageTable, type Stage } from './stage.ts';

/** What a guest does with its page tables: it writes entries, and says which of them are to be looked up anew. */

/** Of 2 MiB, which hold no leaf of that size: then there is a table, or room for one. */
const LARGE = 1n << 21n;
/** Of a region, pages that are looked at; of an ASID, more than that are invalidated together. */
const FEW = 4;
/** Pages that a table may need for what leads to it. */
const WAY = 4;

function hasRoom({ handle }: Guest): boolean {
  return BigInt(handle.pagesUsed + WAY) * PAGE <= handle.length;
}

/** Entries that were there may be kept, and those that come. */
async function change(
  stage: Stage,
  nth: number,
  write: (guest: Guest) => Promise<void>,
): Promise<boolean> {
  const guest = stage.guests[nth];
  if (guest === undefined || !hasRoom(guest)) return false;
  await write(guest);
  for (const kept of stage.keptOf(nth)) kept.note(guest.table);
  return true;
}

/** Within the region, and within "ram". */
function clipped(page: number, pages: number, to = 0): number {
  return Math.min(pages, pagesOfRegion - (page % pagesOfRegion), ramPages - to);
}

export async function guestMaps(stage: Stage, action: ActionOf<'guest maps'>): Promise<boolean> {
  const { to, write } = action;
  const { page } = stage.spotted(action.page, 1);
  const pages = clipped(page, action.pages, to);
  const guest = stage.guests[action.table];
  if (guest?.table.hasLarge(regionOf(page)) !== false) return false;
  return change(stage, action.table, async ({ handle, table }) => {
    for (let each = 0; each < pages; each += 1) {
      const [iova, leads] = [guestAddress(page + each), hostAddress(to + each)];
      await mapPage(handle, { iova, to: leads, rights: { read: true, write } });
      table.set(page + each, { page: to + each, write });
    }
    stage.changed = { page, pages };
    const range = `${count(pages)} at ${shownAddress(guestAddress(page))}`;
    const leads = `${shownAddress(hostAddress(to))} ${write ? 'read-write' : 'read-only'}`;
    stage.tell(`When the guest maps ${range} to ${leads} in page table "${handle.name}"`);
  });
}

export async function guestUnmaps(
  stage: Stage,
  action: ActionOf<'guest unmaps'>,
): Promise<boolean> {
  const { page } = stage.spotted(action.page, 1);
  const pages = clipped(page, action.pages);
  const guest = stage.guests[action.table];
  if (guest?.table.hasLarge(regionOf(page)) !== false) return false;
  return change(stage, action.table, async ({ handle, table }) => {
    for (let each = 0; each < pages; each += 1) {
      await unmapPage(handle, guestAddress(page + each));
      table.set(page + each, 'absent');
    }
    stage.changed = { page, pages };
    const range = `${count(pages)} at ${shownAddress(guestAddress(page))}`;
    stage.tell(`When the guest unmaps ${range} in page table "${handle.name}"`);
  });
}

export async function guestMapsLarge(
  stage: Stage,
  { table: nth, region, write }: ActionOf<'guest maps 2 MiB'>,
): Promise<boolean> {
  const words = stage.vendor?.large(write) ?? '';
  return change(stage, nth, async ({ handle, table }) => {
    const [iova, to] = [regionAddress(region), hostAddress(0)];
    await writeEntries(handle, { iova, to, length: LARGE, words });
    table.setLarge(region, write);
    stage.changed = { page: region * pagesOfRegion, pages: FEW };
    const leads = `2 MiB at ${shownAddress(iova)} to ${shownAddress(to)} by "${words}"`;
    stage.tell(`When the guest maps ${leads} in page table "${handle.name}"`);
  });
}

export async function guestReplaces(
  stage: Stage,
  { table: nth, region }: ActionOf<'guest replaces'>,
): Promise<boolean> {
  return change(stage, nth, async ({ handle, table }) => {
    const iova = regionAddress(region);
    await replaceTable(handle, iova);
    table.replace(region);
    stage.changed = { page: region * pagesOfRegion, pages: FEW };
    stage.tell(
      `When the guest replaces the table of ${shownAddress(iova)} in page table "${handle.name}"`,
    );
  });
}

interface Entries extends Required<Typed> {
  readonly id: number;
  readonly entries: readonly Uint8Array[];
}

async function submit(stage: Stage, { id, type, struct, entries }: Entries): Promise<number> {
  const { rig } = stage;
  await rig.store('data', new Uint8Array(Buffer.concat(entries)));
  const place = { data_uptr: rig.address('data'), entry_len: struct.size };
  const fields = { hwpt_id: id, data_type: type, entry_num: entries.length, ...place };
  return (await rig.call(IOMMU_HWPT_INVALIDATE, fields)).result;
}

/** What is to be looked up anew. */
interface Forgotten {
  readonly page: number;
  readonly pages: number | 'everything';
  readonly leaves: boolean;
}

/** Of a page table that is made of a guest's, mostly of one that somebody is at. AMD has no such call. */
export async function invalidate(stage: Stage, action: ActionOf<'invalidate'>): Promise<boolean> {
  const made = stage.tables.filter(({ guest, id }) => guest !== undefined && id !== undefined);
  const used = stage.places.map(([, { table }]) => table).filter((table) => made.includes(table));
  const table = nthOf([...used, ...made], action.nth);
  if (table === undefined) return false;
  const { pages, leaves } = action;
  const what = pages === 'everything' ? { page: 0, pages } : stage.spotted(action.page, pages);
  if (stage.vendor?.format === 'VT-d') return invalidateVtd(stage, table, { ...what, leaves });
  return stage.vendor?.format === 'SMMUv3' && invalidateSmmu(stage, table, { ...what, leaves });
}

const ALL = (1n << 64n) - 1n;

/** What is kept for the page table, by whichever of its devices and PASIDs. */
async function invalidateVtd(
  stage: Stage,
  table: PageTable,
  { page, pages, leaves }: Forgotten,
): Promise<boolean> {
  const { type, struct } = vtd.invalidation;
  const all = pages === 'everything';
  const [addr, npages] = all ? [0n, ALL] : [guestAddress(page), BigInt(pages)];
  const flags = leaves ? IOMMU_VTD_INV_FLAGS_LEAF : 0;
  const entries = [struct.pack({ addr, npages, flags })];
  const result = await submit(stage, { id: table.id ?? 0, type, struct, entries });
  const range = all ? 'everything' : `${count(pages)} at ${shownAddress(addr)}`;
  const what = `${leaves ? 'the leaves of ' : ''}${range}`;
  stage.tellCall(`it invalidates ${what} of ${shownTable(table)}`, result);
  const guest = stage.guests[table.guest ?? -1];
  if (result < 0 || guest === undefined) return true;
  const meant = all ? everyGuestPage : guestPagesIn(addr, npages * PAGE);
  for (const [, standing] of stage.places)
    if (standing.table === table) standing.kept?.flush(meant, leaves, guest.table);
  return true;
}

/** Commands of a guest: by address, by ASID, or all. */
async function invalidateSmmu(
  stage: Stage,
  { guest: nth = 0 }: PageTable,
  { page, pages, leaves }: Forgotten,
): Promise<boolean> {
  const asid = nth + 1;
  const single = (each: number): bigint => guestAddress(page) + BigInt(each) * PAGE;
  const isFew = pages !== 'everything' && pages <= FEW;
  const commands = (shown: (address: bigint) => string): string[] => {
    if (pages === 'everything') return ['TLBI_NH_ALL'];
    if (!isFew) return [`TLBI_NH_ASID, ASID ${asid}`];
    return Array.from({ length: pages }, (_, each) => shown(single(each))).map(
      (at) => `TLBI_NH_VA, ASID ${asid}, ${leaves ? 'Leaf, ' : ''}Addr ${at}`,
    );
  };
  const { type, struct } = smmuv3.guestInvalidation;
  const entries = commands(String).map((words) => {
    const cmd = splitWords(parseBits(smmuCommand, words), 2, 8) as bigint[];
    return struct.pack({ cmd });
  });
  const result = await submit(stage, { id: stage.viommu ?? 0, type, struct, entries });
  const rows = ['cmd', ...commands(shownAddress)].map((each) => `  | ${each} |`);
  stage.tell('When it invalidates through vIOMMU "virtual":', ...rows, 'Then it succeeds');
  if (result < 0) return true;
  const meant = isFew ? guestPagesIn(single(0), BigInt(pages) * PAGE) : everyGuestPage;
  const named = pages === 'everything' ? stage.guests : stage.guests.slice(nth, nth + 1);
  for (const { kept, table } of named) kept.flush(meant, isFew && leaves, table);
  return true;
}
