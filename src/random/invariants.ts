import { failure } from '#uapi/errno.ts';
import { IOMMU_IOAS_ALLOC, IOMMU_IOAS_IOVA_RANGES } from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import type { Command } from '#uapi/ioctl.ts';

import { fieldOf } from './call.ts';
import { Finding, type Shows } from './finding.ts';
import { answers, layout, pageSize, ramPages } from './layout.ts';
import type { Model } from './model/model.ts';
import { overlaps, type Area } from './model/pages.ts';
import { shown, type Observation } from './observation.ts';
import type { Seat } from './seat.ts';

/** What has to hold between any two calls, whatever these did. Each is seen through the uAPI alone. */

interface Check {
  readonly seat: Seat;
  readonly model: Model;
}

function ask(seat: Seat, command: Command, fields: Record<string, bigint>): Promise<Observation> {
  return seat.ioctl({ by: 'it', command }, new Map(Object.entries(fields)));
}

function found({ machine }: Seat, what: string, shows?: Shows): Finding {
  return new Finding(`${machine.identity.name}: ${what}`, shows);
}

/** Pins are counted for the process that mapped, once a page, and never against a privileged one's limit. */
async function checkCharges({ seat, model }: Check): Promise<void> {
  for (const who of ['it', 'child'] as const) {
    if (!seat.has(who)) continue;
    const charged = await seat.charged(who);
    const expected = model.charged(who);
    for (const kind of ['pinned', 'locked'] as const) {
      if (charged[kind] === expected[kind]) continue;
      throw found(
        seat,
        `${who} has ${charged[kind]} bytes ${kind}; mappings and accesses hold ${expected[kind]}`,
        (child) => [`    Then ${who === 'it' ? who : child} has ${expected[kind]} bytes ${kind}`],
      );
    }
  }
}

/** Each page of "ram" carries as many pins as there are mappings that hold it. */
async function checkPins({ seat, model }: Check): Promise<void> {
  const pins = Array.from({ length: Number(ramPages) }, () => 0);
  for (const [{ address, lead }, indices] of model.held()) {
    if (address === undefined) continue;
    for (const index of indices) {
      const page = Number((address - lead - layout.ram) / pageSize + index);
      pins[page] = (pins[page] ?? 0) + 1;
    }
  }
  for (const { first, count, refs } of runsOf(pins.slice(0, Number(ramPages)))) {
    const at = layout.ram + BigInt(first) * pageSize;
    const { result } = await ask(seat, test.IOMMU_TEST_CMD, {
      op: BigInt(test.IOMMU_TEST_OP_MD_CHECK_REFS),
      'check_refs.length': BigInt(count) * pageSize,
      'check_refs.uptr': at,
      'check_refs.refs': BigInt(refs),
    });
    if (result === 0) continue;
    throw found(seat, `pages ${first} .. +${count} of "ram" do not carry ${refs} pins each`, () => [
      `    Then ${count} pages of buffer "ram" + ${first} pages carry ${refs} pins each`,
    ]);
  }
}

function runsOf(pins: readonly number[]): { first: number; count: number; refs: number }[] {
  const runs: { first: number; count: number; refs: number }[] = [];
  for (const [index, refs] of pins.entries()) {
    const before = runs.at(-1);
    if (before?.refs === refs) before.count += 1;
    else runs.push({ first: index, count: 1, refs });
  }
  return runs;
}

/** MD_CHECK_MAP: does a page table lead from there to the memory that was mapped? */
async function leads(seat: Seat, table: number, area: Area): Promise<boolean> {
  const { result } = await ask(seat, test.IOMMU_TEST_CMD, checkMap(table, area));
  return result === 0;
}

function checkMap(table: number, { iova, length, pages, start }: Area): Record<string, bigint> {
  return {
    op: BigInt(test.IOMMU_TEST_OP_MD_CHECK_MAP),
    id: BigInt(table),
    'check_map.iova': iova,
    'check_map.length': length,
    'check_map.uptr': (pages.address ?? 0n) + start,
  };
}

function stepsOf(table: number, area: Area, verdict: string): string[] {
  const { iova, length, pages, start } = area;
  const offset = (pages.address ?? 0n) + start - layout.ram;
  return [
    '    When it calls IOMMU_TEST_CMD with:',
    '      | op               | MD_CHECK_MAP |',
    `      | id               | ${table} |`,
    `      | check_map.iova   | 0x${iova.toString(16)} |`,
    `      | check_map.length | ${length} |`,
    `      | check_map.uptr   | buffer "ram" + ${offset} bytes |`,
    `    Then it ${verdict}`,
  ];
}

/** Can MD_CHECK_MAP be asked about it? */
function isAligned({ iova, length, pages, start }: Area): boolean {
  return (iova | length | (pages.address ?? 1n) | start) % BigInt(test.MOCK_PAGE_SIZE) === 0n;
}

