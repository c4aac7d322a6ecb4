import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import fc from 'fast-check';

import { implementation as reference } from '#adapters/reference/index.ts';

import { cucumber } from '../fixtures/cucumber.ts';
import { deviceMachines, startDevices } from './machines.ts';
import { openings } from './opening.ts';
import { onDevices } from './sequence.ts';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
after(() => rmSync(folder, { recursive: true }));

/** One scenario for each opening, with many actions after it. */
async function printed(machine: string): Promise<string[]> {
  const description = (await deviceMachines(reference)).find(({ name }) => name === machine);
  assert.ok(description);
  const sort = onDevices(await startDevices(reference, description, { every: 50 }));
  const any = fc.oneof(...sort.calls.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  const texts: string[] = [];
  for (const opening of openings.keys()) {
    const sequence = await sort.begin();
    await sequence.open(opening);
    for (const call of fc.sample(any, { seed: 3 + opening, numRuns: 150 }))
      await sequence.perform(call);
    const cause = `${machine} after ${openings[opening]}`;
    texts.push(sequence.scenario({ cause, repeat: '--seed 1', shows: undefined }));
    await sequence.end();
  }
  return texts;
}

/** Machines that no other one can stand in for. */
const machines = ['vt-d-nested', 'smmuv3-express', 'amd-guest'];

test('a printed scenario can be pasted into a feature file, and runs', async () => {
  const texts = (await Promise.all(machines.map(printed))).flat();
  const path = join(folder, 'pasted.feature');
  writeFileSync(path, ['Feature: pasted', ...texts].join('\n\n'));
  const said = await cucumber(path);
  assert.match(said, new RegExp(`^${texts.length} scenarios \\(${texts.length} passed\\)`, 'm'));
});
