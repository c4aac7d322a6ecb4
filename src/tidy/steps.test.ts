import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { featureFiles } from './features.ts';
import { filesBelow, root } from './files.ts';

/** The vocabulary stays small: the suite is read by people, and answered by people who write adapters. */
const fewestScenariosAStep = 20;
const fewestUses = 2;

interface Usage {
  readonly pattern: string;
  readonly patternType: string;
  readonly uri: string;
  readonly line: number;
  readonly matches: readonly unknown[];
}

/** How often each step definition is used, as a dry run of cucumber tells. */
async function usage(): Promise<Usage[]> {
  const folder = temporaryFolder();
  const file = join(folder, 'usage.json');
  const provided = { dryRun: true, format: [`usage-json:${file}`] };
  const environment = {
    cwd: root,
    stdout: process.stderr,
    env: { ...process.env, IOMMUFD_ADAPTER: 'void' },
  };
  const { runConfiguration } = await loadConfiguration({ provided }, environment);
  await runCucumber(runConfiguration, environment);
  const text = readFileSync(file, 'utf8');
  return JSON.parse(text) as Usage[];
}

const steps = usage();

test('there are few step definitions for so many scenarios', async () => {
  const scenarios = featureFiles().flatMap(({ pickles }) => pickles).length;
  const count = (await steps).length;
  const average = scenarios / count;
  assert.ok(
    average >= fewestScenariosAStep,
    `${scenarios} scenarios with ${count} step definitions: ${average.toFixed(1)} each`,
  );
});

test('each step definition is used by at least two scenarios', async () => {
  const dead = (await steps).filter(({ matches }) => matches.length < fewestUses);
  const shown = dead.map(({ uri, line, pattern }) => `${uri}:${line} ${pattern}`);
  assert.deepEqual(shown, []);
});

test('steps are cucumber expressions that start with it, an article or a noun', async () => {
  const bad = (await steps).filter(
    ({ pattern, patternType }) =>
      patternType !== 'CucumberExpression' || /^I |should/.test(pattern),
  );
  assert.deepEqual(
    bad.map(({ pattern }) => pattern),
    [],
  );
});

test('steps speak to the port only', () => {
  const peeking = filesBelow('steps', '.ts').filter(({ text }) =>
    /#(reference|mutants)\//.test(text),
  );
  assert.deepEqual(
    peeking.map(({ path }) => path),
    [],
  );
});
