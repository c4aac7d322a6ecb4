import type { DeviceWish, FunctionWish } from '#port/device-wish.ts';
import { everyIommuTrait, iommuThat } from '#port/iommu-traits.ts';
import type { MachineDescription } from '#port/machine-description.ts';
import type { Feature } from '#port/features.ts';
import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import { IOMMU_VIOMMU_ALLOC } from '#uapi/iommufd/viommu.ts';
import { parseBits, splitWords } from '#steps/support/guest/bits.ts';
import { guestFormats, startTable } from '#steps/support/guest/page-tables.ts';
import { contextDescriptor } from '#steps/support/guest/smmuv3-bits.ts';
import type { ProcessHandle } from '#steps/support/handles.ts';

import {
  PAGE,
  count,
  ramPages,
  shownAddress,
  shownRam,
  tableBases,
  tableBuffers,
  tablePages,
} from './addresses.ts';
import { attach, bind, makeVdevice } from './attachments.ts';
import { guestMaps } from './guest-writes.ts';
import { map, toggleTables } from './host-memory.ts';
import { GuestTable } from './model/guest-table.ts';
import { HostSpace } from './model/host-space.ts';
import { Kept } from './model/kept.ts';
import { makeTable } from './page-tables.ts';
import type { Rig } from './rig.ts';
import { Stage, type PageTable } from './stage.ts';
import { guestVendorOf } from './vendor.ts';

/** What is there before random things happen: two IOASes, two devices, and the tables of two guests where they can be. */

/** A machine that the sequences run on. */
export interface DeviceMachine {
  readonly description: MachineDescription;
  readonly features: ReadonlySet<Feature>;
}

/** Devices of these sorts, in the words of a scenario. The second is like the first, plain, or behind another IOMMU. */
export const openings = ['alike', 'plain', 'another IOMMU'] as const;

const capabilities: readonly {
  readonly feature: Feature;
  readonly key: FunctionWish;
  readonly row: string;
}[] = [
  {
    feature: 'device-with-page-requests',
    key: { pageRequests: true },
    row: '| page requests | yes |',
  },
  { feature: 'device-with-pasids', key: { pasidBits: 20 }, row: '| PASIDs | 20 bits |' },
  { feature: 'device-with-tlb', key: { deviceTlb: true }, row: '| device TLB | yes |' },
];

interface Wanted {
  readonly wish: DeviceWish;
  readonly rows: readonly string[];
  readonly needs?: Feature;
}

/** One that scenarios have a word for. */
function otherIommu(
  description: MachineDescription,
  features: ReadonlySet<Feature>,
): Wanted | undefined {
  for (const [name, { feature }] of everyIommuTrait) {
    if (feature === undefined || !features.has(feature)) continue;
    const iommu = iommuThat(description, name);
    if (iommu === undefined || iommu === description.iommus[0]) continue;
    return { wish: { iommu: iommu.name }, rows: [`| IOMMU | ${name} |`], needs: feature };
  }
  return undefined;
}

function wantedOf({ description, features }: DeviceMachine, nth: number, opening: number): Wanted {
  const kind = nth === 0 ? 'alike' : (openings[opening] ?? 'alike');
  const other = kind === 'another IOMMU' ? otherIommu(description, features) : undefined;
  if (other !== undefined) return other;
  if (kind === 'plain') return { wish: {}, rows: [] };
  const all = capabilities.filter(({ feature }) => features.has(feature));
  const keys = Object.assign({}, ...all.map(({ key }) => key)) as FunctionWish;
  return { wish: all.length > 0 ? { function: keys } : {}, rows: all.map(({ row }) => row) };
}

