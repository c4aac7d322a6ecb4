import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { programOfTests } from '#emulate/fixtures/programs.ts';

import type { ClientSummary } from './client-report/client-report.ts';
import { parseKtap } from './selftests/ktap.ts';
import { root } from './version.ts';

function emulate(...args: readonly string[]): { code: number | null; said: string } {
  const program = ['--require', 'ts-node/register', 'src/cli/emulate.ts', ...args];
  const { status, stderr } = spawnSync(process.execPath, program, { cwd: root, encoding: 'utf8' });
  return { code: status, said: stderr };
}

const cases: readonly [what: string, args: readonly string[], code: number, said: RegExp][] = [
  ['a program ends with its own code', ['--', 'sh', '-c', 'exit 3'], 3, /^$/],
  [
    'a program that is not there is told',
    ['--', '/nowhere/x'],
    127,
    /^emulate: there is no program \/nowhere\/x\n$/,
  ],
  ['no program is told', [], 125, /^emulate: no program is named; npm run emulate/],
  [
    'a machine that is not there is told',
    ['--machine', 'x'],
    125,
    /Allowed choices are vt-d, vt-d-sleep/,
  ],
  [
    'a trace that cannot be written is told',
    ['--trace', '/nowhere/x', '--devices'],
    125,
    /^emulate: ENOENT.*; choose/,
  ],
  [
    'a mutant that is not there is told',
    ['--mutant', 'x', '--devices'],
    125,
    /^emulate: there is no mutant x; /,
  ],
];

for (const [what, args, code, said] of cases) {
  test(`emulate: ${what}`, () => {
    const ended = emulate(...args);
    assert.match(ended.said, said);
    assert.equal(ended.code, code);
  });
}

const device = ['/dev/vfio/devices/vfio1', '0000:00:10.0'] as const;

test('emulate: an allocation fails, and which one that was is told', async () => {
  const client = await programOfTests('client');
  const failed = emulate('--fail', '1', '--', client, 'memory', ...device);
  assert.match(failed.said, /^emulate: allocation 1 failed: ioctl\(\d+, \w+, .*\) = -1 ENOMEM$/m);
  assert.notEqual(failed.code, 0);
  const passed = emulate('--fail', '100000', '--', client, 'memory', ...device);
  assert.match(passed.said, /^emulate: no allocation failed: the calls made \d+, not 100000$/m);
  assert.equal(passed.code, 0);
});

test('emulate: what a program touches is reported, to the terminal or a file', async () => {
  const client = await programOfTests('client');
  const file = join(temporaryFolder(), 'report.json');
  assert.deepEqual(emulate('--report', file, '--', client, 'memory', ...device), {
    code: 0,
    said: '',
  });
  const { calls, beside } = JSON.parse(readFileSync(file, 'utf8')) as ClientSummary;
  const map = calls.find(({ name }) => name === 'IOMMU_IOAS_MAP');
  assert.equal(map?.results['EFAULT'], 1);
  // A fixed map is taken, and none was refused because of another.
  assert.ok(map.requirements.includes('IOAS-MAP-17'));
  assert.ok(![...map.requirements, ...beside].includes('IOAS-MAP-14'));
  const shown = emulate('--report', '--', client, 'memory', ...device);
  assert.match(shown.said, /^IOMMU_IOAS_MAP +\d+ +\d+ ok, 1 EFAULT +0x7/m);
  assert.match(shown.said, /touched, not tested/);
});

test('results of a program of the kernel are read by their kinds', () => {
  const text = `TAP version 13
1..4
#  RUN           a.one ...
#            OK  a.one
ok 1 a.one
#      SKIP      no pages
ok 2 a.two # SKIP no pages
not ok 3 a.three
ok 4 a.four
# Totals: pass:2 fail:1 xfail:0 xpass:0 skip:1 error:0
`;
  assert.deepEqual(parseKtap(text), {
    passed: ['a.one', 'a.four'],
    skipped: ['a.two'],
    failed: ['a.three'],
  });
  assert.deepEqual(parseKtap('1..0 # SKIP no device\n').skipped, ['all']);
});
