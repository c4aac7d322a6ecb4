import './check-node.ts';

import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

import { Command, InvalidArgumentError, Option } from 'commander';

import { AdapterError } from '#adapters/checked.ts';
import { readable } from '#conformance/said.ts';
import { LabError } from '#lab/tools.ts';
import { UnreadableReport } from '#report/read-run.ts';

import { adaptersCommand, ourAdapters } from './adapters.ts';
import { compareCommand } from './compare.ts';
import { makeHtml } from './conclude.ts';
import { exercisedCommand } from './exercised.ts';
import { explainCommand } from './explain.ts';
import { mergeCommand } from './merge.ts';
import { naturalNumber, parseShard, positive } from './option-values.ts';
import { exitCodes, forBisection, Problem } from './problem.ts';
import type { Ended } from './problem.ts';
import { programs, programsHelp } from './programs.ts';
import { publishCommand } from './publish.ts';
import { reportedRun } from './recorded.ts';
import { recoverCommand } from './recover.ts';
import { requirementsCommand } from './requirements.ts';
import { run } from './run.ts';
import type { RunOptions } from './run.ts';
import { serveCommand } from './serve.ts';
import { painter } from './style.ts';
import { version } from './version.ts';

interface RunFlags {
  readonly adapter: string;
  readonly adapterOption: Readonly<Record<string, string>>;
  readonly machine?: string;
  readonly firstMachine?: boolean;
  readonly only: readonly string[];
  readonly profile?: string;
  readonly tags?: string;
  readonly knownFailures?: string;
  readonly seed?: number;
  readonly order?: 'defined' | 'random';
  readonly shard?: string;
  readonly alone?: boolean;
  readonly parallel?: number;
  readonly reports: string;
  readonly html?: boolean;
  readonly bisect?: boolean;
  readonly failFast?: boolean;
  readonly timeout: number;
  readonly patience?: number;
  readonly config?: string;
}

function shardOf(text: string): string {
  if (parseShard(text) === undefined) {
    throw new InvalidArgumentError('Expected i/n with i from 1 to n.');
  }
  return text;
}

