import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

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
