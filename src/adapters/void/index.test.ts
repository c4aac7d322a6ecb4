import assert from 'node:assert/strict';
import { test } from 'node:test';

import { featuresOf } from '#port/derived-features.ts';
import { everyFeature } from '#port/features.ts';
import { declarationFlaws } from '../checked.ts';
import { implementation } from './index.ts';

async function start(settings: Record<string, string>) {
  const machine = await implementation.start({ machine: 'void', timeoutMs: 1, settings });
  return { machine, process: await machine.newProcess() };
}

test('void declares everything', async () => {
  const machines = await implementation.machines({});
  assert.deepEqual(declarationFlaws('void', machines), []);
  const offered = new Set(machines.flatMap(featuresOf));
  assert.deepEqual(
    everyFeature.filter((feature) => !offered.has(feature)),
    [],
  );
});

test('void says no: an errno that no scenario expects', async () => {
  const { machine, process } = await start({});
  assert.equal(await process.ioctl(1, 2, 3n), -524);
  assert.equal(await process.read(1, 4096n, 1), -524);
  assert.equal(await machine.bench.sees({} as never, 0n), false);
});

test('void says yes, and nothing happens', async () => {
  const { machine, process } = await start({ says: 'yes' });
  assert.equal(await process.ioctl(1, 2, 3n), 0);
  assert.deepEqual(await machine.bench.dmaRead({ length: 1 } as never), {
    bytes: Uint8Array.of(0),
  });
});

test('a process of void has pinned nothing, whatever void says', async () => {
  for (const settings of [{}, { says: 'yes' }]) {
    const { process } = await start(settings);
    const fd = await process.open('/proc/self/status', 0);
    const length = await process.read(fd, 4096n, 4096);
    const text = Buffer.from((await process.load(4096n, length)) as Uint8Array).toString();
    assert.match(text, /^VmPin:\s+0 kB$/m);
    assert.match(text, /^VmLck:\s+0 kB$/m);
  }
});

test('pages of a file are the same wherever void maps them', async () => {
  const { process } = await start({});
  const fd = await process.memfd(1n << 40n, 0);
  const whole = { address: 0n, flags: 0, length: 1n << 40n, offset: 0n, fd };
  const [one, tail] = [
    await process.mmap(whole as never),
    await process.mmap({ ...whole, length: 8192n, offset: 4096n } as never),
  ];
  await process.store(one + 8190n, Uint8Array.of(1, 2, 3));
  assert.deepEqual(await process.load(tail + 4094n, 3), Uint8Array.of(1, 2, 3));
  const fixed = { address: tail, flags: 0x10, length: 4096n, offset: 0n, fd: -1 };
  await process.mmap(fixed as never);
  assert.deepEqual(await process.load(tail + 4094n, 3), Uint8Array.of(0, 0, 3));
});

test('a process of void has memory', async () => {
  const { process } = await start({});
  const address = await process.mmap({ length: 4096n, flags: 0, address: 0n, offset: 0n } as never);
  assert.equal(await process.store(address, Uint8Array.of(7)), undefined);
  assert.deepEqual(await process.load(address, 2), Uint8Array.of(7, 0));
});