function setting(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('Expected key=value.');
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

function word(text: string): string {
  if (!/^[\w-]+$/.test(text))
    throw new InvalidArgumentError('Expected letters, digits and dashes.');
  return text;
}

function words(text: string, before: readonly string[]): string[] {
  return [...before, ...text.split(',').map((word) => word.trim())].filter(Boolean);
}

function order({ order: asked, seed }: RunFlags): string {
  if (asked === 'defined' || (asked === undefined && seed === undefined)) return 'defined';
  return `random:${seed ?? Math.floor(Math.random() * 1e6)}`;
}

function runOptions(paths: readonly string[], flags: RunFlags): RunOptions {
  const { adapterOption, timeout, seed: _, bisect: __, ...rest } = flags;
  return { ...rest, paths, settings: adapterOption, timeoutMs: timeout, order: order(flags) };
}

const configOption = ['--config <file>', "cucumber's configuration file"] as const;
const adapterOption = ['--adapter <name or path>', 'the implementation', 'reference'] as const;
const settingOption = [
  '--adapter-option <key=value>',
  'passed to the adapter, which says what there is (conformance adapters); repeatable',
  setting,
  {},
] as const;

function addRun(program: Command): void {
  program
    .command('run', { isDefault: true })
    .description('run scenarios on an implementation and write reports (the default)')
    .argument('[paths...]', 'feature files or folders, also file:line', [])
    .option(...adapterOption)
    .option(...settingOption)
    .option('--machine <name>', 'only on this machine of the adapter')
    .option(
      '--first-machine',
      'what looks at a device does so on the first machine that fits, not on one of each kind of IOMMU',
    )
    .option('--only <ids>', 'requirement ids, globs or families, comma-separated', words, [])
    .option('--profile <name>', 'only the requirements of this profile')
    .option('--tags <expression>', 'only scenarios with these tags')
    .option('--known-failures <file>', 'failures that are expected, each with a reason')
    .addOption(new Option('--order <order>', 'of the scenarios').choices(['defined', 'random']))
    .option('--seed <n>', 'of the random order', naturalNumber)
    .option('--shard <i/n>', 'only this part of the selected scenarios', shardOf)
    .option('--alone', 'each scenario on a machine of its own, just started')
    .option('--parallel <n>', 'worker processes (linux-vm: 2, others: none)', naturalNumber)
    .option('--reports <folder>', 'where reports go, below the name of the adapter', 'reports')
    .option('--html', 'fail where the HTML report cannot be made')
    .option('--no-html', 'make neither Allure results nor HTML')
    .option('--bisect', 'exit with 125 where this revision tells nothing, for git bisect run')
    .option('--fail-fast', 'end the run at the first scenario that fails, unless that is known')
    .option(
      '--timeout <ms>',
      'a call, hello or start that takes longer is broken (a virtual machine has 60 s to boot)',
      naturalNumber,
      30_000,
    )
    .option(
      '--patience <n>',
      'so often in a row a machine may fail to start, or hang, before it is given up (3)',
      positive,
    )
    .option(...configOption)
    .action(async (paths: string[], flags: RunFlags) => {
      const own = program.commands.map((command) => command.name());
      const commands = [...own, ...Object.keys(programs)];
      const options = { ...runOptions(paths, flags), commands };
      const result = await run(options).catch(flags.bisect ? complain : raise);
      exit(flags.bisect ? forBisection(result) : result.code);
    })
    .addHelpText('after', exitCodeHelp);
}

const exitCodeHelp = `
Exit codes:
  0    conformant, as far as it was tested
  1    a scenario failed, is broken, or passed unexpectedly
  2    the run could not be made, tested nothing, or was cut short
  125  with --bisect: nothing failed, but this revision cannot be judged`;

function addReports(program: Command): void {
  program
    .command('merge')
    .description('make one report of the reports of shards')
    .argument('<folders...>', 'folders of reports')
    .requiredOption('--into <folder>', 'where the merged reports go')
    .option('--html', 'fail where the HTML report cannot be made')
    .option('--no-html', 'make neither Allure results nor HTML')
    .action(async (folders: string[], flags: { into: string; html?: boolean }) => {
      exit((await mergeCommand(folders, flags)).code);
    });
  program
    .command('recover')
    .description('make every report of a run that was killed, from its messages')
    .argument('<folder>', 'a folder of reports')
    .option('--html', 'fail where the HTML report cannot be made')
    .option('--no-html', 'make neither Allure results nor HTML')
    .action(async (folder: string, flags: { html?: boolean }) => {
      exit((await recoverCommand(folder, flags)).code);
    });
  program
    .command('compare')
    .description('say what differs between two results, and which scenarios were renamed')
    .argument('<before>', 'a folder of reports, or a result.json')
    .argument('<after>', 'another one')
    .option('--renamed', 'list each scenario that was moved or got another title')
    .action((before: string, after: string, flags: { renamed?: boolean }) =>
      exit(compareCommand(before, after, flags.renamed === true)),
    );
  program
    .command('html')
    .description('make the HTML report of a folder of reports, of its messages')
    .argument('<folder>')
    .action(async (folder: string) => {
      console.log(await makeHtml({ record: reportedRun(folder), folder }, true));
    });
  program
    .command('publish')
    .description('keep a complete result under reports/published, with how to reproduce it')
    .argument('<folder>', 'a folder of reports')
    .option('--as <name>', 'the configuration of the kernel, if it is not the usual one', word)
    .action(publishCommand);
}

function addRequirements(program: Command): void {
  program
    .command('requirements')
    .description('print what each family of requirements has scenarios for, or what ran somewhere')
    .option(
      '--against <results>',
      'say which were exercised there, and why the rest was not: linux-7.3 (published), folders of ' +
        'reports or files result.json, comma-separated',
      words,
      [],
    )
    .option(...configOption)
    .action(async ({ against, config }: { against: string[]; config?: string }) => {
      if (against.length === 0) exit(await requirementsCommand(config));
      await exercisedCommand(against, config);
    });
  program
    .command('explain')
    .description('print requirements and the scenarios that show them')
    .argument('<ids...>', 'ids, globs or families')
    .option(...configOption)
    .action((ids: string[], { config }: { config?: string }) => explainCommand(ids, config));
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('speak the wire protocol on stdin and stdout for an adapter')
    .option(...adapterOption)
    .option(...settingOption)
    .action(({ adapter, adapterOption: settings }: Pick<RunFlags, 'adapter' | 'adapterOption'>) =>
      serveCommand(adapter, settings),
    );
}

function addAdapters(program: Command): void {
  program
    .command('adapters')
    .description('print what --adapter-option can say to our adapters, or to another one')
    .argument('[name or path]', 'an adapter')
    .option(...settingOption)
    .action((adapter: string | undefined, { adapterOption }: Pick<RunFlags, 'adapterOption'>) =>
      adaptersCommand(adapter, adapterOption),
    );
}

/** `adapters` is what the user is told of them. */
function program(adapters: string): Command {
  const command = new Command('conformance')
    .description('Conformance tests for the Linux user API of I/O address spaces')
    .version(version)
    .showHelpAfterError('(conformance run --help lists the options)')
    .hook('preAction', refuseTemporaryFolder)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitCodes.problem));
  const parts = [addRun, addReports, addRequirements, addAdapters, addServe];
  for (const add of parts) add(command);
  // The default command is what most people want the options of.
  const [run] = command.commands;
  run?.addHelpText('after', adapters);
  return command.addHelpText(
    'after',
    () =>
      `${programsHelp()}\nThe default command:\n${run?.helpInformation()}${exitCodeHelp}\n${adapters}`,
  );
}

/** What is missing there shows only when a run is over, and its report is to be made. */
function refuseTemporaryFolder(): void {
  try {
    accessSync(tmpdir(), constants.W_OK | constants.X_OK);
  } catch {
    const advice = 'let TMPDIR name a folder that can be written';
    throw new Problem(`there is no folder for temporary files: ${tmpdir()}`, advice);
  }
}

/** Loads every adapter, so only where the user asks for it. */
async function adaptersHelp(): Promise<string> {
  const asked = process.argv.some((word) => word === '--help' || word === '-h');
  return asked ? `\nOf our adapters:\n${await ourAdapters()}` : '';
}

/** Errors whose message is all that the user needs. */
function isProblem(error: unknown): error is Error {
  return [Problem, UnreadableReport, AdapterError, LabError].some((kind) => error instanceof kind);
}

async function main(): Promise<void> {
  try {
    await program(await adaptersHelp()).parseAsync();
  } catch (error) {
    exit(complain(error).code);
  }
}

/** Tells the user of a problem; whatever is none is thrown on. */
function complain(error: unknown): Ended {
  if (!isProblem(error)) throw error;
  const paint = painter(process.stderr);
  console.error(`${paint('red', 'conformance:')} ${readable(error.message)}`);
  if (error instanceof Problem && error.advice) console.error(`  ${error.advice}`);
  return { code: exitCodes.problem, anyFailed: false };
}

function raise(error: unknown): never {
  throw error;
}

/** At once: an adapter may have left a timer or a pipe behind, and its children go at exit. */
function exit(code: number): never {
  process.exit(code);
}

void main();
