import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';

import { runCucumber } from '@cucumber/cucumber/api';
import type {
  ILoadSourcesResult,
  IRunConfiguration,
  ISourcesCoordinates,
} from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';

import { loadAdapter } from '#adapters/registry.ts';
import { nearest } from '#conformance/nearest.ts';
import { isFailure } from '#conformance/outcome.ts';
import type { Expectation } from '#conformance/expectations.ts';
import type { MachineDescription } from '#port/implementation.ts';
import { placeOf } from '#port/places.ts';
import type { Place } from '#port/places.ts';
import type { Plan } from '#report/plan.ts';
import type { PlannedScenario } from '#report/scenario.ts';
import { skipRest } from '#steps/support/stopped.ts';

import { closeOnSignal } from './close-on-signal.ts';
import { conclude } from './conclude.ts';
import { configure, onEachMachine } from './configure.ts';
import { knownFailures } from './known-failures.ts';
import { Problem, rootCause } from './problem.ts';
import type { Ended } from './problem.ts';
import { announcer, progressOn } from './progress.ts';
import type { Progress } from './progress.ts';
import { wantedIds } from './selection.ts';
import { Session } from './session.ts';
import { loadSuite, plannedScenarios, refuseStrangers } from './suite.ts';
import type { Suite } from './suite.ts';
import { commit, version } from './version.ts';

export interface RunOptions {
  /** Feature files, with `:line` where wanted; all when empty. */
  readonly paths: readonly string[];
  /** A name that the registry knows, or a path. */
  readonly adapter: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly machine?: string;
  /** What looks at a device does so on one machine only, and not on one of each kind. */
  readonly firstMachine?: boolean;
  readonly only: readonly string[];
  readonly profile?: string;
  readonly tags?: string;
  readonly knownFailures?: string;
  /** `defined`, or `random:<seed>`. */
  readonly order: string;
  readonly shard?: string;
  /** Each scenario on a machine of its own. */
  readonly alone?: boolean;
  /** Worker processes; what suits the adapter where it is left out. */
  readonly parallel?: number;
  readonly reports: string;
  /** Undefined: made where that is possible. */
  readonly html?: boolean;
  readonly timeoutMs: number;
  /** How often in a row a machine may fail to start, or hang. */
  readonly patience?: number;
  /** End with the first scenario that fails. */
  readonly failFast?: boolean;
  readonly config?: string;
  /** Names of commands: a path that is not there may have been meant for one. */
  readonly commands?: readonly string[];
}

/** Runs scenarios and writes the reports; resolves with how it ended. */
export async function run(options: RunOptions): Promise<Ended> {
  const suite = await loadSuite(options.config);
  const expectations = knownFailures(options.knownFailures, suite);
  const selection = narrowed(configure(options, suite), suite, options);
  await refuseSelection(selection, suite, options);
  // Before the reports of the last run go: one that cannot start leaves them as they are.
  const configuration = onEachMachine(selection, await placesFor(options), options.firstMachine);
  const session = new Session(reportFolder(options), plan(options, expectations));
  const progress = progressOn(process.stdout);
  const stopWatching = closeOnSignal(session, progress);
  try {
    const { folder } = suite;
    const watched = { session, progress, folder, failFast: options.failFast === true };
    const reason = await execute(configuration, watched);
    return await conclude({ ...session.close(reason), folder: session.folder }, options.html);
  } catch (error) {
    closeAfter(error, session);
    throw error;
  } finally {
    stopWatching();
  }
}

/** What went wrong first is what the user has to know, also where the reports cannot be written either. */
function closeAfter(error: unknown, session: Session): void {
  try {
    session.close(rootCause(error));
  } catch {
    // Said already.
  }
}

interface Watched {
  readonly session: Session;
  readonly progress: Progress;
  /** Of the suite. */
  readonly folder: string;
  readonly failFast: boolean;
}

