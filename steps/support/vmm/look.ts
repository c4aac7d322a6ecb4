import { AssertionError } from 'chai';

import { hex } from '#uapi/strace.ts';
import type { DmaResult } from '#port/bench.ts';
import type { GuestRam } from '#port/vmm.ts';

import type { DeviceHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { contentOf, type Guest } from './guest.ts';

/** A page that a device is made to read, and what it has to get. */
interface Probe {
  readonly gpa: bigint;
  /** Undefined where the guest has nothing. */
  readonly ram: GuestRam | undefined;
}

/** The first and the last page of each RAM, the pages before and behind it, and whether it can be written. */
export async function lookAtAll(world: World, guest: Guest, device: DeviceHandle): Promise<void> {
  guest.settle();
  const all = [...guest.ram.values()];
  if (all.length === 0) throw new Error('the guest has nothing that a device could reach');
  for (const probe of probesOf(all, world.pageSize)) await read(world, guest, device, probe);
  for (const ram of all) await write(world, guest, device, ram);
}

function probesOf(all: readonly GuestRam[], page: bigint): Probe[] {
  const places = all.flatMap(({ gpa, length }) => [
    gpa - page,
    gpa,
    gpa + length - page,
    gpa + length,
  ]);
  return [...new Set(places)]
    .filter((gpa) => gpa >= 0n)
    .map((gpa) => ({ gpa, ram: all.find((ram) => ram.gpa <= gpa && gpa < ram.gpa + ram.length) }));
}

async function read(
  world: World,
  { vmm }: Guest,
  { name, info }: DeviceHandle,
  { gpa, ram }: Probe,
): Promise<void> {
  const length = Number(world.pageSize);
  const result = await vmm.guestDma(info.id, { gpa, length });
  const at = `device "${name}" at ${hex(gpa)}`;
  if (ram === undefined) {
    if (result === 'blocked') return;
    throw new AssertionError(`${at} read what the guest does not have; expected it to be blocked`);
  }
  const first = Number(gpa - ram.gpa);
  const expected = contentOf(ram).subarray(first, first + length);
  if (result === 'blocked') {
    throw new AssertionError(`${at} was blocked; expected the bytes of RAM "${ram.name}"`);
  }
  if (Buffer.from(result.bytes).equals(expected)) return;
  throw new AssertionError(`${at} read other bytes than those of RAM "${ram.name}"`);
}

/** The bytes that are there already, so that the guest has afterwards what it had. */
async function write(
  world: World,
  { vmm }: Guest,
  { name, info }: DeviceHandle,
  ram: GuestRam,
): Promise<void> {
  const { gpa, readOnly } = ram;
  const bytes = contentOf(ram).subarray(0, Number(world.pageSize));
  const result: DmaResult = await vmm.guestDma(info.id, { gpa, bytes });
  if ((result === 'blocked') === readOnly) return;
  const seen = readOnly ? 'wrote to' : 'could not write to';
  throw new AssertionError(`device "${name}" ${seen} "${ram.name}"; expected the opposite`);
}
