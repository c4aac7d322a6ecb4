import { hex } from '#uapi/strace.ts';
import type { RefusedAccess } from '#port/bench.ts';

import { requireOf } from './support/calls/plug.ts';
import { Then } from './support/cucumber.ts';
import type { DeviceHandle } from './support/handles.ts';
import { compareTold } from './support/looks/told.ts';
import type { World } from './support/world.ts';

/** What a device was refused by its IOMMU, as the kernel logs it. */

/** Rows of kind (READ or WRITE), address, reason and, where the request had one, PASID; in the order of the log. */
Then('{device} was refused:', async function (device, table) {
  const expected = table.hashes().map(({ kind = '', address = '', reason = '', PASID = '' }) => {
    return [kind, hex(this.size(address)), reason, PASID].join(' ').trim();
  });
  await compare(this, device, expected);
});

Then('{device} was refused nothing', async function (device) {
  await compare(this, device, []);
});

/** Those that were logged since the last look. */
async function compare(
  world: World,
  device: DeviceHandle,
  expected: readonly string[],
): Promise<void> {
  requireOf(world, device, 'refusal-log');
  const { bench } = world.running.machine;
  await bench.settle();
  const seen = (await bench.refusedAccesses(device.info.id)).map(inWords);
  const told = { device, verb: 'was refused', columns: 'kind, address, reason, PASID' };
  compareTold(world, told, seen, expected);
}

function inWords({ write, iova, reason, pasid }: RefusedAccess): string {
  const kind = write ? 'WRITE' : 'READ';
  return [kind, hex(iova), `0x${reason.toString(16)}`, pasid ?? ''].join(' ').trim();
}
