import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { loadConfiguration, loadSources } from '@cucumber/cucumber/api';
import type {
  ILoadSourcesResult,
  IRunConfiguration,
  ISourcesCoordinates,
} from '@cucumber/cucumber/api';
import { generateMessages } from '@cucumber/gherkin';
import { IdGenerator, SourceMediaType } from '@cucumber/messages';
import type { Envelope } from '@cucumber/messages';

import { byId } from '#conformance/requirements/index.ts';
import { tagProblems } from '#conformance/tags.ts';
import { everyFeature } from '#port/features.ts';
import { compareText } from '#report/compare-text.ts';
import { ScenarioReader } from '#report/scenario.ts';
import type { Scenario } from '#report/scenario.ts';

import { Problem, rootCause } from './problem.ts';

/** All scenarios there are, and how cucumber is to run them. */
export interface Suite {
  readonly configuration: IRunConfiguration;
  readonly scenarios: readonly Scenario[];
}

/** Reads the whole suite, whatever part of it is to run, so that a mistake anywhere in it is found. */
export async function loadSuite(config: string | undefined): Promise<Suite> {
  const file = config === undefined ? {} : { file: config };
  const { runConfiguration } = await loadConfiguration(file).catch((error: unknown) => {
    throw new Problem(`cucumber's configuration cannot be read: ${rootCause(error)}`);
  });
  const everything = { ...runConfiguration.sources, names: [], tagExpression: '' };
  const { plan } = await plannedScenarios(everything);
  const uris = [...new Set(plan.map(({ uri }) => uri))].sort(compareText);
  const scenarios = uris.flatMap(readFeature);
  refuseTags(scenarios);
  return { configuration: runConfiguration, scenarios };
}

/** The scenarios that cucumber would run; a feature file that it cannot read is a problem. */
export async function plannedScenarios(sources: ISourcesCoordinates): Promise<ILoadSourcesResult> {
  const found = await loadSources(sources).catch((error: unknown) => {
    throw new Problem(`the scenarios cannot be selected: ${rootCause(error)}`);
  });
  const [error] = found.errors;
  if (!error) return found;
  const { uri, location, message } = error;
  const what = message.replace(/^\(\d+:\d+\): /, '').split('\n')[0];
  throw new Problem(`${uri}:${location.line}: ${what}`, 'correct the feature file');
}

function readFeature(uri: string): Scenario[] {
  const reader = new ScenarioReader();
  return featureMessages(uri, IdGenerator.incrementing()).flatMap(({ gherkinDocument, pickle }) => {
    if (gherkinDocument) reader.addDocument(gherkinDocument);
    return pickle ? [reader.read(pickle)] : [];
  });
}

/** The document of a feature file and its pickles, in the order of `Suite.scenarios`. */
export function featureMessages(uri: string, newId: () => string): readonly Envelope[] {
  const markdown = uri.endsWith('.md');
  const mediaType = markdown
    ? SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_MARKDOWN
    : SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_PLAIN;
  const text = readFileSync(resolve(uri), 'utf8');
  const wanted = { includeSource: false, includeGherkinDocument: true, includePickles: true };
  return generateMessages(text, uri, mediaType, { newId, ...wanted });
}

/** Feature files outside of the suite have to be as good as those in it. */
export function refuseStrangers({ plan }: ILoadSourcesResult, { scenarios }: Suite): void {
  const known = new Set(scenarios.map(({ uri }) => uri));
  const strangers = new Set(plan.map(({ uri }) => uri).filter((uri) => !known.has(uri)));
  refuseTags([...strangers].flatMap(readFeature));
}

function refuseTags(scenarios: readonly Scenario[]): void {
  const known = { requirements: new Set(byId.keys()), features: new Set<string>(everyFeature) };
  const problems = tagProblems(
    scenarios.flatMap(({ tags }) => tags),
    known,
  );
  if (problems.length > 0) throw new Problem(problems.join('\n'), 'correct the tag');
}
