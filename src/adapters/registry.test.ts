import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { AdapterError, checked, declarationFlaws, identityFlaw } from './checked.ts';
import { adapterNames, loadAdapter } from './registry.ts';

const folder = temporaryFolder();

function write(name: string, text: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

const body = `{ name: 'mine', machines: async () => [], start: async () => ({}) }`;

test('an adapter of ours is loaded by its name', async () => {
  assert.equal((await loadAdapter('void')).name, 'void');
  assert.equal((await loadAdapter('wire')).name, 'wire');
});

test('a module is loaded by its path, whatever its dialect', async () => {
  const modules = [
    write('mine.cjs', `exports.implementation = ${body};`),
    write('mine.mjs', `export const implementation = ${body};`),
    write('mine.ts', `export const implementation: object = ${body};`),
  ];
  for (const path of modules) assert.equal((await loadAdapter(path)).name, 'mine');
});

test('the module among the examples stands for another adapter', async () => {
  const traced = await loadAdapter(join(__dirname, '../../examples/adapter-module/traced.ts'));
  assert.equal((await traced.machines({ of: 'void' }))[0]?.name, 'void');
  const settings = { of: 'void', says: 'yes' };
  const machine = await traced.start({ machine: 'void', timeoutMs: 1, settings });
  assert.equal(await (await machine.newProcess()).ioctl(3, 1, 0n), 0);
  await machine.stop();
});

test('a program is loaded by its path', async () => {
  assert.equal((await loadAdapter(write('program', '#!/bin/sh\n', 0o755))).name, 'program');
});

test('an adapter that is not there is answered with those that are', async () => {
  await assert.rejects(loadAdapter('refrence'), (error: Error) => {
    assert.ok(error instanceof AdapterError);
    for (const name of adapterNames) assert.match(error.message, new RegExp(name));
    return true;
  });
});

test('a file that is neither a module nor a program is refused', async () => {
  await assert.rejects(loadAdapter(write('plain', '')), /not executable/);
  await assert.rejects(loadAdapter(write('empty.cjs', '')), /does not export "implementation"/);
  await assert.rejects(loadAdapter(write('bad.cjs', 'nonsense(')), /does not load/);
  await assert.rejects(loadAdapter(folder), /no adapter/);
});

test('a declaration is checked', () => {
  const flaws = declarationFlaws('mine', [
    { name: 'mine', features: ['dma', 'dmaa' as never], iommus: [], devices: [] },
    { name: 'other', features: ['vfio-device', 'device'], iommus: [], devices: [] },
    { name: 'other', features: [], iommus: [], devices: [] },
  ]);
  assert.equal(flaws.length, 3);
  assert.equal(flaws[0], 'adapter mine has two machines "other"');
  assert.equal(flaws[1], 'feature "dma" needs "device", which mine does not declare');
  assert.match(
    flaws[2] ?? '',
    /^mine declares the unknown feature "dmaa"; known are ioas-map-file/,
  );
  assert.match(declarationFlaws('mine', [])[0] ?? '', /no machine/);
});

test('a declaration has a size', () => {
  const machine = { name: 'mine', features: [], iommus: [], devices: [] };
  const many = Array.from({ length: 200_000 }, (_, index) => ({ ...machine, name: `m${index}` }));
  assert.deepEqual(declarationFlaws('mine', many), [
    'adapter mine declares 200,000 machines; at most 100 are allowed',
  ]);
  const features = Array<never>(1001).fill('dma' as never);
  assert.deepEqual(declarationFlaws('mine', [{ ...machine, features }]), [
    'adapter mine declares 1,001 features; at most 1000 are allowed',
  ]);
  assert.match(
    declarationFlaws('mine', [{ ...machine, name: 'a\nb' }])[0] ?? '',
    /^the name of a machine, "a\nb", has characters that cannot be shown$/,
  );
});

test('what follows from the devices of a machine is not declared by hand', () => {
  const iommus = [{ name: 'smmu', model: 'smmuv3' }] as const;
  const devices = [{ kind: 'vfio', bound: ['vfio-pci'], iommus: ['smmu', 'other'] }] as const;
  const features = ['device', 'vfio-device', 'smmuv3' as never] as const;
  assert.deepEqual(declarationFlaws('mine', [{ name: 'mine', features, iommus, devices }]), [
    'mine declares "smmuv3" by hand; that follows from the IOMMUs and devices which it describes',
    'mine has devices behind "other", which none of its IOMMUs is',
  ]);
});

const good = { name: 'a', version: '1', kernel: '7.3.4', architecture: 'x', pageSize: 4096 };

test('an identity is checked', () => {
  assert.equal(identityFlaw(good), undefined);
  assert.match(identityFlaw({ ...good, kernel: 'new' }) ?? '', /kernel "new" is not a release/);
  assert.match(identityFlaw({ ...good, pageSize: 5000 }) ?? '', /page size 5000/);
  assert.match(
    identityFlaw({ ...good, name: 'x'.repeat(16_000) }) ?? '',
    /^its name has 16,000 characters; at most 200 are allowed$/,
  );
  assert.equal(
    identityFlaw({ ...good, version: '\u001b[2J\u202e1' }),
    'its version, "\\x1b[2J\\u202e1", has characters that cannot be shown',
  );
});

test('a machine with a bad identity is stopped', async () => {
  let stopped = 0;
  const implementation = checked({
    name: 'mine',
    machines: async () => [],
    start: async () =>
      ({ identity: { ...good, kernel: '' }, stop: async () => void stopped++ }) as never,
  });
  const options = { machine: 'mine', timeoutMs: 1, settings: {} };
  await assert.rejects(implementation.start(options), /kernel ""/);
  assert.equal(stopped, 1);
});
