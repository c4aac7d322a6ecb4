import { readFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';

import { runCucumber } from '@cucumber/cucumber/api';
import type { IRunConfiguration } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';

import { loadAdapter } from '#adapters/registry.ts';
import { parseExpectations, staleExpectations } from '#conformance/expectations.ts';
import type { Expectation } from '#conformance/expectations.ts';
import { isFailure } from '#conformance/outcome.ts';
import { byId } from '#conformance/requirements/index.ts';
import { writeHtml } from '#report/html.ts';

import { exitCodes, Problem } from './problem.ts';
import { progressOn } from './progress.ts';
import type { Progress } from './progress.ts';
import { tagExpression } from './selection.ts';
import { htmlFile, Session } from './session.ts';
import type { Plan } from './session.ts';
import { painter } from './style.ts';
import { loadSuite, plannedScenarios } from './suite.ts';
import type { Suite } from './suite.ts';
import { summary } from './summary.ts';
import { commit, version } from './version.ts';

export interface RunOptions {
  /** Feature files, with `:line` where wanted; all when empty. */
  readonly paths: readonly string[];
  /** A name that the registry knows, or a path. */
  readonly adapter: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly machine?: string;
  readonly only: readonly string[];
  readonly profile?: string;
  readonly tags?: string;
  readonly knownFailures?: string;
  /** `defined`, or `random:<seed>`. */
  readonly order: string;
  readonly shard?: string;
  readonly parallel: number;
  readonly reports: string;
  /** Undefined: made where that is possible. */
  readonly html?: boolean;
  readonly timeoutMs: number;
  readonly config?: string;
}

/** Runs scenarios and writes the reports; resolves with the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const suite = await loadSuite(options.config);
  const expectations = knownFailures(options.knownFailures, suite);
  const configuration = configure(options, suite.configuration);
  await refuseNothing(configuration);
  const session = new Session(reportFolder(options), plan(options, expectations));
  const progress = progressOn(process.stdout);
  const stopWatching = closeOnSignal(session, progress);
  try {
    const reason = await execute(options, configuration, { session, progress });
    return await conclude(session, options, reason);
  } catch (error) {
    session.close(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    stopWatching();
  }
}

/** Resolves with the reason why the run ended early. */
async function execute(
  { adapter, settings }: RunOptions,
  configuration: IRunConfiguration,
  { session, progress }: { session: Session; progress: Progress },
): Promise<string | undefined> {
  await refuseAdapter(adapter, settings);
  const announce = announcer(progress);
  const onMessage = (envelope: Envelope): void => {
    announce(envelope);
    const finished = session.accept(envelope);
    if (finished) progress.finished(finished);
  };
  try {
    await runCucumber(configuration, {}, onMessage);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) throw error;
    return whatWentWrong(error);
  } finally {
    progress.end();
  }
}

/** Tells the progress what is coming: all test cases are announced before the first one starts. */
function announcer(progress: Progress): (envelope: Envelope) => void {
  const uris = new Map<string, string>();
  const planned = new Map<string, number>();
  let begun = false;
  return ({ pickle, testCase, testCaseStarted }) => {
    if (pickle) uris.set(pickle.id, pickle.uri);
    const uri = testCase && uris.get(testCase.pickleId);
    if (uri !== undefined) planned.set(uri, (planned.get(uri) ?? 0) + 1);
    if (!testCaseStarted || begun) return;
    begun = true;
    progress.begin(planned);
  };
}

function whatWentWrong(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

async function refuseAdapter(name: string, settings: RunOptions['settings']): Promise<void> {
  try {
    const implementation = await loadAdapter(name);
    await implementation.machines(settings);
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
}

function knownFailures(file: string | undefined, suite: Suite): readonly Expectation[] {
  if (file === undefined) return [];
  const { expectations, problems } = parseExpectations(readKnownFailures(file), file);
  const requirements = new Set(byId.keys());
  const stale = staleExpectations(expectations, requirements, suite.scenarios);
  const [first, ...rest] = [...problems, ...stale];
  if (first === undefined) return expectations;
  throw new Problem([first, ...rest].join('\n'), 'correct or remove the line');
}

function readKnownFailures(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`known-failures file ${file} cannot be read: ${String(error)}`);
  }
}

