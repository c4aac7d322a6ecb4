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

test('a process of void has memory', async () => {
  const { process } = await start({});
  const address = await process.mmap({ length: 4096n, flags: 0, address: 0n } as never);
  assert.equal(await process.store(address, Uint8Array.of(7)), undefined);
  assert.deepEqual(await process.load(address, 2), Uint8Array.of(7, 0));
});
