import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { root } from '../version.ts';

export interface SuiteCost {
  /** Seconds of the suite on the reference, or of a part of it. */
  readonly suite: number;
  /** Seconds of features with step definitions and hooks that do nothing. */
  readonly empty: number;
  readonly ratio: number;
}

const rounds = 3;
const oneScenario = 'features/iommufd/ioas/map.feature:14';

interface Usage {
  readonly pattern: string;
}

/** Runs cucumber and returns the seconds it took. Throws where it fails: half a run measures nothing. */
function cucumber(...parameters: string[]): number {
  const start = performance.now();
  const bin = join(root, 'node_modules', '.bin', 'cucumber-js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cucumber-js ${parameters.join(' ')}:\n${stdout}${stderr}`);
  return (performance.now() - start) / 1000;
}

/** Step definitions with the texts of ours and empty bodies. */
function emptySteps(usage: readonly Usage[]): string {
  const cucumberPath = JSON.stringify(require.resolve('@cucumber/cucumber'));
  const types = JSON.stringify(join(root, 'steps', 'support', 'words', 'index.ts'));
  const steps = usage.map(({ pattern }) => {
    const count = (pattern.match(/\{\w+\}/g) ?? []).length + (pattern.endsWith(':') ? 1 : 0);
    const names = Array.from({ length: count }, (_, index) => `p${index}`);
    return `Given(${JSON.stringify(pattern)}, async function (${names.join(', ')}) {});`;
  });
  return [
    `const { Before, BeforeStep, AfterStep, After, Given, setWorldConstructor, World } = require(${cucumberPath});`,
    `const { defineParameterTypes } = require(${types});`,
    '// What a parameter asks of its world is answered with nothing.',
    'const nothing = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : nothing), apply: () => nothing });',
    'class Empty extends World { handles = nothing; size() { return 0n; } }',
    'setWorldConstructor(Empty);',
    'defineParameterTypes();',
    'Before(async () => {}); BeforeStep(async () => {}); AfterStep(async () => {}); After(async () => {});',
    ...steps,
  ].join('\n');
}

/** The suite beside an empty one of the same scenarios, steps and step definitions; runs of both take turns. */
export function measureSuite(): SuiteCost {
  const folder = temporaryFolder();
  const usageFile = join(folder, 'usage.json');
  cucumber('--dry-run', '--format', `usage-json:${usageFile}`);
  const steps = join(folder, 'empty.cjs');
  const config = join(folder, 'cucumber.json');
  writeFileSync(steps, emptySteps(JSON.parse(readFileSync(usageFile, 'utf8')) as Usage[]));
  const options = { requireModule: ['ts-node/register'], require: [steps], format: ['summary'] };
  writeFileSync(config, JSON.stringify({ default: options }));
  return compare(['--format', 'summary'], ['--config', relative(root, config)]);
}

/** One scenario of ours, from the start of the program to its end, beside one of one step that does nothing. */
export function measureStart(): SuiteCost {
  const folder = temporaryFolder();
  const [steps, feature, config] = ['steps.cjs', 'empty.feature', 'cucumber.json'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const cucumberPath = JSON.stringify(require.resolve('@cucumber/cucumber'));
  writeFileSync(steps, `require(${cucumberPath}).Given('nothing', () => {});`);
  writeFileSync(feature, 'Feature: empty\n  Scenario: empty\n    Given nothing\n');
  const options = { requireModule: ['ts-node/register'], require: [steps], format: ['summary'] };
  writeFileSync(config, JSON.stringify({ default: options }));
  const empty = ['--config', relative(root, config), feature];
  return compare(['--format', 'summary', oneScenario], empty);
}

/** The quickest of each; they take turns, so that a busy machine slows both. */
function compare(ours: readonly string[], empties: readonly string[]): SuiteCost {
  const [suite, empty]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    suite.push(cucumber(...ours));
    empty.push(cucumber(...empties));
  }
  const [own, floor] = [Math.min(...suite), Math.min(...empty)];
  return { suite: own, empty: floor, ratio: own / floor };
}
