import assert from 'node:assert/strict';
import { test } from 'node:test';

import linux6_12 from './abi.6.12.x86_64.json';
import linux7_3 from './abi.7.3.x86_64.json';
import { tableAbi } from './abi.ts';
import type { Abi, StructLayout } from './abi.ts';

const newest: Abi = linux7_3;
const older: Abi = linux6_12;

/** Names of `ours` that the header does not have. */
function missing(ours: object, header: object): string[] {
  return Object.keys(ours).filter((name) => !(name in header));
}

/** The part of `ours` that the header has as well. */
function shared<T>(ours: Readonly<Record<string, T>>, header: object): Record<string, T> {
  return Object.fromEntries(Object.entries(ours).filter(([name]) => name in header));
}

function compareOlder(name: string, ours: StructLayout, header: StructLayout): void {
  assert.deepEqual(shared(ours.fields, header.fields), header.fields, name);
  const newer = missing(ours.fields, header.fields);
  if (newer.length === 0) assert.equal(ours.size, header.size, name);
  else assert.ok(ours.size >= header.size, name);
}

test('every number of the tables is what the headers of Linux 7.3 say', () => {
  assert.deepEqual(tableAbi, newest);
});

test('requests and constants that Linux 6.12 has are the same there', (t) => {
  for (const kind of ['requests', 'constants'] as const) {
    assert.deepEqual(shared(tableAbi[kind], older[kind]), older[kind]);
    t.diagnostic(`newer than 6.12: ${missing(tableAbi[kind], older[kind]).join(' ')}`);
  }
});

test('structs that Linux 6.12 has only grew since', (t) => {
  for (const [name, ours] of Object.entries(tableAbi.structs)) {
    const header = older.structs[name];
    if (header === undefined) continue;
    compareOlder(name, ours, header);
    const newer = missing(ours.fields, header.fields);
    if (newer.length > 0) t.diagnostic(`newer than 6.12: ${name} ${newer.join(' ')}`);
  }
  t.diagnostic(`newer than 6.12: ${missing(tableAbi.structs, older.structs).join(' ')}`);
});
