import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { generateMessages } from '@cucumber/gherkin';
import { IdGenerator, SourceMediaType } from '@cucumber/messages';
import type { Envelope, ParseError } from '@cucumber/messages';

import { DiskCache, hashOf } from '#compile/disk-cache.cjs';
import { ScenarioReader } from '#report/scenario.ts';
import type { PlannedScenario } from '#report/scenario.ts';

import { Problem } from './problem.ts';
import { extension, root } from './version.ts';

/** Where cucumber looks for features below a folder unless it is told otherwise: the files, by their paths from there. */
export function featureFiles(folder: string): string[] {
  const names = readdirSync(join(folder, 'features'), { recursive: true, encoding: 'utf8' });
  const features = names.filter((name) => /\.feature(\.md)?$/.test(name));
  return features.map((name) => join('features', name)).sort();
}

const cache = new DiskCache();

/** The scenarios of a file below a folder. It is parsed when it has changed; a file that cannot be read is a problem. */
export function readFeature(folder: string, uri: string): readonly PlannedScenario[] {
  const text = readFileSync(resolve(folder, uri), 'utf8');
  const key = hashOf(reader(), uri, text);
  const known = cache.read(key) as readonly PlannedScenario[] | undefined;
  if (known) return known;
  const scenarios = parseFeature(uri, text);
  cache.write(key, scenarios);
  return scenarios;
}

let readBy: string | undefined;

/** Who turns text into scenarios: another version of them may see something else. */
function reader(): string {
  const ours = ['src/cli/feature-index', 'src/report/scenario', 'src/conformance/tags'];
  const files = [
    ...ours.map((name) => join(root, name + extension)),
    createRequire(__filename).resolve('@cucumber/gherkin/package.json'),
  ];
  readBy ??= hashOf(...files.map((file) => readFileSync(file, 'utf8')));
  return readBy;
}

function parseFeature(uri: string, text: string): PlannedScenario[] {
  const scenarios = new ScenarioReader();
  return messagesOf(uri, text, IdGenerator.incrementing()).flatMap((envelope) => {
    const { parseError, gherkinDocument, pickle } = envelope;
    if (parseError) throw unreadable(parseError);
    if (gherkinDocument) scenarios.addDocument(gherkinDocument);
    if (!pickle) return [];
    const { steps: _, ...planned } = scenarios.read(pickle);
    return [planned];
  });
}

/** The document of a feature file and its pickles, in the order of `Suite.scenarios`. */
export function featureMessages(uri: string, newId: () => string): readonly Envelope[] {
  return messagesOf(uri, readFileSync(resolve(uri), 'utf8'), newId);
}

function messagesOf(uri: string, text: string, newId: () => string): readonly Envelope[] {
  const wanted = { includeSource: false, includeGherkinDocument: true, includePickles: true };
  return generateMessages(text, uri, mediaTypeOf(uri), { newId, ...wanted });
}

function mediaTypeOf(uri: string): SourceMediaType {
  return uri.endsWith('.md')
    ? SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_MARKDOWN
    : SourceMediaType.TEXT_X_CUCUMBER_GHERKIN_PLAIN;
}

function unreadable({ source, message }: ParseError): Problem {
  return unreadableFeature({ uri: source.uri ?? '', line: source.location?.line ?? 0, message });
}

/** What gherkin has to say against a feature file, in a sentence. */
export function unreadableFeature(error: {
  readonly uri: string;
  readonly line: number;
  readonly message: string;
}): Problem {
  const what = error.message.replace(/^\(\d+:\d+\): /, '').split('\n')[0];
  return new Problem(`${error.uri}:${error.line}: ${what}`, 'correct the feature file');
}
