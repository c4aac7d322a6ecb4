import { Command } from 'commander';

import { compareReadings } from '#second-reading/trials/compare.ts';
import { formats } from '#second-reading/trials/formats.ts';
import { naturalNumber, positive } from './option-values.ts';
import { exitCodes } from './problem.ts';
import { garbage, surviveGarbage } from '#second-reading/trials/garbage.ts';
import { painter } from './style.ts';
import { table } from './table.ts';

/** `npm run second-reading`: the models of hardware beside slow walkers that were written apart from them. */

interface Options {
  readonly accesses: number;
  readonly seed: number;
}

const help = `
Tables are drawn by lot, most of them good, some with a bit turned over. A unit of the reference and a slow walker, which
shares nothing with it but the memory, translate the same accesses: where they go, how far the same way leads, why they are
refused, and what marks they leave in the tables have to be equal. The first difference ends a format, and is told with the
seed that repeats it. Then as many accesses by tables of scrap, and commands of scrap: a unit has to come back and throw nothing.`;

function main({ accesses, seed }: Options): number {
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
  .option('--accesses <number>', 'how many in all', positive, 100_000)
  .option('--seed <number>', 'the same seed draws the same tables', naturalNumber, 1)
  .addHelpText('after', help)
  .action((options: Options) => {
    process.exitCode = main(options);
  })
  .parseAsync();
