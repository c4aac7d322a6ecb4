import { availableParallelism } from 'node:os';

import { Command } from 'commander';

import { loadAdapter } from '#adapters/registry.ts';
import { exitCodeOf, watchSignals } from '#ending/signals.ts';
import type { EndingSignal } from '#ending/signals.ts';
import { knownDifferences } from '#random/known.ts';
import { sideBySide, startMock, type Machines, type Started } from '#random/machines.ts';
import { run, type Plan, type Report } from '#random/run.ts';

import { tellProblem } from './tell-problem.ts';
import { collect, settingsOf } from './option-values.ts';
import { exitCodes, Problem } from './problem.ts';
import { deviceChecks, runOnDevices } from './random/devices.ts';
import { randomMutants } from './random/mutants.ts';
import { runOnGuests } from './random/guests.ts';
import { runOnVfio } from './random/vfio.ts';

/** `npm run random`: random sequences of calls, on one implementation or on two side by side. */

interface Options {
  readonly calls: string;
  readonly seed: string;
  readonly adapter: string;
  readonly against?: string;
  readonly adapterOption: string[];
  readonly path?: string;
  readonly replayPath?: string;
  readonly longest?: string;
  readonly every?: string;
  /** Ids or globs; true where the option has no value. */
  readonly mutants?: string | true;
  readonly processes: string;
  readonly devices?: true;
  readonly vfio?: true;
  readonly guests?: true;
  readonly machine?: string;
}

async function start(name: string, options: readonly string[]): Promise<Started> {
  const started = await startMock(await loadAdapter(name), settingsOf(options));
  if (started !== undefined) return started;
  throw new Problem(
    `adapter ${name} has no machine with test-cmd`,
    'random calls go to the mock devices of IOMMU_TEST_CMD',
  );
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number)) return number;
  throw new Problem(`--${option} is "${text}", which is no whole number`);
}

/** On devices it takes more calls for a use, a change and a use to meet. */
function longestOf({ longest, devices }: Options): number {
  return Math.max(count('longest', longest ?? (devices ? '200' : '60')), 1);
}

function tryMutants(options: Options, mutants: string): Promise<number> {
  return randomMutants({
    mutants,
    calls: count('calls', options.calls),
    seed: count('seed', options.seed),
    longest: longestOf(options),
    processes: Math.max(count('processes', options.processes), 1),
    signal: watchSignals().signal,
    ...(options.devices && { devices: { machine: options.machine } }),
  });
}

/** Accesses are looked at one by one: two machines that keep different things need not do the same. */
async function onDevices(options: Options): Promise<number> {
  if (options.against !== undefined)
    throw new Problem('--devices and --against exclude each other', 'try --adapter instead');
  const { signal } = watchSignals();
  const implementation = await loadAdapter(options.adapter);
  const { machine } = options;
  const begun = performance.now();
  const where = machine === undefined ? 'each machine' : `machine ${machine}`;
  console.log(`${options.calls} calls on ${where} of ${implementation.name}, seed ${options.seed}`);
  const report = await runOnDevices({
    implementation,
    settings: settingsOf(options.adapterOption),
    machine,
    every: Math.max(count('every', options.every ?? String(deviceChecks)), 1),
    plan: planOf(options, signal),
  });
  return conclude(report, begun, signal());
}

/** Whatever two machines differ in is a finding, and so is what a device sees that was not mapped. */
async function onVfio(options: Options): Promise<number> {
  const { signal } = watchSignals();
  const begun = performance.now();
  const { adapter, against, machine } = options;
  const settings = settingsOf(options.adapterOption);
  const plan = planOf(options, signal);
  return conclude(await runOnVfio({ adapter, against, settings, machine, plan }), begun, signal());
}

/** What devices of a guest see has to be what it was given. */
async function onGuests(options: Options): Promise<number> {
  const { adapter, against, adapterOption, machine } = options;
  if (against !== undefined)
    throw new Problem('--guests and --against exclude each other', 'try --adapter instead');
  const { signal } = watchSignals();
  const begun = performance.now();
  const settings = settingsOf(adapterOption);
  const plan = planOf(options, signal);
  const implementation = await loadAdapter(adapter);
  const report = await runOnGuests({ implementation, settings, machine, plan });
  return conclude(report, begun, signal());
}