/** Each page table leads to what is mapped, and no longer to what was. */
async function checkTranslation({ seat, model }: Check): Promise<void> {
  for (const [id, { ioas }] of model.attachments.tables) {
    const space = model.spaces.get(ioas ?? 0);
    if (space === undefined) continue;
    for (const area of space.areas.filter(isAligned)) {
      if (await leads(seat, id, area)) continue;
      const what = `table ${id} does not lead from 0x${area.iova.toString(16)} to what is mapped there`;
      throw found(seat, what, () => stepsOf(id, area, 'succeeds'));
    }
    for (const ghost of space.gone.filter(isAligned)) {
      const piece = { ...ghost, length: BigInt(test.MOCK_PAGE_SIZE) };
      const span = { first: piece.iova, last: piece.iova + piece.length - 1n };
      if (space.areas.some((other) => overlaps(other, span))) continue;
      if (!(await leads(seat, id, piece))) continue;
      const what = `table ${id} still leads from 0x${ghost.iova.toString(16)} to what was mapped there`;
      throw found(seat, what, () => stepsOf(id, piece, 'fails with EINVAL'));
    }
  }
}

/** Ids are given out from the lowest free one: as many objects are there as there should be. */
async function checkObjects({ seat, model }: Check): Promise<void> {
  const { result, after } = await ask(seat, IOMMU_IOAS_ALLOC, {});
  const id = after && fieldOf(IOMMU_IOAS_ALLOC, after, 'out_ioas_id');
  if (result < 0 || id === undefined) throw found(seat, `IOMMU_IOAS_ALLOC gave ${shown(result)}`);
  const destroyed = await ask(seat, IOMMU_DESTROY, { id });
  if (destroyed.result < 0) throw found(seat, `a new IOAS cannot be destroyed: ${destroyed.text}`);
  if (id === BigInt(model.objects.next)) return;
  throw found(
    seat,
    `a new object has id ${id}; the lowest free one is ${model.objects.next}`,
    () => [
      '    When it calls IOMMU_IOAS_ALLOC',
      '    Then it returns:',
      `      | out_ioas_id | ${model.objects.next} |`,
    ],
  );
}

/** What an IOAS tells of itself. EMSGSIZE comes with the numbers as well. */
async function checkAlignment({ seat, model }: Check): Promise<void> {
  for (const id of model.spaces.keys()) {
    const { result, after } = await ask(seat, IOMMU_IOAS_IOVA_RANGES, {
      ioas_id: BigInt(id),
      num_iovas: 64n,
      allowed_iovas: answers,
    });
    if (result < 0 && result !== failure('EMSGSIZE'))
      throw found(seat, `IOAS ${id} tells no ranges: ${shown(result)}`);
    const bytes = after ?? new Uint8Array(0);
    const actual = fieldOf(IOMMU_IOAS_IOVA_RANGES, bytes, 'out_iova_alignment');
    const expected = model.alignment(id);
    if (actual === expected) continue;
    throw found(
      seat,
      `IOAS ${id} is aligned to ${actual} bytes; its users need ${expected}`,
      () => [
        '    When it calls IOMMU_IOAS_IOVA_RANGES with:',
        `      | ioas_id | ${id} |`,
        '    Then it returns:',
        `      | out_iova_alignment | ${expected} |`,
      ],
    );
  }
}

/** PASIDs that calls name, and that a device may or may not have attached. */
const pasids = [1, 2, test.IOMMU_TEST_PASID_RESERVED];

/** Each PASID has the page table that it was given, or none. */
async function checkPasids({ seat, model }: Check): Promise<void> {
  const all = [...model.attachments.devices].filter(([, { hasPasids }]) => hasPasids);
  for (const [stdev, { tables }, pasid] of all.flatMap(([id, device]) =>
    pasids.map((each) => [id, device, each] as const),
  )) {
    const table = tables.get(pasid) ?? 0;
    const { result } = await ask(seat, test.IOMMU_TEST_CMD, {
      op: BigInt(test.IOMMU_TEST_OP_PASID_CHECK_HWPT),
      id: BigInt(stdev),
      'pasid_check.pasid': BigInt(pasid),
      'pasid_check.hwpt_id': BigInt(table),
    });
    if (result === 0) continue;
    throw found(
      seat,
      `PASID ${pasid} of mock device ${stdev} is not on page table ${table}`,
      () => [
        '    When it calls IOMMU_TEST_CMD with:',
        '      | op                  | PASID_CHECK_HWPT |',
        `      | id                  | ${stdev} |`,
        `      | pasid_check.pasid   | ${pasid} |`,
        `      | pasid_check.hwpt_id | ${table} |`,
        '    Then it succeeds',
      ],
    );
  }
}

/** Throws a Finding. `charges` is false where the counts of that machine are known to be wrong. */
export async function checkInvariants(check: Check, charges: boolean): Promise<void> {
  if (charges) await checkCharges(check);
  await checkPins(check);
  await checkTranslation(check);
  await checkObjects(check);
  await checkAlignment(check);
  await checkPasids(check);
}
