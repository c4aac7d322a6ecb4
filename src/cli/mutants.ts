import { loadSupport, runCucumber, type IRunConfiguration } from '@cucumber/cucumber/api';
import { Command } from 'commander';

import { pattern } from '#conformance/pattern.ts';
import { catalogue } from '#mutants/catalogue.ts';
import type { Mutant } from '#mutants/mutant.ts';
import { RunCollector } from '#report/run-collector.ts';
import type { ScenarioRun } from '#report/run-record.ts';
import type { Scenario } from '#report/scenario.ts';

import { configure } from './configure.ts';
import { exitCodes } from './problem.ts';
import { painter } from './style.ts';
import { loadSuite, type Suite } from './suite.ts';

/** `npm run mutants`: each seeded bug has to be found by a scenario of a requirement that it breaks. */

type Support = Awaited<ReturnType<typeof loadSupport>>;

interface Verdict {
  readonly mutant: Mutant;
  readonly killer: ScenarioRun | undefined;
  /** What was run, and did not fail. */
  readonly survived: number;
}

/** The scenarios of the requirements that it breaks, as paths with lines. */
function hunters(mutant: Mutant, scenarios: readonly Scenario[]): string[] {
  const wanted = new Set<string>(mutant.breaks);
  const found = scenarios.filter(({ requirements }) => requirements.some((id) => wanted.has(id)));
  return [...new Set(found.map(({ uri, line }) => `${uri}:${line}`))];
}

async function hunt(mutant: Mutant, suite: Suite, support: Support): Promise<Verdict> {
  const paths = hunters(mutant, suite.scenarios);
  if (paths.length === 0) return { mutant, killer: undefined, survived: 0 };
  const collector = new RunCollector([]);
  const configuration = configurationFor(mutant, suite.configuration, paths);
  await runCucumber({ ...configuration, support }, {}, (envelope) => {
    collector.accept(envelope);
  });
  const killer = collector.runs.find(({ outcome }) => outcome.kind === 'fail');
  return { mutant, killer, survived: collector.runs.length };
}

/** As the conformance command would run these paths on the mutant, up to the first failure. */
function configurationFor(
  { id }: Mutant,
  base: IRunConfiguration,
  paths: string[],
): IRunConfiguration {
  const configuration = configure(
    {
      paths,
      adapter: './src/mutants/adapter.ts',
      settings: { mutant: id },
      only: [],
      order: 'defined',
      parallel: 0,
      reports: '',
      timeoutMs: 30_000,
    },
    base,
  );
  return { ...configuration, runtime: { ...configuration.runtime, failFast: true } };
}

function show({ mutant, killer, survived }: Verdict): void {
  const paint = painter(process.stdout);
  if (killer !== undefined) {
    const { uri, line, title } = killer.scenario;
    console.log(`${paint('green', 'killed')} ${mutant.id} by ${uri}:${line} ${title}`);
    return;
  }
  console.log(`${paint('red', 'SURVIVED')} ${mutant.id} ${mutant.story}`);
  console.log(
    `  ${survived} scenarios of ${mutant.breaks.join(', ')} passed; one of them has to fail`,
  );
}

async function main(only: readonly string[]): Promise<number> {
  const suite = await loadSuite(undefined);
  const support = await loadSupport(suite.configuration);
  const wanted = catalogue.filter(
    ({ id }) => only.length === 0 || only.some((glob) => pattern(glob).test(id)),
  );
  let killed = 0;
  for (const mutant of wanted) {
    const verdict = await hunt(mutant, suite, support);
    show(verdict);
    if (verdict.killer !== undefined) killed += 1;
  }
  console.log(`\n${killed} killed, ${wanted.length - killed} survived`);
  return killed === wanted.length && wanted.length > 0 ? exitCodes.success : exitCodes.failures;
}

void new Command('mutants')
  .description('run each seeded bug against the scenarios of the requirements that it breaks')
  .option('--only <ids>', 'ids or globs, comma-separated', '')
  .action(async ({ only }: { only: string }) => {
    process.exitCode = await main(only.split(',').filter((glob) => glob !== ''));
  })
  .parseAsync();