/** Resolves with the reason why the run ended early. */
async function execute(
  configuration: IRunConfiguration,
  { session, progress, folder, failFast }: Watched,
): Promise<string | undefined> {
  const announce = announcer(progress);
  let end: (reason: string) => void;
  let refuse: (error: unknown) => void;
  const early = new Promise<string>((resolve, reject) => ([end, refuse] = [resolve, reject]));
  const onMessage = (envelope: Envelope): void => {
    try {
      announce(envelope);
      const finished = session.accept(envelope);
      if (!finished) return;
      progress.finished(finished);
      if (!failFast || !isFailure(finished.outcome.kind)) return;
      session.close(failedFast);
      skipRest(failedFast);
      end(failedFast);
    } catch (error) {
      // Cucumber's emitter is no place for an exception of ours.
      refuse(error);
    }
  };
  try {
    const whole = runCucumber(configuration, { cwd: folder }, onMessage).then(() => undefined);
    return await Promise.race([early, whole]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    return rootCause(error);
  } finally {
    progress.end();
  }
}

const failedFast = 'at the first failure, as --fail-fast says';

/** The machines that scenarios run on; of one that the user asked for and that is not there, a problem. */
export async function placesFor(
  options: Pick<RunOptions, 'adapter' | 'machine' | 'settings' | 'timeoutMs'>,
): Promise<readonly Place[]> {
  const { adapter, machine } = options;
  const places = (await machinesOf(options)).map(placeOf);
  const wanted = places.filter(({ name }) => machine === undefined || name === machine);
  if (wanted.length > 0 || machine === undefined) return wanted;
  const names = places.map(({ name }) => name).join(', ');
  throw new Problem(`adapter ${adapter} has no machine "${machine}"; it has ${names}`);
}

async function machinesOf({
  adapter,
  settings,
  timeoutMs,
}: Pick<RunOptions, 'adapter' | 'settings' | 'timeoutMs'>): Promise<readonly MachineDescription[]> {
  try {
    return await (await loadAdapter(adapter)).machines(settings, timeoutMs);
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error));
  }
}

/** Only the files with a scenario of the requirements that are wanted: cucumber parses whatever it is given. */
function narrowed(
  configuration: IRunConfiguration,
  { scenarios }: Suite,
  options: RunOptions,
): IRunConfiguration {
  const ids = wantedIds(options);
  if (ids === undefined || options.paths.length > 0) return configuration;
  const isWanted = ({ requirements }: PlannedScenario): boolean =>
    requirements.some((id) => ids.has(id));
  const paths = [...new Set(scenarios.filter(isWanted).map(({ uri }) => uri))];
  if (paths.length === 0) throw nothingSelected();
  return { ...configuration, sources: { ...configuration.sources, paths } };
}

/** To run nothing is a problem, and so is a mistake in what is to run. */
async function refuseSelection(
  { sources }: IRunConfiguration,
  suite: Suite,
  { commands = [] }: RunOptions,
): Promise<void> {
  if (suite.scenarios.length > 0 && isEverything(sources)) return;
  refuseStrangers(await selectSome(sources, suite.folder, commands), suite);
}

/** The suite has been read already. */
function isEverything({ paths, names, tagExpression, shard }: ISourcesCoordinates): boolean {
  return paths.length + names.length === 0 && !tagExpression && shard === undefined;
}

async function selectSome(
  sources: ISourcesCoordinates,
  folder: string,
  commands: readonly string[],
): Promise<ILoadSourcesResult> {
  const files = sources.paths.map((path) => path.replace(/(:\d+)+$/, ''));
  const missing = files.find((path) => isMissing(path, folder));
  if (missing !== undefined) {
    throw new Problem(`${missing} does not exist`, commandHint(missing, commands));
  }
  const selected = await plannedScenarios(sources, folder);
  if (selected.plan.length > 0) return selected;
  throw nothingSelected();
}

function nothingSelected(): Problem {
  return new Problem('no scenario is selected', 'loosen --only, --profile, --tags or the paths');
}

/** A word that is neither a path nor a command was taken for a path. */
function commandHint(word: string, commands: readonly string[]): string | undefined {
  if (/[./]/.test(word)) return undefined;
  const [best] = nearest(word, commands);
  return best === undefined ? undefined : `if a command was meant: the nearest is "${best}"`;
}

function isMissing(path: string, folder: string): boolean {
  const isGlob = /[*?{[]/.test(path);
  return !isGlob && !existsSync(resolve(folder, path));
}

/** reports/<implementation>; a shard has a folder of its own beside it. */
function reportFolder({ reports, adapter, shard }: RunOptions): string {
  const name = basename(adapter, extname(adapter)).replace(/[^\w.-]/g, '_');
  const suffix = shard === undefined ? '' : `-shard-${shard.replace('/', '-of-')}`;
  return join(reports, name + suffix);
}

function plan(options: RunOptions, expectations: readonly Expectation[]): Plan {
  const { adapter, settings, paths, only, profile, tags, shard, order } = options;
  return {
    suite: { version, commit: commit() },
    adapter,
    settings,
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
