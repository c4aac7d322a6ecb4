import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';

import { Command, Option } from 'commander';

import { Emulation } from '#emulate/emulation.ts';
import type { DeviceKind } from '#emulate/emulation.ts';
import { selftests } from '#lab/selftests.ts';
import { LabError } from '#lab/tools.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { parseKtap } from './selftests/ktap.ts';
import type { TestResults } from './selftests/ktap.ts';
import { programs } from './selftests/programs.ts';
import type { SelftestProgram } from './selftests/programs.ts';
import { extension, root } from './version.ts';

/** `npm run selftests`: the kernel's own tests of iommufd and VFIO, as they are, on the reference. */

interface Flags {
  readonly release: string;
  readonly source?: string;
  readonly only: string;
  readonly slow?: boolean;
}

interface Ended {
  readonly results: TestResults;
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

async function addresses(
  machine: string,
  devices: readonly DeviceKind[],
): Promise<readonly string[]> {
  const emulation = await Emulation.start({
    ...{ machine, parts: defaultParts, layout: 0, devices },
    rules: { user: 'root', memlock: 'real' },
    complain: () => undefined,
  });
  emulation.stop();
  return emulation.devices.map(({ address }) => address);
}

/** Those that are alone in their groups come first. */
async function argumentsOf(program: SelftestProgram): Promise<readonly string[]> {
  const { machine, devices, added = [] } = program;
  if (devices === 'none') return [];
  const all = (await addresses(machine, added)).filter((each) => each.startsWith('0000:00:'));
  if (devices === 'all') return all;
  return devices === 'one' ? all.slice(0, 1) : all.slice(-1);
}

async function run(folder: string, program: SelftestProgram): Promise<Ended> {
  const { name, machine, added = [] } = program;
  const plugged = added.flatMap((kind) => ['--device', kind]);
  const emulate = [...process.execArgv, join(__dirname, `emulate${extension}`)];
  const named = [join(folder, name), ...(await argumentsOf(program))];
  const args = [...emulate, '--machine', machine, ...plugged, '--', ...named];
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  return { results: parseKtap(output), code, output, seconds };
}

/** What is other than it should be, in a sentence each. */
function complaints(expected: SelftestProgram, { results, code }: Ended): readonly string[] {
  const { passed, skipped, code: expectedCode = 0 } = expected;
  const counts = [
    ['passed', results.passed.length, passed],
    ['were skipped', results.skipped.length, skipped],
  ] as const;
  return [
    ...counts.flatMap(([what, seen, wanted]) =>
      seen === wanted ? [] : [`${seen} tests ${what}; expected ${wanted}`],
    ),
    ...results.failed.map((test) => `${test} fails`),
    ...(code === expectedCode ? [] : [`it ended with ${code}; expected ${expectedCode}`]),
  ];
}

function report(
  { name }: SelftestProgram,
  { results, output, seconds }: Ended,
  wrong: readonly string[],
): void {
  const { passed, skipped, failed } = results;
  const counts = `${passed.length} pass, ${skipped.length} skip, ${failed.length} fail`;
  console.log(`${name}: ${counts} (${seconds.toFixed(0)} s)`);
  if (wrong.length === 0) return;
  console.log(output.split('\n').slice(-60).join('\n'));
  for (const each of wrong) console.log(`${name}: ${each}`);
}

async function main({ release, source, only, slow = false }: Flags): Promise<boolean> {
  const say = (line: string): void => console.log(line);
  const folder = await selftests({ release, say, ...(source && { source }) });
  const [, version = release] = /^(\d+\.\d+)/.exec(basename(folder)) ?? [];
  const known = programs[version];
  if (!known)
    throw new LabError(
      `nobody knows what the tests of ${version} say; expected ${Object.keys(programs).join(' or ')}`,
    );
  console.log(`the tests of Linux ${basename(folder)} on the reference`);
  const chosen = known.filter(({ name, isSlow }) => name.includes(only) && (slow || !isSlow));
  let [good, bad] = [0, 0];
  // One at a time, each with its server: a test of the kernel that takes more than 30 seconds fails.
  for (const program of chosen) {
    const ended = await run(folder, program);
    const wrong = complaints(program, ended);
    report(program, ended, wrong);
    good += ended.results.passed.length + ended.results.skipped.length;
    bad += wrong.length;
  }
  console.log(`${good} passed, ${bad} failed`);
  return bad === 0;
}

void new Command('selftests')
  .description("run the kernel's own tests of iommufd and VFIO on the reference")
  .addOption(
    new Option('--release <release>', "of Debian's package linux-source-<release>").default('7.3'),
  )
  .option('--source <dir>', 'a source tree of Linux')
  .option('--slow', 'also what takes many minutes')
  .option('--only <text>', 'the programs with this in their name', '')
  .action(async (flags: Flags) => {
    process.exitCode = (await main(flags)) ? 0 : 1;
  })
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    console.error(`selftests: ${error.message}`);
    process.exitCode = 2;
  });
