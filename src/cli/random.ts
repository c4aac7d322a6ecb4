import { Command } from 'commander';

import { loadAdapter } from '#adapters/registry.ts';
import type { Machine } from '#port/implementation.ts';
import { knownDifferences } from '#random/known.ts';
import { run } from '#random/run.ts';

import { exitCodes } from './problem.ts';

/** `npm run random`: random sequences of calls, on one implementation or on two side by side. */

interface Options {
  readonly calls: string;
  readonly seed: string;
  readonly adapter: string;
  readonly against?: string;
  readonly adapterOption: string[];
  readonly path?: string;
  readonly replayPath?: string;
  readonly longest: string;
  readonly every: string;
}

/** The first machine of the adapter that has mock devices. */
async function start(name: string, options: readonly string[]): Promise<Machine> {
  const settings = Object.fromEntries(
    options.map((option) => [option.split('=')[0] ?? '', option.slice(option.indexOf('=') + 1)]),
  );
  const implementation = await loadAdapter(name);
  const machines = await implementation.machines(settings);
  const mock = machines.find(({ features }) => features.includes('test-cmd'));
  if (mock === undefined) throw new Error(`adapter ${name} has no machine with test-cmd`);
  return implementation.start({ machine: mock.name, timeoutMs: 30_000, settings });
}

async function main(options: Options): Promise<number> {
  const { adapter, against, adapterOption, path, replayPath } = options;
  const second = against === undefined ? undefined : await start(against, adapterOption);
  const first = await start(adapter, against === undefined ? adapterOption : []);
  const met = new Map<string, number>();
  const machines = {
    first,
    ...(second && { second }),
    every: Number(options.every),
    met: (id: string): void => void met.set(id, (met.get(id) ?? 0) + 1),
  };
  const begun = performance.now();
  const report = await run(machines, {
    calls: Number(options.calls),
    seed: Number(options.seed),
    longest: Number(options.longest),
    ...(path === undefined ? {} : { path }),
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  for (const machine of [first, second]) await machine?.stop();
  for (const [id, times] of met) {
    const { reason } = knownDifferences.find((each) => each.id === id) ?? { reason: '' };
    console.log(`known difference ${id}, ${times} times: ${reason}`);
  }
  console.log(
    `${report.calls} calls in ${report.sequences} sequences, ${seconds} s, seed ${options.seed}`,
  );
  if (report.failure === undefined) return exitCodes.success;
  const { cause, repeat, scenario } = report.failure;
  console.log(`\n${cause}\n\nrepeat with ${repeat}\n\n${scenario}`);
  return exitCodes.failures;
}

const collect = (option: string, before: string[]): string[] => [...before, option];

void new Command('random')
  .description('make random calls and compare what they do with a model, or with another adapter')
  .option('--calls <number>', 'how many calls in all', '20000')
  .option('--seed <number>', 'the same seed makes the same calls', '1')
  .option('--adapter <name>', 'whom to call', 'reference')
  .option('--against <name>', 'an adapter that has to do the same')
  .option('--adapter-option <key=value>', 'for --against, or else for --adapter', collect, [])
  .option('--longest <number>', 'calls in a sequence', '60')
  .option('--every <number>', 'calls between two checks of the invariants', '4')
  .option('--path <path>', 'of a failure, as it was printed')
  .option('--replay-path <path>', 'of a failure, as it was printed')
  .action(async (options: Options) => {
    process.exitCode = await main(options);
  })
  .parseAsync();
