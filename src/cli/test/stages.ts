import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { compare } from '#report/compare.ts';
import { withoutPlace } from '#report/machine-names.ts';
import { casesIn } from '#report/page.ts';
import { readResult } from '#report/read-run.ts';
import type { Result } from '#report/result.ts';
import { htmlFile } from '#report/write-reports.ts';

import { exitCodes } from '../problem.ts';
import { root } from '../version.ts';
import type { Ended, Stage, Tally } from './stage.ts';

/** What `npm test` is made of. `folder` takes the reports. */

/** How a program of this project is started. */
export const node = [process.execPath, '--require', 'ts-node/register'];
const main = [...node, 'src/cli/main.ts'];

export function asOne({ code }: Ended): Tally {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The closing lines of node's test runner. */
export function asTests({ output }: Ended): Tally {
  const number = (word: string): number => {
    const found = [...output.matchAll(new RegExp(`^# ${word} (\\d+)$`, 'gm'))];
    return found.reduce((sum, [, digits]) => sum + Number(digits), 0);
  };
  return { passed: number('pass'), failed: number('fail') + number('cancelled') };
}

/** The same, with the reasons of what was skipped. */
function asTestsWithReasons(ended: Ended): Tally {
  const reasons = [...ended.output.matchAll(/^ok .* # SKIP (.*)$/gm)].map(([, reason]) => reason);
  const note = [...new Set(reasons)].join('; ');
  return { ...asTests(ended), ...(note !== '' && { note }) };
}

function tool(name: string, ...parameters: string[]): string[] {
  return [process.execPath, join(root, 'node_modules', '.bin', name), ...parameters];
}

interface Suite {
  readonly name: string;
  readonly after?: string;
  readonly parameters: readonly string[];
  readonly count: (result: Result) => Tally;
  readonly goodCode?: number;
}

/** A run of the suite with reports of its own; a run that leaves no result counts as one failure. */
export function suite(folder: string, { name, parameters, count, ...rest }: Suite): Stage {
  const reports = join(folder, name.replaceAll(/\W+/g, '-'));
  return {
    ...rest,
    name,
    command: [...main, 'run', '--no-html', '--reports', reports, ...parameters],
    count: () => {
      try {
        return count(readResult(join(reports, placeOf(parameters), 'result.json')));
      } catch {
        return { passed: 0, failed: 1 };
      }
    },
  };
}

/** The folder of a run with these parameters: of its adapter, and of which part. */
function placeOf(parameters: readonly string[]): string {
  const after = (option: string): string | undefined => {
    const index = parameters.indexOf(option);
    return index < 0 ? undefined : parameters[index + 1];
  };
  const name = (after('--adapter') ?? 'reference').replace(/^.*\//, '').replace(/\.\w+$/, '');
  const shard = after('--shard')?.replace('/', '-of-');
  return shard === undefined ? name : `${name}-shard-${shard}`;
}

export function verdicts({ counts }: Result): Tally {
  const failed = counts.fail + counts.broken + counts['unexpected-pass'];
  return { passed: counts.pass + counts['known-failure'], failed };
}

/** The verdicts of a run, and one more: its page holds each scenario. */
function withPage(reports: string): Tally {
  try {
    const result = readResult(join(reports, 'result.json'));
    const cases = casesIn(readFileSync(htmlFile(reports), 'utf8'));
    const { passed, failed } = verdicts(result);
    const complete = cases === result.scenarios.length;
    return { passed: passed + Number(complete), failed: failed + Number(!complete) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** On void the roles change: a scenario that passes there tests nothing, and of one that breaks nobody knows. */
function vacuity({ counts }: Result): Tally {
  return { passed: counts.fail, failed: counts.pass + counts.skip + counts.broken };
}

/** As in process: one in so many of the scenarios, with the same outcomes, each on one of the machines that it ran on there. */
function equalTo(file: string, parts: number): (result: Result) => Tally {
  return (result) => {
    const before = readResult(file);
    const ran = new Set(result.scenarios.map(({ id }) => id));
    const scenarios = before.scenarios.filter(({ id }) => ran.has(id));
    const { differences, renamed } = compare({ ...before, scenarios }, result);
    const wanted = Math.floor(new Set(before.scenarios.map(withoutPlace)).size / parts);
    const missing = Math.max(0, wanted - ran.size);
    const { passed, failed } = verdicts(result);
    return { passed, failed: failed + differences.length + renamed.length + missing };
  };
}

/**
 * In the order in which they start, the longest first. The runs of the reference differ in what a scenario must not depend
 * on: how memory lies, what ran before, what is between. The run over the wire is compared with the first.
 */
export function stages(folder: string): Stage[] {
  const readme = "the README's command";
  const inProcess = join(folder, 'suite-in-process', 'reference', 'result.json');
  const reports = relative(root, dirname(dirname(inProcess)));
  const served = overTheWire(3);
  return [
    {
      name: readme,
      command: ['npm', 'run', '--silent', 'conformance', '--', '--reports', reports],
      count: () => withPage(dirname(inProcess)),
    },
    { name: 'unit tests', command: ['npm', 'run', '--silent', 'unit'], count: asTests },
    { name: 'mutants', command: [...node, 'src/cli/mutants.ts'], count: asMutants },
    suite(folder, {
      name: 'a third of the suite over the wire, in random order',
      after: readme,
      parameters: [
        ...['--adapter', 'wire', '--adapter-option', `command=${served}`],
        ...[...inRandomOrder, ...onFirst, '--shard', `1/${parts}`],
      ],
      count: equalTo(inProcess, parts),
    }),
    suite(folder, {
      name: 'each scenario alone',
      parameters: ['--alone', ...layout(6), ...onFirst],
      count: verdicts,
    }),
    suite(folder, {
      name: 'void says yes',
      parameters: ['--adapter', 'void', '--adapter-option', 'says=yes', ...onFirst, ...tireless],
      count: vacuity,
      goodCode: exitCodes.failures,
    }),
    {
      name: 'the page in a browser',
      after: readme,
      command: [...node, '--test-reporter=tap', 'src/cli/test/in-browser.ts', dirname(inProcess)],
      count: asTestsWithReasons,
    },
    suite(folder, {
      name: 'void says no',
      parameters: ['--adapter', 'void', ...onFirst],
      count: vacuity,
      goodCode: exitCodes.failures,
    }),
    { name: 'types', command: tool('tsc', '-p', '.'), count: asOne },
    suite(folder, {
      name: 'python adapter',
      parameters: ['--adapter', './examples/adapter-python/iommufd_adapter.py'],
      count: verdicts,
    }),
    {
      name: 'random calls',
      command: [...node, 'src/cli/random.ts', '--calls', '2000', '--seed', '1'],
      count: asOne,
    },
  ];
}

/** What a call becomes on the wire hardly depends on the scenario, and the night has the whole. */
const parts = 3;

const inRandomOrder = ['--order', 'random', '--seed', '1'];

/** The command of a program that is the reference, with its memory laid out so. */
export function overTheWire(seed: number): string {
  return [...main, 'serve', '--adapter', 'reference', ...layout(seed)].join(' ');
}

/**
 * What void answers, what a scenario forgot to set up, and how calls go over a wire do not depend on the kind of IOMMU. The
 * night has all of them.
 */
const onFirst = ['--first-machine'];

/** What hangs there says nothing of the next: a scenario that is given up has not been tried. */
const tireless = ['--timeout', '3000', '--patience', '10000'];

/** Of the memory of the reference: 3 is scattered, 6 lies in runs of 16 pages. */
export function layout(seed: number): string[] {
  return ['--adapter-option', `layout=${seed}`];
}

/** The last line of the kill matrix. */
function asMutants({ output }: Ended): Tally {
  const [, killed = '0', survived = '1'] = /^(\d+) killed, (\d+) survived$/m.exec(output) ?? [];
  return { passed: Number(killed), failed: Number(survived) };
}