function planOf(options: Options, signal: () => EndingSignal | undefined): Plan {
  const { path, replayPath } = options;
  return {
    calls: count('calls', options.calls),
    seed: count('seed', options.seed),
    longest: longestOf(options),
    isStopped: () => signal() !== undefined,
    ...(path === undefined ? {} : { path }),
    ...(replayPath === undefined ? {} : { replayPath }),
  };
}

async function main(options: Options): Promise<number> {
  if (options.mutants !== undefined)
    return tryMutants(options, options.mutants === true ? '*' : options.mutants);
  if (options.devices) return onDevices(options);
  if (options.vfio) return onVfio(options);
  if (options.guests) return onGuests(options);
  const { adapter, against, adapterOption } = options;
  const second = against === undefined ? undefined : await start(against, adapterOption);
  const first = await start(adapter, second === undefined ? adapterOption : []);
  const met = new Map<string, number>();
  const machines = sideBySide([first, second], {
    every: Math.max(count('every', options.every ?? (second === undefined ? '1' : '8')), 1),
    met: (id) => void met.set(id, (met.get(id) ?? 0) + 1),
  });
  try {
    return await make(machines, options, met);
  } finally {
    for (const started of [first, second]) await started?.machine.stop().catch(() => undefined);
  }
}

async function make(
  machines: Machines,
  options: Options,
  met: ReadonlyMap<string, number>,
): Promise<number> {
  const begun = performance.now();
  const { signal } = watchSignals();
  const names = [machines.first, machines.second].flatMap((each) => each?.identity.name ?? []);
  console.log(`${options.calls} calls to ${names.join(' and ')}, seed ${options.seed}`);
  const report = await run(machines, planOf(options, signal));
  for (const [id, times] of met) {
    const { reason } = knownDifferences.find((each) => each.id === id) ?? { reason: '' };
    console.log(`known difference ${id}, ${times} times: ${reason}`);
  }
  return conclude(report, begun, signal());
}

/** A machine that ends with the run that the user interrupts is no finding. */
function conclude(
  { calls, sequences, failure }: Report,
  begun: number,
  interrupted: EndingSignal | undefined,
): number {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${calls} calls in ${sequences} sequences, ${seconds} s` +
      (interrupted === undefined ? '' : `, interrupted by ${interrupted}`),
  );
  if (failure !== undefined && !(failure.broken && interrupted !== undefined)) {
    const { cause, repeat, scenario, broken } = failure;
    const shrunk = broken ? 'the machine is broken: not shrunk\n\n' : '';
    console.log(`\n${cause}\n\n${shrunk}repeat with ${repeat}\n\n${scenario}`);
    return exitCodes.failures;
  }
  return interrupted === undefined ? exitCodes.success : exitCodeOf(interrupted);
}

void new Command('random')
  .description('make random calls and compare what they do with a model, or with another adapter')
  .option('--calls <number>', 'how many calls in all', '20000')
  .option('--seed <number>', 'the same seed makes the same calls', '1')
  .option('--adapter <name>', 'whom to call', 'reference')
  .option('--against <name>', 'an adapter that has to do the same')
  .option('--adapter-option <key=value>', 'for --against, or else for --adapter', collect, [])
  .option('--longest <number>', 'calls in a sequence (default: 60, or 200 with --devices)')
  .option(
    '--every <number>',
    'calls to a check of the invariants (default: 1, or 8 with --against or --devices)',
  )
  .option('--devices', 'devices that move bytes, instead of mock devices')
  .option('--vfio', 'containers, groups and devices of VFIO, instead of mock devices')
  .option('--guests', 'a VMM whose guest gets and loses memory and devices by both back ends')
  .option('--machine <name>', 'with --devices, --vfio or --guests: this machine of --adapter')
  .option('--mutants [ids]', 'which seeded bugs of the reference so many calls find: ids or globs')
  .option('--processes <number>', 'with --mutants: at once', String(availableParallelism()))
  .option('--path <path>', 'of a failure, as it was printed')
  .option('--replay-path <path>', 'of a failure, as it was printed')
  .action(async (options: Options) => {
    try {
      process.exitCode = await main(options);
    } catch (error) {
      tellProblem(error);
      process.exitCode = exitCodes.problem;
    }
  })
  .parseAsync();
