import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import type { PageResponse } from '#port/bench.ts';
import type { Feature } from '#port/features.ts';

import { requireOf } from './support/calls/plug.ts';
import { Then, When } from './support/cucumber.ts';
import type { DeviceHandle } from './support/handles.ts';
import { accessOf, describe, lastAccess, nameOf } from './support/looks/dma.ts';
import { compareTold } from './support/looks/told.ts';
import { pattern } from './support/notation.ts';
import type { Requester } from './support/words/devices.ts';
import type { World } from './support/world.ts';

/** What a device is answered when it has asked for pages, as an analyser on its link sees it. */

/** PCIe, 10.4.2.1; other codes are reserved, and written as numbers. */
const codes: ReadonlyMap<number, string> = new Map([
  [0, 'SUCCESS'],
  [1, 'INVALID'],
  [15, 'FAILURE'],
]);

/** Rows of group, code and, where a message carries one, PASID. Groups may come in any order. */
Then('{device} was answered:', async function (device, table) {
  const expected = table.hashes().map(({ group = '', code = '', PASID = '' }) => {
    return [group, code, PASID].join(' ').trim();
  });
  await compare(this, device, expected);
});

Then(
  '{device} was answered SUCCESS for groups {int} to {int}',
  async function (device, first, last) {
    const groups = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    await compare(
      this,
      device,
      groups.map((group) => `${group} SUCCESS`),
    );
  },
);

Then('{device} was not answered', async function (device) {
  await compare(this, device, []);
});

/** The answers that came since the last look. */
async function compare(
  world: World,
  device: DeviceHandle,
  expected: readonly string[],
): Promise<void> {
  requireOf(world, device, 'page-responses');
  const { bench } = world.running.machine;
  await bench.settle();
  const seen = (await bench.pageResponses(device.info.id)).map(inWords);
  const told = { device, verb: 'was answered', columns: 'group, code, PASID', sorted };
  compareTold(world, told, seen, expected);
}

function inWords({ group, code, pasid }: PageResponse): string {
  return [group, codes.get(code) ?? code, pasid ?? ''].join(' ').trim();
}

/** By group; the answers to one of them stay in their order. */
function sorted(answers: readonly string[]): string[] {
  const group = (answer: string): number => Number.parseInt(answer, 10);
  return [...answers].sort((one, other) => group(one) - group(other));
}

When(
  '{requester} begins to read {size} at {iova}, and asks for pages as group {int}',
  async function (requester, length, iova, group) {
    await begin(this, requester, { iova, length: Number(length), group });
  },
);

When(
  '{requester} begins to write pattern {string} at {iova}, and asks for pages as group {int}',
  async function (requester, seed, iova, group) {
    const bytes = pattern(seed, Number(this.pageSize));
    await begin(this, requester, { iova, length: bytes.length, bytes, group });
  },
);

/** Of a device that asks for nothing, and whose IOMMU holds what lacks a page. */
When(
  '{requester} begins to read {size} at {iova} as its access {int}',
  async function (requester, length, iova, group) {
    await begin(this, requester, { iova, length: Number(length), group }, 'device-with-stalls');
  },
);

When(
  '{requester} begins to write pattern {string} at {iova} as its access {int}',
  async function (requester, seed, iova, group) {
    const bytes = pattern(seed, Number(this.pageSize));
    const access = { iova, length: bytes.length, bytes, group };
    await begin(this, requester, access, 'device-with-stalls');
  },
);

interface Beginning {
  readonly iova: bigint;
  readonly length: number;
  readonly group: number;
  readonly bytes?: Uint8Array;
}

async function begin(
  world: World,
  requester: Requester,
  { iova, length, ...how }: Beginning,
  feature: Feature = 'dma-with-page-requests',
): Promise<void> {
  requireOf(world, requester.device, feature);
  const { bench } = world.running.machine;
  await bench.startDma(accessOf(requester, { iova, length }), how);
  await bench.settle();
  world.trace.note(`bench: ${nameOf(requester)} begins at ${hex(iova)}, group ${how.group}`);
}

When('{requester} goes on with group {int}', async function (requester, group) {
  await goOn(this, requester, group, 'dma-with-page-requests');
});

When('{requester} goes on with its access {int}', async function (requester, access) {
  await goOn(this, requester, access, 'device-with-stalls');
});

/** The steps about the last access are then about this one. */
async function goOn(
  world: World,
  requester: Requester,
  group: number,
  feature: Feature,
): Promise<void> {
  const { device, pasid } = requester;
  requireOf(world, device, feature);
  const { bench } = world.running.machine;
  const result = await bench.finishDma(device.info.id, group);
  await bench.settle();
  device.accesses.set(pasid, result);
  world.requester = requester;
  world.trace.note(`bench: ${nameOf(requester)} goes on with ${group}: ${describe(result)}`);
}

Then('the access waits', function () {
  const result = lastAccess(this);
  if (result === 'waiting') return;
  throw new AssertionError(`the access is over: ${describe(result)}; expected it to wait`);
});

/** By the bench, in place of an IOMMU; rows as in `was answered`. */
When('the bench answers {device}:', async function (device, table) {
  requireOf(this, device, 'dma-with-page-requests');
  for (const { group = '', code = '', PASID } of table.hashes()) {
    const [known = Number(code)] = [...codes].find(([, name]) => name === code) ?? [];
    const withPasid = PASID ? { pasid: Number(PASID) } : {};
    const response = { group: Number(group), code: known, ...withPasid };
    await this.running.machine.bench.answerDevice(device.info.id, response);
    this.trace.note(`bench: device "${device.name}" gets ${inWords(response)}`);
  }
});
