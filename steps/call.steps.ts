import { AssertionError } from 'chai';

import type { Command } from '#uapi/ioctl.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLRDNORM, POLLWRNORM } from '#uapi/poll.ts';
import { MAP_SHARED, PROT_READ } from '#uapi/mman.ts';
import { hex } from '#uapi/strace.ts';

import { targetOf } from './support/words/commands.ts';
import { Given, Then, When, type DataTable } from './support/cucumber.ts';
import { compareFields, parseFields } from './support/fields.ts';
import { plain, type Form } from './support/calls/call.ts';
import { rememberContainer } from './support/calls/group.ts';
import type { Handle, ProcessHandle } from './support/handles.ts';
import {
  rememberContainerMapping,
  rememberMapping,
  rememberPhysical,
} from './support/calls/mappings.ts';
import { fdOf, idOf } from './support/words/names.ts';
import { objectExists } from './support/looks/probes.ts';
import { compareSnapshots, takeSnapshot } from './support/looks/snapshot.ts';
import { showResult } from '#uapi/strace.ts';
import { validFor } from './support/calls/scene.ts';
import { demand } from './support/calls/scratch.ts';
import type { CallRecord } from './support/calls/outcome.ts';
import type { World } from './support/world.ts';

interface General {
  readonly process: ProcessHandle;
  readonly command: Command;
  readonly form?: Form;
  readonly on?: Handle;
  readonly table?: DataTable;
}

/** A call in the most general way: valid values, then what the table says, in the form that is asked for. */
async function general(world: World, call: General): Promise<void> {
  const { process, command, form = plain, on, table } = call;
  if (command.name === 'IOMMU_TEST_CMD') world.require('test-cmd');
  const target = on ?? targetOf(world, command);
  const valid = validFor(world, process, command);
  const given = table === undefined ? {} : parseFields(world, process, command, table);
  const fd = fdOf(target);
  const record = await world.call(process, { fd, command, form }, { ...valid, ...given });
  rememberMapping(world, fd, record);
  rememberContainerMapping(world, target, record);
  rememberPhysical(world, fd, record);
  rememberContainer(world, target, record);
}

When('{process} calls {ioctl}', async function (process, command) {
  await general(this, { process, command });
});

When('{process} calls {ioctl} with:', async function (process, command, table) {
  await general(this, { process, command, table });
});

When('{process} calls {ioctl} with {form}', async function (process, command, form) {
  await general(this, { process, command, form });
});

When('{process} calls {ioctl} with {form} and:', async function (process, command, form, table) {
  await general(this, { process, command, form, table });
});

When('{process} calls {ioctl} on {object}', async function (process, command, on) {
  await general(this, { process, command, on });
});

When('{process} calls {ioctl} on {object} with:', async function (process, command, on, table) {
  await general(this, { process, command, on, table });
});

When(
  '{process} and {process} both call {ioctl} with:',
  async function (one, other, command, table) {
    this.settle();
    const fd = fdOf(this.handles.first('iommufd'));
    const call = async (process: ProcessHandle): Promise<CallRecord> => {
      const valid = validFor(this, process, command);
      const given = parseFields(this, process, command, table);
      return this.probe(process, { fd, command }, { ...valid, ...given });
    };
    const records = await Promise.all([call(one), call(other)]);
    this.concludeAll(records);
    for (const record of records) rememberMapping(this, fd, record);
  },
);

When(
  '{process} calls {ioctl} while {process} calls {ioctl}',
  async function (process, command, other, background) {
    this.settle();
    const { fd } = this.handles.first('iommufd');
    const [record] = await Promise.all([
      this.probe(process, { fd, command }, validFor(this, process, command)),
      this.probe(other, { fd, command: background }, validFor(this, other, background)),
    ]);
    this.conclude(record);
  },
);

Then('one of them succeeds and the other {verdict}', function (verdict) {
  const { rivals } = this;
  const won = rivals.filter(({ result }) => result >= 0);
  const [lost] = rivals.filter(({ result }) => result < 0);
  if (won.length !== 1 || lost === undefined) {
    const shown = rivals.map(({ name, result }) => `${name} = ${showResult(result)}`);
    throw new AssertionError(`${shown.join(', ')}; expected one success and one failure`);
  }
  this.conclude(lost);
  this.examine(verdict);
});

Then('it {verdict}', function (verdict) {
  this.examine(verdict);
});

Then('it returns:', function (table) {
  const { name, fields = {} } = this.outcome.examine();
  const wrong = compareFields(this, fields, name, table).filter(
    ({ actual, expected }) => actual !== expected,
  );
  if (wrong.length === 0) return;
  const shown = wrong.map(
    ({ field, actual, expected }) => `${field} = ${hex(actual)}; expected ${hex(expected)}`,
  );
  throw new AssertionError(`${name} returned ${shown.join(', ')}`);
});

Then('it returns more than 0 in {string}', function (field) {
  const { name, fields = {} } = this.outcome.examine();
  const value = BigInt(fields[field] as number | bigint);
  if (value > 0n) return;
  throw new AssertionError(`${name} returned ${field} = ${value}; expected more`);
});

