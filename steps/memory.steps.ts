import { AssertionError } from 'chai';

import { failure } from '#uapi/errno.ts';
import { IOMMU_TEST_OP_MD_CHECK_REFS } from '#uapi/iommufd/selftest.ts';

import { testCommand } from './support/calls/test-command.ts';
import { Then, When } from './support/cucumber.ts';
import type { BufferHandle, Spot } from './support/handles.ts';
import { loadBytes } from './support/looks/probes.ts';
import { demand } from './support/calls/scratch.ts';
import type { World } from './support/world.ts';
import { pattern } from './support/notation.ts';

When('{process} stores pattern {string} in {buffer}', async function (process, seed, spot) {
  const { handle, offset } = spot;
  const bytes = pattern(seed, Number(this.pageSize));
  const signal = await process.port.store(handle.address + offset, bytes);
  this.trace.add(`store(${handle.name} + ${offset}, pattern "${seed}")`, signal ?? 0);
  if (signal !== undefined) throw new AssertionError(`the store gave ${signal}; expected success`);
});

Then('{process} finds pattern {string} in {buffer}', async function (process, seed, spot) {
  const { handle, offset } = spot;
  const expected = pattern(seed, Number(this.pageSize));
  const actual = await loadBytes(process, handle.address + offset, expected.length);
  const wrong = actual.findIndex((byte, index) => byte !== expected[index]);
  if (wrong < 0) return;
  throw new AssertionError(
    `buffer "${handle.name}" holds ${actual[wrong]} at byte ${offset + BigInt(wrong)}; expected pattern "${seed}", ${expected[wrong]}`,
  );
});

When('{process} munmaps {size} of {buffer}', async function (process, length, spot) {
  const address = spot.handle.address + spot.offset;
  const result = await process.port.munmap(address, length);
  this.trace.add(`munmap(${spot.handle.name} + ${spot.offset}, ${length})`, result);
  demand('munmap', result);
});

/** MD_CHECK_REFS: 0 where each small page from `address` on carries that many pins. */
async function checkReferences(
  world: World,
  check: { readonly uptr: bigint; readonly length: bigint; readonly refs: number },
): Promise<number | bigint> {
  world.require('test-cmd');
  const { fd } = world.handles.first('iommufd');
  const operation = { check_refs: check };
  const { result } = await world.probe(
    world.it,
    ...testCommand(fd, IOMMU_TEST_OP_MD_CHECK_REFS, operation),
  );
  return result;
}

/** Asks for one pin more as well: what answers yes to both does not count. */
async function carries(
  world: World,
  { handle: { address, name }, offset }: Spot<BufferHandle>,
  { length, refs }: { readonly length: bigint; readonly refs: number },
): Promise<void> {
  const pages = { uptr: address + offset, length };
  const right = await checkReferences(world, { ...pages, refs });
  const wrong = await checkReferences(world, { ...pages, refs: refs + 1 });
  if (right === 0 && wrong === failure('EIO')) return;
  throw new AssertionError(
    `MD_CHECK_REFS returned ${right} for ${refs} pins and ${wrong} for ${refs + 1}: the pages of buffer "${name}" + ${offset} do not carry ${refs} pins each`,
  );
}

Then('each page of {buffer} carries {int} pin(s)', async function (spot, refs) {
  await carries(this, spot, { length: spot.handle.length - spot.offset, refs });
});

Then('{size} of {buffer} carry {int} pin(s) each', async function (length, spot, refs) {
  await carries(this, spot, { length, refs });
});
