import { Command } from 'commander';

import { compareReadings } from '#second-reading/trials/compare.ts';
import { formats } from '#second-reading/trials/formats.ts';
import { loadAdapter } from '#adapters/registry.ts';
import { tellProblem } from './tell-problem.ts';
import { collect, naturalNumber, positive, settingsOf } from './option-values.ts';
import { exitCodes } from './problem.ts';
import { garbage, surviveGarbage } from '#second-reading/trials/garbage.ts';
import { compareElsewhere } from './readings/elsewhere.ts';
import { painter } from './style.ts';
import { table } from './table.ts';

/** `npm run second-reading`: the models of hardware beside slow walkers that were written apart from them. */

interface Options {
  readonly accesses?: number;
  readonly seed: number;
  readonly adapter?: string;
  readonly adapterOption: string[];
  readonly tables: number;
  readonly parallel: number;
}

/** By each set of tables that an implementation walks: a transfer of a device takes its time. */
const ACCESSES_ELSEWHERE = 2;

const help = `
Tables are drawn by lot, most of them good, some with a bit turned over. A unit of the reference and a slow walker, which
shares nothing with it but the memory, translate the same accesses: where they go, how far the same way leads, why they are
refused, and what marks they leave in the tables have to be equal. The first difference ends a format, and is told with the
seed that repeats it. Then as many accesses by tables of scrap, and commands of scrap: a unit has to come back and throw nothing.

With --adapter the tables are those of a guest behind an SMMUv3, and an IOMMU of that implementation walks them: on Linux for arm64,
with a kernel that nests (docs/linux.md), it is QEMU's. Where a device gets to, and what the guest is told, has to be what the second
reading says.`;

async function elsewhere(options: Options, name: string): Promise<number> {
  const { seed, tables, parallel, adapterOption, accesses = ACCESSES_ELSEWHERE } = options;
  const implementation = await loadAdapter(name);
  const begun = performance.now();
  const run = { implementation, settings: settingsOf(adapterOption), seed, tables, accesses };
  const say = (done: number): void => console.log(`${done} tables`);
  const found = await compareElsewhere({ ...run, parallel, say });
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const events = [...found.events].sort(([one], [other]) => one - other);
  console.log(
    `${tables} tables, ${found.accesses} accesses in ${seconds} s: ${found.through} went through; ` +
      events.map(([event, count]) => `${count} × event 0x${event.toString(16)}`).join(', '),
  );
  for (const difference of found.differences) console.log(difference);
  console.log(`\n${found.differences.length} differences`);
  return found.differences.length === 0 ? exitCodes.success : exitCodes.failures;
}

async function main(options: Options): Promise<number> {
  const { accesses = 100_000, seed, adapter } = options;
  if (adapter !== undefined) return elsewhere(options, adapter);
  const paint = painter(process.stdout);
  const found = formats.map((format) => ({
    name: format.name,
    ...compareReadings(format, Math.ceil(accesses / formats.length), seed),
  }));
  const rows = found.map(({ name, through, refusals, ...each }) => [
    name,
    ...[each.accesses, through, refusals.size].map(String),
  ]);
  console.log(table([['tables', 'accesses', 'went through', 'reasons'], ...rows], paint));
  const differences = found.flatMap(({ difference }) => difference ?? []);
  for (const difference of differences) console.log(paint('red', difference));
  for (const victim of garbage) {
    const each = Math.ceil(accesses / garbage.length);
    console.log(
      `${victim.name}: ${each} accesses by scrap, ${surviveGarbage(victim, each, seed)} went through`,
    );
  }
  console.log(`\n${differences.length} differences`);
  return differences.length === 0 ? exitCodes.success : exitCodes.failures;
}

void new Command('second-reading')
  .description('compare the models of hardware with slow walkers that were written apart from them')
  .option(
    '--accesses <number>',
    'how many in all, 100000; of an adapter by each set of tables, 2',
    positive,
  )
  .option('--seed <number>', 'the same seed draws the same tables', naturalNumber, 1)
  .option('--adapter <adapter>', 'tables of a guest, walked by the IOMMU of that implementation')
  .option('--adapter-option <key=value>', 'for the adapter', collect, [])
  .option('--tables <number>', 'with --adapter, how many sets of tables', positive, 1000)
  .option('--parallel <number>', 'with --adapter, how many machines at once', positive, 4)
  .addHelpText('after', help)
  .action(async (options: Options) => {
    try {
      process.exitCode = await main(options);
    } catch (error) {
      tellProblem(error);
      process.exitCode = exitCodes.problem;
    }
  })
  .parseAsync();
