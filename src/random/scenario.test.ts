import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import fc from 'fast-check';

import { implementation as reference } from '#adapters/reference/index.ts';

import { cucumber } from './fixtures/cucumber.ts';
import { calls } from './calls.ts';
import { openings } from './openings.ts';
import { Round } from './round.ts';
import { scenario } from './scenario.ts';
import { sideBySide, startMock } from './machines.ts';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
after(() => rmSync(folder, { recursive: true }));

/** One scenario for each opening, with calls of every kind after it. */
async function printed(seed: number, length: number): Promise<string[]> {
  const started = await startMock(reference);
  assert.ok(started);
  const machines = sideBySide([started], { every: 50, met: () => {} });
  const any = fc.oneof(...calls.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  const texts: string[] = [];
  for (const [index, opening] of openings.entries()) {
    const round = await Round.begin(machines);
    await round.open(index);
    for (const call of fc.sample(any, { seed: seed + index, numRuns: length }))
      await round.perform(call);
    await round.end();
    const found = { cause: `after ${opening.name}`, repeat: '--seed 1', shows: undefined };
    texts.push(scenario(found, round.done));
  }
  return texts;
}

test('a printed scenario can be pasted into a feature file, and runs', async () => {
  const texts = await printed(7, 300);
  const path = join(folder, 'pasted.feature');
  writeFileSync(path, ['Feature: pasted', ...texts].join('\n\n'));
  const said = await cucumber(path);
  assert.match(
    said,
    new RegExp(`^${openings.length} scenarios \\(${openings.length} passed\\)`, 'm'),
  );
});
