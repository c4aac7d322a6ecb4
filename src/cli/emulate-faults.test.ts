import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { Emulation } from '#emulate/emulation.ts';
import { programOfTests } from '#emulate/fixtures/programs.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { root } from './version.ts';

/** Programs that end at any moment, ask for much, or lie: the server lives, the next one is served, nothing is left. */

/** How many moments; a night has 200. The same seed has the same. */
const moments = Number(process.env['IOMMUFD_EMULATE_MOMENTS'] ?? 10);
const seed = Number(process.env['IOMMUFD_EMULATE_SEED'] ?? 1);
const isLong = moments > 10;
/** Of those, in which the server is killed: it takes a second to start. */
const ofServer = Math.ceil(moments / 5);
const patienceMs = 20_000;

/** The words, each with a zero behind it, of all programs that run. */
function running(): readonly string[] {
  const wordsOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(wordsOf);
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const until = Date.now() + patienceMs;
  while (!holds() && Date.now() < until) await setTimeout(10);
  assert.ok(holds(), what);
}

describe('a server of programs that end badly', () => {
  const complaints: string[] = [];
  let emulation: Emulation;
  let faults: string;

  before(async () => {
    faults = await programOfTests('faults');
    emulation = await Emulation.start({
      ...{ machine: 'vt-d', parts: defaultParts, layout: 0, devices: [] },
      rules: { user: 'root', memlock: 'real' },
      complain: (what) => void complaints.push(what),
    });
  });

  after(() => emulation.stop());

  /** Runs a case, and looks that all is as before. */
  async function run(name: string, ...numbers: readonly number[]): Promise<readonly string[]> {
    const device = emulation.devices.find(({ address }) => address === '0000:00:10.0')?.cdev ?? '';
    complaints.length = 0;
    assert.equal(await emulation.run(faults, [name, device, ...numbers.map(String)]), 0);
    await eventually('every file is closed', () => emulation.openFiles === 0);
    const said = [...complaints];
    assert.equal(await emulation.run(faults, ['use', device]), 0, 'the next one is served');
    assert.equal(emulation.hasBroken, false);
    return said;
  }

  it(`serves the next one after each of ${moments - ofServer} moments at which one is killed`, async () => {
    assert.deepEqual(await run('moments', seed, moments - ofServer), []);
  });

  it('gives out thousands of files', async () => {
    assert.deepEqual(await run('opens', isLong ? 10_000 : 3000), []);
  });

  it('keeps the pages of a program apart from those of a hundred children', async () => {
    assert.deepEqual(await run('forks', 100), []);
  });

  it('is not told anything by structs that lie', async () => {
    assert.deepEqual(await run('liar', seed, isLong ? 20_000 : 1500), []);
  });

  it('closes connections that say rubbish, and tells so', async () => {
    const said = await run('rubbish', seed, isLong ? 3000 : 300);
    assert.ok(said.length > 0);
    const expected =
      /^(a connection is closed that is none of ours: .*|process .*|.* can only be read.*)$/;
    assert.deepEqual(
      said.filter((line) => !expected.test(line)),
      [],
    );
  });
});

describe('a server that is killed', () => {
  for (let moment = 0; moment < ofServer; moment += 1) {
    const milliseconds = ((seed + moment) * 7919) % 1000;
    const isAtWork = moment % 2 === 0;
    const when = isAtWork ? 'behind the start of its program' : 'behind its own start';
    it(`leaves nothing ${milliseconds} ms ${when}, and its program ends`, async () => {
      const faults = await programOfTests('faults');
      const room = join(temporaryFolder(), 'tmp');
      mkdirSync(room);
      const command = [
        ...process.execArgv.filter((word) => !word.includes('test')),
        'src/cli/emulate.ts',
      ];
      const program = ['--', faults, 'busy', '/dev/vfio/devices/vfio1', String(seed + moment)];
      const server = spawn(process.execPath, [...command, ...program], {
        cwd: root,
        env: { ...process.env, TMPDIR: room },
        stdio: 'ignore',
      });
      const busy = `${faults}\0busy\0/dev/vfio/devices/vfio1\0${seed + moment}\0`;
      if (isAtWork)
        await eventually('it is at work', () => running().some((words) => words.startsWith(busy)));
      await setTimeout(milliseconds);
      server.kill('SIGKILL');
      const isOurs = (name: string): boolean => name.startsWith('iommufd-conformance-');
      await eventually('its folder is gone', () => !readdirSync(room).some(isOurs));
      const isLeft = (words: string): boolean => words.includes(room) || words.includes(busy);
      await eventually('nobody is left', () => !running().some(isLeft));
    });
  }
});
