import type { DataTable } from '@cucumber/cucumber';

import { vendors } from '#commands/vendors/index.ts';
import type { Typed } from '#commands/vendors/vendor.ts';
import { IOMMU_HWPT_INVALIDATE } from '#uapi/iommufd/hwpt.ts';

import { parseRow } from '../fields.ts';
import type { Handle, ProcessHandle } from '../handles.ts';
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
  const { type, struct, entries } = entriesOf(world, process, table);
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

function entriesOf(
  world: World,
  process: ProcessHandle,
  table: DataTable,
): Required<Typed> & { readonly entries: readonly Uint8Array[] } {
  const hashes = table.hashes().map(({ [TIMES]: times = '1', ...row }) => ({ times, row }));
  const { type, struct } = formatWith(Object.keys(hashes[0]?.row ?? {}));
  const entries = hashes.flatMap(({ times, row }) =>
    Array.from({ length: Number(times) }, () => struct.pack(parseRow(world, process, struct, row))),
  );
  return { type, struct, entries };
}
