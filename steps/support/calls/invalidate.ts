import type { DataTable } from '@cucumber/cucumber';

import { vendors } from '#commands/vendors/index.ts';
import type { Typed } from '#commands/vendors/vendor.ts';
import { vtd } from '#commands/vendors/vtd.ts';
import { IOMMU_HWPT_INVALIDATE, IOMMU_VTD_INV_FLAGS_LEAF } from '#uapi/iommufd/hwpt.ts';

import { parseRow } from '../fields.ts';
import type { Handle, ProcessHandle } from '../handles.ts';
import type { Forgotten } from '../words/hwpts.ts';
import { idOf } from '../words/names.ts';
import type { World } from '../world.ts';
import { demandMemory } from './scratch.ts';

/** What a vendor's driver takes whose structs have all these fields. */
function formatWith(fields: readonly string[]): Required<Typed> {
  const formats: readonly (Typed | undefined)[] = vendors.flatMap(
    ({ invalidation, guestInvalidation }) => [invalidation, guestInvalidation],
  );
  for (const { type, struct } of formats.filter((each) => each !== undefined)) {
    if (struct && fields.every((field) => struct.codecs[field])) return { type, struct };
  }
  throw new Error(`no invalidation of any vendor has the fields ${fields.join(', ')}`);
}

/** How often a row stands for an entry, where a table says so. */
const TIMES = 'times';

/** A call of IOMMU_HWPT_INVALIDATE whose entries are the rows of a table with the fields of a vendor's struct as its head. */
export async function invalidate(
  world: World,
  process: ProcessHandle,
  object: Handle,
  table: DataTable,
): Promise<void> {
  await submit(world, process, object, entriesOf(world, process, table));
}

const U64_MAX = (1n << 64n) - 1n;
const VTD_PAGE = 4096n;

/** The same of a page table of VT-d with one entry: in pages of 4 KiB, which are the IOMMU's. */
export async function invalidatePages(
  world: World,
  process: ProcessHandle,
  { addr, length, leavesOnly }: Forgotten,
  hwpt: Handle,
): Promise<void> {
  const { type, struct } = vtd.invalidation;
  const npages = length === 'everything' ? U64_MAX : length / VTD_PAGE;
  const flags = leavesOnly ? IOMMU_VTD_INV_FLAGS_LEAF : 0;
  const entries = [struct.pack({ addr, npages, flags })];
  await submit(world, process, hwpt, { type, struct, entries });
}

interface Entries extends Required<Typed> {
  readonly entries: readonly Uint8Array[];
}

async function submit(
  world: World,
  process: ProcessHandle,
  object: Handle,
  { type, struct, entries }: Entries,
): Promise<void> {
  const bytes = Buffer.concat(entries);
  const { array } = process.scratch;
  demandMemory('store of what is invalidated', await process.port.store(array, bytes));
  const { fd } =
    'iommufd' in object && object.iommufd ? object.iommufd : world.handles.first('iommufd');
  await world.call(
    process,
    { fd, command: IOMMU_HWPT_INVALIDATE },
    {
      hwpt_id: idOf(object),
      data_type: type,
      data_uptr: array,
      entry_len: struct.size,
      entry_num: entries.length,
    },
  );
}

function entriesOf(world: World, process: ProcessHandle, table: DataTable): Entries {
  const hashes = table.hashes().map(({ [TIMES]: times = '1', ...row }) => ({ times, row }));
  const { type, struct } = formatWith(Object.keys(hashes[0]?.row ?? {}));
  const entries = hashes.flatMap(({ times, row }) =>
    Array.from({ length: Number(times) }, () => struct.pack(parseRow(world, process, struct, row))),
  );
  return { type, struct, entries };
}
