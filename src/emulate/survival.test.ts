import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { defaultParts } from '#reference/machine/parts.ts';

import { Emulation } from './emulation.ts';
import { programOfTests } from './fixtures/programs.ts';

const patienceMs = 20_000;

describe('private memory that a device reaches', () => {
  const complaints: string[] = [];
  let emulation: Emulation;
  let program: string;

  before(async () => {
    program = await programOfTests('survival');
    emulation = await Emulation.start({
      ...{ machine: 'vt-d', parts: defaultParts, layout: 0, devices: [] },
      rules: { user: 'root', memlock: 'real' },
      complain: (what) => void complaints.push(what),
    });
  });

  after(() => emulation.stop());

  const cases: readonly [name: string, says: string][] = [
    [
      'gone',
      'is there as long as it is pinned, if the program is killed, calls exec() or unmaps it',
    ],
    ['moved', 'is the same where mremap() has moved it'],
    ['thrown-away', 'is zeros for the program where madvise() has thrown it away'],
    ['forked', 'is a copy of its own for a child'],
    ['stored', 'loses none of a million stores of eight threads while it is mapped'],
  ];
  for (const [name, says] of cases) {
    it(says, async () => {
      const { cdev = '' } = emulation.devices.find((each) => each.address === '0000:00:10.0') ?? {};
      assert.equal(await emulation.run(program, [name, cdev]), 0);
      const until = Date.now() + patienceMs;
      while (emulation.openFiles > 0 && Date.now() < until) await setTimeout(10);
      assert.equal(emulation.openFiles, 0);
      assert.equal(emulation.pinnedPages, 0);
      assert.deepEqual(complaints, []);
    });
  }
});
