import { loadConfiguration, loadSources } from '@cucumber/cucumber/api';
import type {
  ILoadSourcesResult,
  IRunConfiguration,
  ISourcesCoordinates,
} from '@cucumber/cucumber/api';

import { byId } from '#conformance/requirements/index.ts';
import { tagProblems } from '#conformance/tags.ts';
import { everyFeature } from '#port/features.ts';
import { compareText } from '#report/compare-text.ts';
import type { PlannedScenario } from '#report/scenario.ts';

import { featureFiles, readFeature, unreadableFeature } from './feature-index.ts';
import { Problem, rootCause } from './problem.ts';
import { root } from './version.ts';

/** All scenarios there are, and how cucumber is to run them. */
export interface Suite {
  readonly configuration: IRunConfiguration;
  /** What its paths are counted from, those of features as well. */
  readonly folder: string;
  readonly scenarios: readonly PlannedScenario[];
}

/** Reads the whole suite, whatever part of it is to run, so that a mistake anywhere in it is found. */
export async function loadSuite(config: string | undefined): Promise<Suite> {
  const file = config === undefined ? {} : { file: config };
  const folder = config === undefined ? root : process.cwd();
  const loaded = await loadConfiguration(file, { cwd: folder }).catch((error: unknown) => {
    throw new Problem(`cucumber's configuration cannot be read: ${rootCause(error)}`);
  });
  const { runConfiguration: configuration } = loaded;
  const uris = await filesOf(configuration.sources, folder);
  const scenarios = uris.flatMap((uri) => readFeature(folder, uri));
  refuseTags(scenarios);
  return { configuration, folder, scenarios };
}

/** Where the configuration names none cucumber is not asked, as it would parse them all. */
async function filesOf(sources: ISourcesCoordinates, folder: string): Promise<string[]> {
  if (sources.paths.length === 0) return featureFiles(folder);
  const { plan } = await plannedScenarios({ ...sources, names: [], tagExpression: '' }, folder);
  return [...new Set(plan.map(({ uri }) => uri))].sort(compareText);
}

/** The scenarios that cucumber would run; a feature file that it cannot read is a problem. */
export async function plannedScenarios(
  sources: ISourcesCoordinates,
  folder: string,
): Promise<ILoadSourcesResult> {
  const found = await loadSources(sources, { cwd: folder }).catch((error: unknown) => {
    throw new Problem(`the scenarios cannot be selected: ${rootCause(error)}`);
  });
  const [error] = found.errors;
  if (!error) return found;
  const { uri, location, message } = error;
  throw unreadableFeature({ uri, line: location.line, message });
}

/** Feature files outside of the suite have to be as good as those in it. */
export function refuseStrangers({ plan }: ILoadSourcesResult, { scenarios, folder }: Suite): void {
  const known = new Set(scenarios.map(({ uri }) => uri));
  const strangers = new Set(plan.map(({ uri }) => uri).filter((uri) => !known.has(uri)));
  refuseTags([...strangers].flatMap((uri) => readFeature(folder, uri)));
}

function refuseTags(scenarios: readonly PlannedScenario[]): void {
  const known = { requirements: new Set(byId.keys()), features: new Set<string>(everyFeature) };
  const problems = tagProblems(
    scenarios.flatMap(({ tags }) => tags),
    known,
  );
  if (problems.length > 0) throw new Problem(problems.join('\n'), 'correct the tag');
}
