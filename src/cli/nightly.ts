import { Command } from 'commander';

import { cachedKernels } from '#lab/kernels.ts';

import { runAll } from './test/all.ts';
import { kernelOf, night } from './test/night.ts';

/** `npm run nightly`: what takes hours, by lots that are drawn anew each day. */

interface Flags {
  readonly seed: string;
  readonly kernel: readonly string[];
  readonly only: string;
  readonly list?: boolean;
}

/** 20261130: who sees a failure can tell when it was, and repeat it. */
const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');

async function main({ seed, kernel, only, list }: Flags): Promise<void> {
  const kernels = [...(await cachedKernels()), ...kernel.map(kernelOf)];
  const wanted = (folder: string) =>
    night(folder, { seed: Number(seed), kernels }).filter(({ name }) => name.includes(only));
  const names = wanted('').map(({ name }) => name);
  if (list) return void console.log(names.join('\n'));
  if (names.length === 0) throw new Error(`no stage has "${only}" in its name; --list prints them`);
  console.log(`npm run nightly -- --seed ${seed}`);
  // One at a time: stages on a kernel use as many processors as there are.
  await runAll('nightly', 1, wanted);
}

void new Command('nightly')
  .description('run what takes longer than npm test: layouts, random orders and calls, kernels')
  .option('--seed <number>', 'of what is drawn by lot; the date unless it is given', today)
  .option('--kernel <file>', 'an image beside those that npm run lab has built', collect, [])
  .option('--only <text>', 'the stages with this in their name', '')
  .option('--list', 'print the names of the stages')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`nightly: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  });

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
