import { AssertionError } from 'chai';

import type { PageRequest } from '#port/bench.ts';
import { iommu_hwpt_page_response, IOMMU_PGFAULT_PERM_READ } from '#uapi/iommufd/fault.ts';
import { IOMMU_TEST_OP_TRIGGER_IOPF } from '#uapi/iommufd/selftest.ts';
import { hex } from '#uapi/strace.ts';

import { demandMemory } from './support/calls/scratch.ts';
import { testCommand } from './support/calls/test-command.ts';
import { When, Then } from './support/cucumber.ts';
import { parseValue } from './support/fields.ts';
import type { BufferHandle, ProcessHandle, Spot } from './support/handles.ts';
import { fdOf, idOf } from './support/words/names.ts';
import type { CallRecord } from './support/calls/outcome.ts';
import type { FileCall } from './support/words/processes.ts';
import type { Requester } from './support/words/devices.ts';
import type { World } from './support/world.ts';

/** Page requests of devices, and the answers of a VMM: what goes through the file of a fault queue. */

When('{requester} requests a page at {iova}', async function (requester, addr) {
  const { device, pasid = 0 } = requester;
  if (device.info.kind === 'vfio') {
    const only = { iova: addr, permissions: IOMMU_PGFAULT_PERM_READ, group: 0, last: true };
    await requestPages(this, requester, [only]);
    await this.running.machine.bench.settle();
    return;
  }
  this.require('test-cmd');
  const { fd } = device.iommufd ?? this.handles.first('iommufd');
  const request = { dev_id: idOf(device), pasid, grpid: 0, perm: IOMMU_PGFAULT_PERM_READ, addr };
  const operation = { trigger_iopf: request };
  await this.must(this.ownerOf(device), ...testCommand(fd, IOMMU_TEST_OP_TRIGGER_IOPF, operation));
});

async function requestPages(
  world: World,
  { device, pasid }: Requester,
  requests: readonly PageRequest[],
): Promise<void> {
  const withPasid = requests.map((request) =>
    pasid === undefined ? request : { ...request, pasid },
  );
  await world.running.machine.bench.requestPages(device.info.id, withPasid);
  const shown = requests.map(({ iova, last }) => `${hex(iova)}${last ? ' (last)' : ''}`).join(', ');
  world.trace.note(`bench: device "${device.name}" requests ${shown}`);
}

/** A row is one message of a real device; `last` says `yes` where its group is complete. */
When('{requester} requests pages:', async function (requester, table) {
  this.require('device-with-page-requests');
  const field = 'iommu_hwpt_pgfault.perm';
  const requests = table.hashes().map(({ address = '', perm = '', group = '0', last }) => ({
    iova: this.size(address),
    permissions: Number(parseValue(this, this.it, field, perm)),
    group: Number(group),
    last: last === 'yes',
  }));
  await requestPages(this, requester, requests);
  await this.running.machine.bench.settle();
});

When(
  '{requester} requests {int} pages at {iova}, each as a group of its own',
  async function (requester, count, iova) {
    this.require('device-with-page-requests');
    const requests = Array.from({ length: count }, (_, group) => ({
      iova: iova + BigInt(group) * this.pageSize,
      permissions: IOMMU_PGFAULT_PERM_READ,
      group,
      last: true,
    }));
    await requestPages(this, requester, requests);
    await this.running.machine.bench.settle();
  },
);

/** It waits in the queue of the IOMMU until time passes. */
When('{requester} requests a page at {iova}, and no time passes', async function (requester, iova) {
  this.require('device-with-page-requests');
  const only = { iova, permissions: IOMMU_PGFAULT_PERM_READ, group: 0, last: true };
  await requestPages(this, requester, [only]);
});

interface Transfer {
  readonly call: FileCall;
  readonly fd: number;
  readonly address: bigint;
  readonly length: number;
}

/** One read(2) or write(2): nobody's outcome yet. */
async function transfer(
  world: World,
  { port }: ProcessHandle,
  { call, fd, address, length }: Transfer,
): Promise<CallRecord> {
  if (call !== 'reads' && call !== 'writes') throw new Error(`nothing ${call} into a buffer`);
  const result = await (call === 'reads'
    ? port.read(fd, address, length)
    : port.write(fd, address, length));
  const name = call.slice(0, -1);
  world.trace.add(`${name}(${fd}, ${hex(address)}, ${length})`, result);
  return { name, result };
}

function at({ handle, offset }: Spot<BufferHandle>): bigint {
  return handle.address + offset;
}

When(
  '{process} {fileCall} {object} into/from {size} of {buffer}',
  async function (process, call, object, size, spot) {
    this.settle();
    const place = { fd: fdOf(object), address: at(spot), length: Number(size) };
    this.conclude(await transfer(this, process, { call, ...place }));
  },
);

When(
  '{process} {fileCall} {object} into/from {size} of {buffer}, and so does {process}',
  async function (one, call, object, size, spot, other) {
    this.settle();
    const place = { fd: fdOf(object), address: at(spot), length: Number(size) };
    const both = [one, other].map((process) => transfer(this, process, { call, ...place }));
    this.concludeAll(await Promise.all(both));
  },
);

Then('it returns {size}', function (expected) {
  const { name, result } = this.outcome.examine();
  if (BigInt(result) === expected) return;
  throw new AssertionError(`${name} returned ${result}; expected ${expected}`);
});

/** A header of field names, then an answer a row. What runs out of the buffer is not stored, but written all the same. */
When('{process} answers {object} from {buffer}:', async function (process, object, spot, table) {
  this.settle();
  const { name: struct, size } = iommu_hwpt_page_response;
  const value = (field: string, text = '0'): number =>
    Number(parseValue(this, process, `${struct}.${field}`, text));
  const answers = table
    .hashes()
    .map(({ cookie, code }) =>
      iommu_hwpt_page_response.pack({ cookie: value('cookie', cookie), code: value('code', code) }),
    );
  const room = Number(spot.handle.length - spot.offset);
  const bytes = new Uint8Array(Buffer.concat(answers));
  const stored = await process.port.store(at(spot), bytes.subarray(0, room));
  demandMemory('store of page responses', stored);
  const place = { fd: fdOf(object), address: at(spot), length: answers.length * size };
  this.conclude(await transfer(this, process, { call: 'writes', ...place }));
});
