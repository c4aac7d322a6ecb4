import { AssertionError } from 'chai';

import type { PageResponse } from '#port/bench.ts';

import { requireOf } from './support/calls/plug.ts';
import { Then } from './support/cucumber.ts';
import type { DeviceHandle } from './support/handles.ts';
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

Then('{device} was not answered', async function (device) {
  await compare(this, device, []);
});

async function compare(
  world: World,
  device: DeviceHandle,
  expected: readonly string[],
): Promise<void> {
  const seen = (await responsesOf(world, device)).map(inWords);
  const [left, right] = [sorted(seen), sorted(expected)];
  if (left === right) return;
  throw new AssertionError(
    `device "${device.name}" was answered ${left || 'nothing'}; expected ${right || 'nothing'} (group, code, PASID)`,
  );
}

/** Those that came since the last look. */
async function responsesOf(world: World, device: DeviceHandle): Promise<readonly PageResponse[]> {
  requireOf(world, device, 'page-responses');
  const { bench } = world.running.machine;
  await bench.settle();
  const responses = await bench.pageResponses(device.info.id);
  const shown = responses.map(inWords).join(', ');
  world.trace.note(`bench: device "${device.name}" was answered ${shown || 'nothing'}`);
  return responses;
}

function inWords({ group, code, pasid }: PageResponse): string {
  return [group, codes.get(code) ?? code, pasid ?? ''].join(' ').trim();
}

/** By group; the answers to one of them stay in their order. */
function sorted(answers: readonly string[]): string {
  const group = (answer: string): number => Number.parseInt(answer, 10);
  return [...answers].sort((one, other) => group(one) - group(other)).join(', ');
}
