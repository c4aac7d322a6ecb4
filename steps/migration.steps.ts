import { AssertionError } from 'chai';

import { putIntoState, readAll, told, writeAll } from './support/calls/migration.ts';
import { requireOf } from './support/calls/plug.ts';
import { Then, When } from './support/cucumber.ts';
import type { MigrationDataHandle } from './support/handles.ts';
import { stateName, type Share } from './support/words/migration.ts';
import type { World } from './support/world.ts';

When('{process} puts {device} into state {deviceState}', async function (process, device, state) {
  requireOf(this, device, 'vfio-device');
  await putIntoState(this, process, device, state);
});

Then('{device} is in state {deviceState}', async function (device, expected) {
  const name = 'VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE';
  const found = Number(await told(this, device, name, 'device_state'));
  if (found === expected) return;
  throw new AssertionError(
    `device "${device.name}" is in state ${stateName(found)}; expected ${stateName(expected)}`,
  );
});

/** Of the last call. */
function dataFd(world: World): number {
  return Number(world.outcome.examine().fields?.['data_fd'] ?? Number.NaN);
}

Then('it gets migration data {string}', function (name) {
  this.examine({ kind: 'succeeds' });
  const fd = dataFd(this);
  if (!(fd >= 0)) throw new AssertionError(`data_fd is ${fd}; expected a file descriptor`);
  this.handles.add({ kind: 'migration data', name, fd, bytes: new Uint8Array() });
});

Then('it gets no migration data', function () {
  const fd = dataFd(this);
  if (fd !== -1) throw new AssertionError(`data_fd is ${fd}; expected -1`);
});

When('{process} reads {migrationData} to its end', async function (process, data) {
  this.settle();
  await readAll(this, process, { data });
});

When(
  '{process} reads {migrationData} to its end, {size} at a time',
  async function (process, data, piece) {
    this.settle();
    await readAll(this, process, { data, piece });
  },
);

function shareOf({ bytes, name }: MigrationDataHandle, { most, allBut }: Share): Uint8Array {
  const end = most === undefined ? bytes.length - Number(allBut) : Number(most);
  if (end > 0 && end <= bytes.length) return bytes.subarray(0, end);
  throw new Error(`${bytes.length} bytes were read of migration data "${name}"`);
}

When(
  '{process} writes {share} of {migrationData} to {migrationData}',
  async function (process, share, from, data) {
    this.settle();
    await writeAll(this, process, { data, bytes: shareOf(from, share) });
  },
);

When(
  '{process} writes {share} of {migrationData} to {migrationData}, {size} at a time',
  async function (process, share, from, data, piece) {
    this.settle();
    await writeAll(this, process, { data, bytes: shareOf(from, share), piece });
  },
);

Then('{migrationData} is as long as {device} said', async function ({ bytes, name }, device) {
  const said = await told(this, device, 'VFIO_DEVICE_FEATURE_MIG_DATA_SIZE', 'stop_copy_length');
  if (said > 0n && BigInt(bytes.length) === said) return;
  throw new AssertionError(
    `${bytes.length} bytes were read of migration data "${name}"; device "${device.name}" said ${said}`,
  );
});
