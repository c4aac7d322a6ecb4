import { openSync, writeFileSync } from 'node:fs';

import { Command, InvalidArgumentError, Option } from 'commander';

import { machines } from '#adapters/reference/machines.ts';
import { readable } from '#conformance/said.ts';
import { deviceKinds, Emulation } from '#emulate/emulation.ts';
import type { DeviceKind } from '#emulate/emulation.ts';
import { Unsuitable } from '#emulate/program.ts';
import { LabError } from '#lab/tools.ts';
import { catalogue } from '#mutants/catalogue.ts';
import { originalParts, withBug } from '#mutants/mutant.ts';
import { defaultParts } from '#reference/machine/parts.ts';
import type { Parts } from '#reference/machine/parts.ts';

import { ClientReport } from './client-report/client-report.ts';
import { Executed } from './client-report/executed.ts';
import { showClient } from './client-report/show.ts';
import { naturalNumber, positive } from './option-values.ts';
import { Problem, rootCause } from './problem.ts';
import { painter } from './style.ts';

/** `npm run emulate`: a program of this host on a machine of the reference. */

/** As env(1) and timeout(1) have it: 126 and 127 say that the program could not be run or found. */
const CANNOT_EMULATE = 125;

interface Flags {
  readonly machine: string;
  readonly user: 'root' | 'real';
  readonly memlock: 'real' | 'unlimited';
  readonly mutant?: string;
  readonly layout: number;
  readonly device: readonly DeviceKind[];
  readonly trace?: string;
  readonly fail?: number;
  /** A file, or the terminal. */
  readonly report?: string | true;
  readonly devices?: true;
}

const help = `
The exit code is that of the program, 128 and the number of the signal that ended it, or
  125  the machine could not be emulated, or the reference broke a rule of its own: stderr says which
  126  the program cannot be run so: it is static, of another architecture, set-user-id or linked with musl
  127  there is no such program

  npm run emulate -- --machine mock -- ./iommufd
  npm run emulate -- --machine vt-d --devices

docs/emulate.md says what a program finds, and what it does not.`;

function partsOf(id: string | undefined): Parts {
  if (id === undefined) return defaultParts;
  const mutant = catalogue.find((each) => each.id === id);
  if (mutant) {
    const { vmm, ...parts } = withBug(originalParts, mutant);
    if (vmm === originalParts.vmm) return parts;
    throw new Problem(`mutant ${id} is a bug of a VMM`, 'choose one of the kernel or its hardware');
  }
  throw new Problem(`there is no mutant ${id}`, 'docs/mutants.md lists them');
}

function kindOf(text: string): DeviceKind {
  const kind = deviceKinds.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`Allowed choices are ${deviceKinds.join(', ')}.`);
}

function openFor(option: string, path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new Problem(rootCause(error), `choose another file with ${option}`);
  }
}

/** Who is told of calls, when to begin to count what is executed, and how to tell what was seen. */
function reportTo(where: string | true | undefined): {
  readonly observer?: ClientReport;
  readonly begin: () => void;
  readonly write: () => void;
} {
  const nothing = (): void => undefined;
  if (where === undefined) return { begin: nothing, write: nothing };
  const file = where === true ? undefined : openFor('--report', where);
  const executed = new Executed();
  const observer = new ClientReport(executed);
  const write = (): void => {
    const summary = observer.summary();
    executed.stop();
    if (file === undefined)
      process.stderr.write(`\n${showClient(summary, painter(process.stderr))}\n`);
    else writeFileSync(file, `${JSON.stringify(summary, undefined, 2)}\n`);
  };
  return { observer, begin: () => executed.start(), write };
}

function complain(what: string): void {
  process.stderr.write(`emulate: ${what}\n`);
}

function list({ devices }: Emulation): void {
  const rows = devices.map(({ address, cdev, group }) => [address, cdev, group]);
  const none = 'none but those that IOMMU_TEST_CMD makes\n';
  process.stdout.write(
    rows.length > 0 ? `${rows.map((row) => row.join('  ')).join('\n')}\n` : none,
  );
}

async function main(program: readonly string[], flags: Flags): Promise<number> {
  const [name, ...args] = program;
  if (name === undefined && !flags.devices)
    throw new Problem('no program is named', 'npm run emulate -- --machine vt-d -- PROGRAM ARGS');
  const { machine, user, memlock, layout, trace, fail } = flags;
  const parts = partsOf(flags.mutant);
  const { observer, begin, write } = reportTo(flags.report);
  const emulation = await Emulation.start({
    ...{ machine, parts, layout, complain, devices: flags.device },
    ...(trace !== undefined && { trace: openFor('--trace', trace) }),
    ...(observer !== undefined && { observer }),
    ...(fail !== undefined && { fail }),
    rules: { user, memlock },
  });
  try {
    if (name === undefined || flags.devices) {
      list(emulation);
      return 0;
    }
    begin();
    const code = await emulation.run(name, args);
    write();
    return emulation.hasBroken ? CANNOT_EMULATE : code;
  } finally {
    emulation.stop();
  }
}

function explain(error: unknown): number {
  if (error instanceof Unsuitable) {
    complain(readable(error.message));
    return error.code;
  }
  if (error instanceof Problem || error instanceof LabError) {
    const advice = error instanceof Problem && error.advice ? `; ${error.advice}` : '';
    complain(readable(error.message) + advice);
    return CANNOT_EMULATE;
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return CANNOT_EMULATE;
}

const command = new Command('emulate')
  .description('run a program of this host on a machine of the reference')
  .argument('[program...]', 'behind --: the program and its arguments')
  .addOption(
    new Option('--machine <name>', 'of the reference')
      .choices(machines.map(({ name }) => name))
      .default('vt-d'),
  )
  .addOption(
    new Option('--user <who>', 'what the program may do: all, or as it is started')
      .choices(['root', 'real'])
      .default('root'),
  )
  .addOption(
    new Option('--memlock <limit>', 'what it may lock without the capability to: its limit, or all')
      .choices(['real', 'unlimited'])
      .default('real'),
  )
  .option('--mutant <id>', 'a kernel or a machine with that bug (docs/mutants.md)')
  .option('--layout <seed>', 'the order in which memory is given out', naturalNumber, 0)
  .addOption(
    new Option('--device <kind>', 'one more of that kind: the last that --devices prints')
      .argParser((kind: string, before: readonly DeviceKind[]) => [...before, kindOf(kind)])
      .default([]),
  )
  .option('--trace <file>', 'each call, in the words of strace')
  .option(
    '--fail <nth>',
    'the so many-th allocation that the calls of the program make fails',
    positive,
  )
  .option(
    '--report [file]',
    'what the program touched of the user API: a table at its end, or JSON in a file',
  )
  .option('--devices', 'print the devices of the machine, and end')
  .addHelpText('after', help)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : CANNOT_EMULATE))
  .action(async (program: readonly string[], flags: Flags) => {
    process.exitCode = await main(program, flags);
  });

command.parseAsync().catch((error: unknown) => {
  process.exitCode = explain(error);
});
