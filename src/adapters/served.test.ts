import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { ImplementationBroken } from '#port/implementation.ts';
import type { Machine } from '#port/implementation.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';
import { loadAdapter } from './registry.ts';
import { connect } from './wire/client.ts';
import { greet, startMachine } from './wire/machine.ts';
import { serve } from './wire/serve.ts';

async function startServed(adapter: string, settings = {}): Promise<Machine> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const served = serve(await loadAdapter(adapter), there, back);
  const client = connect({ name: adapter, input: back, output: there, timeoutMs: 10_000 });
  const [machine] = (await greet(client, settings)).machines;
  assert.ok(machine);
  const options = { machine: machine.name, timeoutMs: 10_000, settings: {} };
  return startMachine(client, options, async () => {
    there.end();
    await served;
  });
}

/** IOMMU_IOAS_ALLOC, stored, called and loaded without waiting in between. */
async function allocate(machine: Machine): Promise<unknown[]> {
  const process = await machine.newProcess();
  const fd = await process.open(IOMMUFD_PATH, O_RDWR);
  const address = await process.mmap({
    address: 0n,
    length: BigInt(machine.identity.pageSize),
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS,
    fd: -1,
    offset: 0n,
  });
  const { struct, request } = IOMMU_IOAS_ALLOC;
  const [stored, result, bytes, nowhere] = await Promise.all([
    process.store(address, struct.pack({ size: struct.size })),
    process.ioctl(fd, request, address),
    process.load(address, struct.size),
    process.ioctl(fd, request, 0n),
  ]);
  assert.ok(bytes instanceof Uint8Array);
  await process.exit();
  return [stored, result, struct.unpack(bytes).out_ioas_id, nowhere];
}

test('the reference behind the wire makes an IOAS', async () => {
  const machine = await startServed('reference');
  assert.deepEqual(await allocate(machine), [undefined, 0, 1, failure('EFAULT')]);
  await machine.bench.reset();
  assert.deepEqual(await machine.complaints(), []);
  await machine.stop();
});

test('void behind the wire says yes to everything', async () => {
  const machine = await startServed('void', { says: 'yes' });
  assert.deepEqual(await allocate(machine), [undefined, 0, 0, 0]);
  await machine.stop();
});

test('a call of a process that has exited is broken', async () => {
  const machine = await startServed('void');
  const process = await machine.newProcess();
  await process.exit();
  await assert.rejects(process.close(3), ImplementationBroken);
  await machine.stop();
});