async function plugDevices(stage: Stage, machine: DeviceMachine, opening: number): Promise<void> {
  for (const [nth, name] of ['nic', 'disk'].entries()) {
    const { wish, rows, needs } = wantedOf(machine, nth, opening);
    if (needs !== undefined) stage.needs.push(needs);
    const info = await stage.rig.machine.bench.plug(wish);
    const { pasidBits = 0, pageRequests = false } = wish.function ?? {};
    const asksForPages = pageRequests;
    stage.devices.push({ name, info, hasPasids: pasidBits > 0, asksForPages, fd: -1, id: 0 });
    const table = rows.map((row) => `  ${row}`);
    stage.tell(`Given a device "${name}"${table.length > 0 ? ' with:' : ''}`, ...table);
  }
}

async function allocIoases(stage: Stage): Promise<void> {
  stage.tell('Given an iommufd');
  for (const name of ['guest', 'other']) {
    const made = await stage.rig.must(IOMMU_IOAS_ALLOC, {});
    stage.ioases.push({ name, id: made.field('out_ioas_id'), space: new HostSpace() });
    stage.tell(`Given an IOAS "${name}"`);
    const id = made.field('out_ioas_id');
    const table = { base: name, kind: 'IOAS', hasQueue: false, flags: [], made: 1, id } as const;
    stage.tables.push({ ...table, ioas: stage.ioases.length - 1 });
  }
}

async function fillMemory(stage: Stage): Promise<void> {
  const { ram, rig } = stage;
  stage.tell(`Given a buffer "ram" of ${ramPages} pages`);
  for (const [page, name] of ram.names.entries()) {
    await rig.store('ram', ram.contentOf(page), BigInt(page) * PAGE);
    stage.tell(`When it stores pattern "${name}" in ${shownRam(page)}`);
  }
  for (const ioas of [0, 1])
    for (let at = 0; at < ramPages / 2; at += 4) {
      const from = ioas === 0 ? at : ramPages - 4 - at;
      await map(stage, { kind: 'map', ioas, at, from, pages: 4, write: true });
    }
}

/** An SMMUv3 keeps what is of a guest's table under an ASID, of which each table has one. */
async function writeContext(stage: Stage, nth: number): Promise<void> {
  const [buffer, base] = [tableBuffers[nth] ?? 'tables', tableBases[nth] ?? 0n];
  const words = (root: string): string =>
    `T0SZ 16, IR0 1, OR0 1, SH0 3, EPD1, V, IPS 4, AA64, R, A, ASET, ASID ${nth + 1}, TTB0 ${root}, MAIR0 0xff`;
  const value = parseBits(contextDescriptor, words(String(base)));
  const data = new BigUint64Array(splitWords(value, 8, 8) as bigint[]);
  await stage.rig.store(buffer, new Uint8Array(data.buffer), PAGE);
  stage.tell(
    `When it stores struct arm_smmu_cd in buffer "${buffer}" + 1 page:`,
    '  | data |',
    `  | ${words(shownAddress(base))} |`,
  );
}

async function startGuests(stage: Stage): Promise<void> {
  const { vendor, rig } = stage;
  if (vendor === undefined) return;
  const format = guestFormats[vendor.format];
  for (const [nth, name] of ['first', 'second'].slice(0, vendor.tables).entries()) {
    const [buffer = 'tables', guestAddress = 0n] = [tableBuffers[nth], tableBases[nth]];
    const memory = { address: rig.address(buffer), length: BigInt(tablePages) * PAGE };
    const process = { port: rig.process } as ProcessHandle;
    const place = { process, ...memory, guestAddress, pagesUsed: 0 };
    const handle = { kind: 'guest table', name, format, ...place } as const;
    const guest = { handle: { ...handle }, table: new GuestTable(), kept: new Kept() };
    guest.handle.pagesUsed = await startTable(guest.handle);
    stage.guests.push(guest);
    stage.tell(
      `Given an untouched buffer "${buffer}" of ${count(tablePages)}`,
      `And ${vendor.article} ${vendor.format} page table "${name}" in buffer "${buffer}", which the guest has at ${shownAddress(guestAddress)}`,
    );
    if (vendor.format === 'SMMUv3') await writeContext(stage, nth);
    guest.table.isMapped = false;
    await toggleTables(stage, { kind: 'toggle tables', table: nth });
  }
}