/** Fields whose bytes the call changed; `…` stands for bytes behind the struct. */
function written(world: World): string[] {
  const { name, command, before, after } = world.outcome.examine();
  if (command === undefined || before === undefined || after === undefined) {
    throw new Error(`${name} took no struct that can be looked at`);
  }
  const changed = [...before.keys()].filter((index) => before[index] !== after[index]);
  const names = changed.map((index) => {
    const field = command.struct.fields.find(
      ({ offset, size }) => index >= offset && index < offset + size,
    );
    return field?.name ?? '…';
  });
  return [...new Set(names)];
}

Then('it wrote nothing back', function () {
  const names = written(this);
  if (names.length === 0) return;
  throw new AssertionError(
    `${this.outcome.record.name} wrote ${names.join(', ')}; expected nothing`,
  );
});

Then('it wrote back only {string}', function (field) {
  const names = written(this);
  if (names.length === 1 && names[0] === field) return;
  const shown = names.length === 0 ? 'nothing' : names.join(', ');
  throw new AssertionError(`${this.outcome.record.name} wrote ${shown}; expected only ${field}`);
});

Then('nothing has changed', async function () {
  if (this.snapshot === undefined) throw new Error('no call before this step changed anything');
  compareSnapshots(this.snapshot, await takeSnapshot(this));
});

When('{process} destroys {object}', async function (process, object) {
  const iommufd =
    'iommufd' in object && object.iommufd ? object.iommufd : this.handles.first('iommufd');
  await this.call(process, { fd: iommufd.fd, command: IOMMU_DESTROY }, { id: idOf(object) });
});

Then('{object} {presence}', async function (object, expected) {
  const exists = await objectExists(this, object);
  if (exists === expected) return;
  const state = exists ? 'exists' : 'does not exist';
  throw new AssertionError(`${object.kind} "${object.name}" ${state}; expected the opposite`);
});

const pollNames = {
  IN: POLLIN,
  OUT: POLLOUT,
  ERR: POLLERR,
  HUP: POLLHUP,
  NVAL: POLLNVAL,
  RDNORM: POLLRDNORM,
  WRNORM: POLLWRNORM,
};

When('{process} {fileCall} {object}', async function (process, call, object) {
  this.settle();
  const fd = fdOf(object);
  const { port, scratch } = process;
  const events = Object.values(pollNames).reduce((sum, bit) => sum | bit, 0);
  const outcome = {
    reads: () => port.read(fd, scratch.array, 64),
    writes: () => port.write(fd, scratch.array, 64),
    preads: () => port.pread(fd, scratch.array, 64, 0n),
    pwrites: () => port.pwrite(fd, scratch.array, 64, 0n),
    mmaps: () =>
      port.mmap({
        address: 0n,
        length: this.pageSize,
        protection: PROT_READ,
        flags: MAP_SHARED,
        fd,
        offset: 0n,
      }),
    polls: () => port.poll([{ fd, events, revents: 0 }], 0),
  };
  const name = call.slice(0, -1);
  const answer = await outcome[call]();
  const revents = typeof answer === 'object' ? answer[0]?.revents : undefined;
  const result = typeof answer === 'object' ? answer.length : answer;
  this.trace.add(`${name}(${fd})`, result);
  this.conclude({ name, result, ...(revents === undefined ? {} : { fields: { revents } }) });
});

Then('it reports {string}', function (names) {
  const { fields = {} } = this.outcome.examine();
  const revents = Number(fields['revents'] ?? 0);
  const shown = Object.entries(pollNames).flatMap(([name, bit]) => (revents & bit ? [name] : []));
  if (shown.join(', ') === names) return;
  throw new AssertionError(`poll reported ${shown.join(', ') || 'nothing'}; expected ${names}`);
});

Given('{newFaultQueue}', async function (name) {
  this.require('fault-queue');
  const iommufd = this.handles.first('iommufd');
  const fields = await this.must(this.it, { fd: iommufd.fd, command: IOMMU_FAULT_QUEUE_ALLOC }, {});
  const id = Number(fields['out_fault_id']);
  this.handles.add({ kind: 'fault queue', name, id, iommufd, fd: Number(fields['out_fault_fd']) });
});

Then('no file descriptor was left behind', async function () {
  const { port } = this.it;
  const next = await port.open('/dev/null', 0);
  if (next === failure('EMFILE')) throw new AssertionError('no file descriptor is left');
  demand('close of /dev/null', await port.close(demand('open of /dev/null', next)));
  const { handles } = this;
  const open = [...handles.all('iommufd'), ...handles.all('memfd'), ...handles.all('device')];
  const highest = Math.max(...open.flatMap(({ fd }) => (fd === undefined ? [] : [fd])));
  if (next <= highest + 1) return;
  throw new AssertionError(`the next file descriptor is ${next}; expected ${highest + 1} or less`);
});
