import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin';
import { IdGenerator, type GherkinDocument, type Pickle } from '@cucumber/messages';

import { filesBelow } from './files.ts';

export interface FeatureFile {
  readonly path: string;
  readonly text: string;
  readonly document: GherkinDocument;
  readonly pickles: readonly Pickle[];
}

/** Every feature file, parsed, with its scenarios (outline rows counted). */
export function featureFiles(): FeatureFile[] {
  return filesBelow('features', '.feature').map(({ path, text }) => parseFeature(path, text));
}

export function parseFeature(path: string, text: string): FeatureFile {
  const newId = IdGenerator.incrementing();
  const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher());
  const document = parser.parse(text);
  return { path, text, document, pickles: compile(document, path, newId) };
}

export function tagsOf({ tags }: Pickle): string[] {
  return tags.map(({ name }) => name.slice(1));
}
