import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';

import type { ActionOf } from './action.ts';
import { nameOf, nthOf, shownTable, type PageTable, type Stage } from './stage.ts';

/** Page tables that are allocated, destroyed, and allocated again. */

const flagOf: Readonly<Record<string, number>> = {
  nesting: IOMMU_HWPT_ALLOC_NEST_PARENT,
  PASID: IOMMU_HWPT_ALLOC_PASID,
};

/** What it is made on: an IOAS, the nesting parent, or the vIOMMU; undefined while that is not there. */
function baseOf(
  stage: Stage,
  { guest, ioas }: PageTable,
): { readonly id: number; readonly shown: string } | undefined {
  const { viommu, ioases, tables } = stage;
  if (guest === undefined) {
    const { id, name } = ioases[ioas] ?? { id: 0, name: '' };
    return { id, shown: `IOAS "${name}"` };
  }
  if (viommu !== undefined) return { id: viommu, shown: 'vIOMMU "virtual"' };
  const parent = tables.find(({ base }) => base === 'parent');
  return parent?.id === undefined ? undefined : { id: parent.id, shown: shownTable(parent) };
}

/** A table of a guest comes with what its IOMMU needs to know of it. */
async function dataOf(
  stage: Stage,
  { guest }: PageTable,
): Promise<Record<string, number | bigint>> {
  const handle = stage.guests[guest ?? -1]?.handle;
  if (handle === undefined) return {};
  const { type, bytes } = handle.format.hwptData(handle.guestAddress);
  await stage.rig.store('data', bytes);
  return { data_type: type, data_len: bytes.length, data_uptr: stage.rig.address('data') };
}

/** Its first allocation, and each later one; false where the kernel refuses. */
export async function makeTable(stage: Stage, table: PageTable): Promise<boolean> {
  const base = baseOf(stage, table);
  const [{ id: dev_id, name } = { id: 0, name: '' }] = stage.devices;
  const queue = table.hasQueue ? stage.queue : undefined;
  if (base === undefined) return false;
  const flags = table.flags.reduce((sum, flag) => sum | (flagOf[flag] ?? 0), 0);
  const fault = queue && { flags: flags | IOMMU_HWPT_FAULT_ID_VALID, fault_id: queue.id };
  const fields = { dev_id, pt_id: base.id, flags, ...fault, ...(await dataOf(stage, table)) };
  const made = await stage.rig.call(IOMMU_HWPT_ALLOC, fields);
  if (made.result < 0) return false;
  table.id = made.field('out_hwpt_id');
  table.made += 1;
  stage.tell(`Given ${wordsOf(stage, table)} for device "${name}" on ${base.shown}`);
  return true;
}

function wordsOf(stage: Stage, table: PageTable): string {
  const { flags, guest, hasQueue } = table;
  const handle = stage.guests[guest ?? -1]?.handle;
  const sorts = [...(handle ? ['nested'] : []), ...flags].map((sort) => `${sort} `).join('');
  const queue = hasQueue ? 'fault queue "faults"' : undefined;
  const extras = [handle && `page table "${handle.name}"`, queue].filter(Boolean).join(' and ');
  return `${sorts === '' ? 'an' : 'a'} ${sorts}HWPT "${nameOf(table)}"${extras && ` with ${extras}`}`;
}

export async function make(stage: Stage, { nth }: ActionOf<'make'>): Promise<boolean> {
  const table = nthOf(
    stage.tables.filter(({ kind, id }) => kind === 'HWPT' && id === undefined),
    nth,
  );
  return table !== undefined && makeTable(stage, table);
}

/** EBUSY while something is attached to it or made on it. */
export async function destroy(stage: Stage, { nth }: ActionOf<'destroy'>): Promise<boolean> {
  const table = nthOf(
    stage.tables.filter(({ kind, id }) => kind === 'HWPT' && id !== undefined),
    nth,
  );
  if (table?.id === undefined) return false;
  const { result } = await stage.rig.call(IOMMU_DESTROY, { id: table.id });
  stage.tellCall(`it destroys ${shownTable(table)}`, result);
  if (result >= 0) table.id = undefined;
  return true;
}