async function makeQueue(stage: Stage): Promise<void> {
  if (!stage.devices.some(({ asksForPages }) => asksForPages)) return;
  const made = await stage.rig.must(IOMMU_FAULT_QUEUE_ALLOC, {});
  const fd = stage.rig.own(made.field('out_fault_fd'));
  stage.queue = { fd, id: made.field('out_fault_id') };
  stage.tell(
    'Given a fault queue "faults"',
    'And an untouched buffer "in" of 1 page',
    'And an untouched buffer "out" of 1 page',
  );
}

async function makeViommu(stage: Stage, parent: PageTable): Promise<void> {
  const type = stage.vendor?.viommu;
  const [first] = stage.devices;
  if (type === undefined || parent.id === undefined || first === undefined) return;
  const fields = { type, dev_id: first.id, hwpt_id: parent.id };
  const made = await stage.rig.must(IOMMU_VIOMMU_ALLOC, fields);
  stage.viommu = made.field('out_viommu_id');
  stage.tell(`Given a vIOMMU "virtual" for device "${first.name}" on HWPT "parent"`);
  for (const [nth, device] of stage.devices.entries()) await makeVdevice(stage, device, nth);
}

function tablesOf(stage: Stage): readonly PageTable[] {
  const { vendor, devices, queue } = stage;
  const pasids = devices.some(({ hasPasids }) => hasPasids) ? ['PASID'] : [];
  const hasQueue = queue !== undefined;
  const one = { kind: 'HWPT', hasQueue: false, made: 0, id: undefined } as const;
  const nested = vendor === undefined ? [] : pasids.slice(0, vendor.forgetsPlaces ? 1 : 0);
  const parentFlags = ['nesting', ...nested];
  return [
    { ...one, base: 'parent', ioas: 0, flags: parentFlags },
    { ...one, base: 'own', ioas: 1, flags: pasids },
    { ...one, base: 'plain', ioas: 0, flags: pasids },
    { ...one, base: 'first', ioas: 0, guest: 0, flags: nested, hasQueue },
    { ...one, base: 'second', ioas: 0, guest: 1, flags: nested, hasQueue },
    { ...one, base: 'twin', ioas: 0, guest: 0, flags: nested },
  ];
}

async function makeTables(stage: Stage): Promise<void> {
  for (const table of tablesOf(stage)) {
    const isGuests = table.guest !== undefined;
    if (isGuests && stage.guests[table.guest ?? -1] === undefined) continue;
    if (!(await makeTable(stage, table))) continue;
    stage.tables.push(table);
    if (table.base === 'parent') await makeViommu(stage, table);
  }
}

/** What a guest has at first, and the first device at it. */
async function startTranslation(stage: Stage): Promise<void> {
  const nth = stage.tables.findIndex(({ base }) => base === 'first');
  if (nth < 0) return;
  const pages = { table: 0, pages: 4, write: true };
  await guestMaps(stage, { kind: 'guest maps', page: 0, to: 0, ...pages });
  await guestMaps(stage, { kind: 'guest maps', page: 8, to: 4, ...pages });
  await attach(stage, { kind: 'attach', who: { device: 0, pasid: undefined }, nth });
}

/** The stage with all that is on it. */
export async function openStage(rig: Rig, machine: DeviceMachine, opening: number): Promise<Stage> {
  const stage = new Stage(rig, machine.features, guestVendorOf(machine.features));
  await allocIoases(stage);
  await plugDevices(stage, machine, opening);
  await fillMemory(stage);
  for (const [nth, device] of stage.devices.entries()) {
    await bind(stage, device, nth);
    await attach(stage, { kind: 'attach', who: { device: nth, pasid: undefined }, nth: 1 });
  }
  await makeQueue(stage);
  await startGuests(stage);
  await makeTables(stage);
  await startTranslation(stage);
  for (const { info, asksForPages } of stage.devices)
    if (asksForPages) await rig.machine.bench.pageResponses(info.id);
  return stage;
}