function configure(options: RunOptions, base: IRunConfiguration): IRunConfiguration {
  const { paths, order, shard, parallel, adapter, settings, timeoutMs, machine } = options;
  const own = base.sources.tagExpression;
  const wanted = tagExpression(options);
  return {
    ...base,
    sources: {
      ...base.sources,
      ...(paths.length > 0 && { paths: [...paths] }),
      tagExpression: [own && `(${own})`, wanted].filter(Boolean).join(' and '),
      order: order as IRunConfiguration['sources']['order'],
      ...(shard !== undefined && { shard }),
    },
    runtime: {
      ...base.runtime,
      parallel,
      worldParameters: {
        ...base.runtime.worldParameters,
        adapter,
        settings,
        timeoutMs,
        ...(machine !== undefined && { machine }),
      },
    },
    formats: { stdout: quiet, files: {}, publish: false, options: {} },
  };
}

const quiet = pathToFileURL(resolve(__dirname, 'quiet-formatter.cjs')).href;

async function refuseNothing({ sources }: IRunConfiguration): Promise<void> {
  const { plan: planned } = await plannedScenarios(sources);
  if (planned.length > 0) return;
  throw new Problem('no scenario is selected', 'loosen --only, --profile, --tags or the paths');
}

/** reports/<implementation>; a shard has a folder of its own beside it. */
function reportFolder({ reports, adapter, shard }: RunOptions): string {
  const name = basename(adapter, extname(adapter)).replace(/[^\w.-]/g, '_');
  const suffix = shard === undefined ? '' : `-shard-${shard.replace('/', '-of-')}`;
  return join(reports, name + suffix);
}

function plan(options: RunOptions, expectations: readonly Expectation[]): Plan {
  const { adapter, paths, only, profile, tags, shard, order } = options;
  return {
    suite: { version, commit: commit() },
    adapter,
    expectations,
    selection: {
      paths,
      only,
      order,
      ...(profile !== undefined && { profile }),
      ...(tags !== undefined && { tags }),
      ...(shard !== undefined && { shard }),
    },
  };
}

async function conclude(
  session: Session,
  { html }: RunOptions,
  reason: string | undefined,
): Promise<number> {
  const { record, result } = session.close(reason);
  console.log(summary(record, result, painter(process.stdout)));
  const report =
    html === false ? undefined : await writeHtml(session.folder, htmlFile(session.folder));
  const note = report?.kind === 'written' && report.note ? ` (${report.note})` : '';
  console.log(`report: ${report?.kind === 'written' ? report.file : session.folder}${note}`);
  if (report?.kind === 'missing') {
    if (html === true) throw new Problem(`no HTML report: ${report.reason}`);
    console.log(`no HTML report: ${report.reason}; the results are complete without it`);
  }
  const failed = record.runs.some(({ outcome }) => isFailure(outcome.kind));
  const complete = record.runs.length > 0 && record.stopped === undefined;
  return failed || !complete ? exitCodes.failures : exitCodes.success;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Reports are written also when the user ends the run, and when an exception ends this process. */
function closeOnSignal(session: Session, progress: Progress): () => void {
  const onSignal = (signal: (typeof signals)[number]): void => {
    progress.end();
    const { record, result } = session.close(`interrupted by ${signal}`);
    console.log(summary(record, result, painter(process.stdout)));
    console.log(`report: ${session.folder} (no HTML, as the run was interrupted)`);
    process.exit(128 + constants.signals[signal]);
  };
  const onExit = (): void => void session.close('the process ended');
  for (const signal of signals) process.once(signal, onSignal);
  process.once('exit', onExit);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('exit', onExit);
  };
}
