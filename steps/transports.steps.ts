import { AssertionError } from 'chai';

import { Given, Then, When } from './support/cucumber.ts';
import { openSpace, wayOf } from './support/calls/transports/index.ts';
import { closeFile } from './support/calls/close.ts';
import { hex } from '#uapi/strace.ts';

Given('{newAddressSpace}', async function ({ name, transport }) {
  await openSpace(this, name, transport);
});

When('{device} joins {addressSpace}', async function (device, space) {
  await wayOf(space).join(this, device, space);
  space.members.add(device);
});

When('{device} leaves {addressSpace}', async function (device, space) {
  await wayOf(space).leave(this, device, space);
  space.members.delete(device);
});

When(
  'it maps {size} of {buffer} into {addressSpace} at {iova} {rights}',
  async function (length, { handle, offset }, space, iova, rights) {
    const memory = { address: handle.address + offset, rights };
    await wayOf(space).map(this, space, { iova, length }, memory);
  },
);

When('it unmaps {size} at {iova} from {addressSpace}', async function (length, iova, space) {
  await wayOf(space).unmap(this, space, { iova, length });
});

When('it unmaps everything from {addressSpace}', async function (space) {
  await wayOf(space).unmapAll(this, space);
});

When('it closes the file of {addressSpace}', async function (space) {
  await closeFile(this, this.it, space.file.fd);
});

Then('{size} of {addressSpace} were unmapped', function (expected, space) {
  this.examine({ kind: 'succeeds' });
  const { name, fields } = this.outcome.examine();
  const { told } = wayOf(space);
  const actual = fields?.[told];
  if (actual === expected) return;
  throw new AssertionError(
    `${name} returned ${told} = ${hex(BigInt(String(actual)))}; expected ${hex(expected)}`,
  );
});
