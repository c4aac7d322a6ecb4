import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { commandRecords, testOperations } from '#commands/index.ts';
import { id, number } from '#commands/field.ts';
import { record } from '#commands/record.ts';
import { tableAbi, type Abi } from '#uapi/abi.ts';
import { s32, struct, u32 } from '#uapi/codec.ts';
import { ioctl } from '#uapi/ioctl.ts';

import { misdatedRecords, mistoldFields, unrecorded } from './commands.ts';
import { root } from './files.ts';

const operations = (abi: Abi): string[] =>
  Object.keys(abi.constants).filter((name) => name.startsWith('IOMMU_TEST_OP_'));
const all = [...commandRecords, ...testOperations];

/** A command that the kernel does not have. */
const made = ioctl(
  'IOMMU_TEAPOT_ALLOC',
  0x3bff,
  struct('iommu_teapot_alloc', { size: u32, dev_id: u32, spouts: s32, out_teapot_id: u32 }),
  'out_teapot_id',
);
const teapot = record(made, { since: '6.20', fields: { dev_id: id('bound device') } });

test('every command and operation of the uAPI has a record', () => {
  assert.deepEqual(unrecorded(['IOMMU_TEAPOT_ALLOC'], all), ['IOMMU_TEAPOT_ALLOC has no record']);
  const names = [...Object.keys(tableAbi.requests), ...operations(tableAbi)];
  assert.deepEqual(unrecorded(names, all), []);
});

test('a record tells what each field of its struct holds, and of no other', () => {
  assert.deepEqual(mistoldFields(teapot), [
    'IOMMU_TEAPOT_ALLOC does not tell what its field spouts holds',
  ]);
  const { fields } = teapot;
  assert.deepEqual(mistoldFields({ ...teapot, fields: { ...fields, spots: number(1) } }).slice(1), [
    'IOMMU_TEAPOT_ALLOC tells of a field spots that its struct does not have',
  ]);
  assert.deepEqual(all.flatMap(mistoldFields), []);
});

test('a record names the release that has brought its command', () => {
  const none = { release: '7.3', names: new Set<string>() };
  assert.deepEqual(misdatedRecords([teapot], none), [
    'IOMMU_TEAPOT_ALLOC is told to be there since 6.20; see 7.3',
  ]);
  for (const release of ['6.12', '7.3']) {
    const path = join(root, 'src', 'uapi', `abi.${release}.x86_64.json`);
    const abi = JSON.parse(readFileSync(path, 'utf8')) as Abi;
    const names = new Set([...Object.keys(abi.requests), ...operations(abi)]);
    assert.deepEqual(misdatedRecords(all, { release, names }), []);
  }
});
