import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { defaultParts } from '#reference/machine/parts.ts';

import { Emulation } from './emulation.ts';
import { programOfTests } from './fixtures/programs.ts';

/** Programs in C on a machine of the reference, as users have them: each prints the line that was other than on Linux. */

const rules = { user: 'root', memlock: 'real' } as const;
const patienceMs = 20_000;

describe('a program on a machine of the reference', () => {
  const complaints: string[] = [];
  let emulation: Emulation;
  let client: string;

  before(async () => {
    client = await programOfTests('client');
    emulation = await Emulation.start({
      ...{ machine: 'vt-d', parts: defaultParts, layout: 0, devices: [], rules },
      complain: (what) => void complaints.push(what),
    });
  });

  after(() => emulation.stop());

  /** A device that is alone in its group. */
  const device = (): string =>
    emulation.devices.find(({ address }) => address === '0000:00:10.0')?.cdev ?? '';

  const cases: readonly [name: string, says: string][] = [
    ['files', 'has its files under numbers of its own, copies them, and passes them on'],
    ['kinds', 'is told what a file is, by its path or by its number'],
    ['registers', 'maps the registers of a device, and each access has its effect'],
    ['memory', 'has memory that the device reads and writes, whatever it is of'],
    ['interrupts', 'gets interrupts in its own eventfds'],
    ['threads', 'calls from 32 threads'],
    ['killed', 'may be killed, and the next one gets the device'],
    ['proc', 'finds what the kernel says of it, and the devices'],
    ['sysfs', 'finds devices in sysfs, and takes them from their driver'],
  ];
  for (const [name, says] of cases) {
    it(says, async () => {
      assert.equal(await emulation.run(client, [name, device(), '0000:00:10.0']), 0);
      const until = Date.now() + patienceMs;
      while (emulation.openFiles > 0 && Date.now() < until) await setTimeout(10);
      assert.equal(emulation.openFiles, 0);
      assert.deepEqual(complaints, []);
    });
  }

  it('ends with its own exit code, or the number of its signal', async () => {
    assert.equal(await emulation.run(client, ['end', '7']), 7);
    assert.equal(await emulation.run(client, ['die']), 128 + 15);
  });
});

describe('an access to registers that are mapped', () => {
  it('is what the instruction does to plain memory', async () => {
    const preload = join(__dirname, 'native', 'preload', 'instruction.c');
    const program = await programOfTests('instructions', preload);
    const { status, stdout } = spawnSync(program, { encoding: 'utf8' });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });
});
