import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { meaningOf } from '#conformance/tags.ts';
import { idsInText } from '#conformance/ids-in-text.ts';
import { later } from '#conformance/later.ts';
import { profileNeeds } from '#conformance/requirement.ts';
import { all, byId } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';
import { features as knownFeatures } from '#port/features.ts';

import { blurredOutlines, crowdedRules, misplacedFolders } from './feature-rules.ts';
import { featureFiles, parseFeature, tagsOf, type FeatureFile } from './features.ts';
import { filesBelow, root } from './files.ts';

/** The style rules of feature files, and the thread from a requirement to its scenarios and its code. */

const files = featureFiles();
const pickles = files.flatMap((file) => file.pickles);
const isRequirement = (tag: string): boolean => meaningOf(`@${tag}`).kind === 'requirement';

function each(complaint: (file: FeatureFile) => readonly string[]): string[] {
  return files.flatMap((file) => complaint(file).map((text) => `${file.path}: ${text}`));
}

test('a rule has at most 12 scenarios', () => {
  assert.deepEqual(each(crowdedRules), []);
});

test('a rule with 13 scenarios is told', () => {
  const scenarios = Array.from({ length: 13 }, (_, n) => `Scenario: ${n}\n Given a\n`);
  const file = parseFeature('f', `Feature: f\nRule: r\n${scenarios.join('')}`);
  assert.deepEqual(crowdedRules(file), ['13 scenarios in "r"']);
});

test('a row of an outline blames only requirements that it shows', () => {
  assert.deepEqual(each(blurredOutlines), []);
});

/** An outline of two rows that end so, in one Examples or in two. */
function outline(tags: string, examples: readonly string[]): FeatureFile {
  const tables = examples.map((rows) => rows.replace('Examples:', 'Examples:\n|errno|'));
  return parseFeature(
    'f',
    `Feature: f\nRule: r\n${tags}\nScenario Outline: <errno>\n Then it fails with <errno>\n${tables.join('')}`,
  );
}

test('an outline that blames two requirements for each of its rows is told', () => {
  const both = outline('@PIN-18 @PIN-19', ['Examples:\n|EINVAL|\n|EOVERFLOW|\n']);
  assert.deepEqual(blurredOutlines(both), [
    'line 4, "<errno>": PIN-18, PIN-19 are of no row; above each Examples those that its rows show',
  ]);
});

test('an Examples whose rows show two requirements and end in two ways is told', () => {
  const both = outline('@PIN-18', ['@PIN-19\nExamples:\n|EINVAL|\n|EOVERFLOW|\n']);
  assert.deepEqual(blurredOutlines(both), [
    'line 4, "<errno>": rows of line 7 show PIN-18, PIN-19 and end in EINVAL, EOVERFLOW; an Examples for each end',
  ]);
});

test('a failing row of an outline blames the requirements of its own Examples only', () => {
  const split = outline('@needs:test-cmd', [
    '@PIN-18\nExamples:\n|EINVAL|\n',
    '@PIN-19\nExamples:\n|EOVERFLOW|\n',
  ]);
  assert.deepEqual(blurredOutlines(split), []);
  assert.deepEqual(
    split.pickles.map((pickle) => [pickle.name, tagsOf(pickle).filter(isRequirement)]),
    [
      ['EINVAL', ['PIN-18']],
      ['EOVERFLOW', ['PIN-19']],
    ],
  );
});

test('a copy with an unknown flag, and one of U64_MAX, blame a requirement each', () => {
  const copy = files.find(({ path }) => path === 'features/iommufd/ioas/copy.feature');
  const blamed = (name: string): string[][] =>
    (copy?.pickles ?? [])
      .filter((pickle) => pickle.name === name)
      .map((pickle) => tagsOf(pickle).filter(isRequirement));
  assert.deepEqual(blamed('the highest flag is refused'), [['IOAS-COPY-01']]);
  assert.deepEqual(blamed('a length of U64_MAX is refused'), [['IOAS-COPY-02']]);
  assert.deepEqual(blamed('no right at all is refused'), [['IOAS-COPY-03']]);
});

test('the README lists every folder of features, and no other', () => {
  const readme = readFileSync(join(root, 'features', 'README.md'), 'utf8');
  const paths = files.map(({ path }) => path);
  assert.deepEqual(misplacedFolders(readme, paths), []);
});

test('a folder that the README does not list is told, and one that is not there', () => {
  const complaints = misplacedFolders('| `old/` | gone |\n', ['features/new/x.feature']);
  assert.deepEqual(complaints, ['new/ is not in the README', 'old/ has no feature file']);
});

test('a scenario names one to three requirements, all of them known', () => {
  const wrong = pickles.filter((pickle) => {
    const ids = tagsOf(pickle).filter(isRequirement);
    return ids.length < 1 || ids.length > 3 || ids.some((id) => !byId.has(id));
  });
  assert.deepEqual(
    wrong.map(({ uri, name }) => `${uri}: ${name}`),
    [],
  );
});

test('a scenario asks for features that the port lists', () => {
  const needs = pickles.flatMap((pickle) =>
    tagsOf(pickle).filter((tag) => tag.startsWith('needs:')),
  );
  const unknown = needs
    .map((tag) => tag.slice('needs:'.length))
    .filter((f) => !(f in knownFeatures));
  assert.deepEqual([...new Set(unknown)], []);
});

test('a profile is about features that the port lists', () => {
  const unknown = Object.values(profileNeeds).flatMap((needs) =>
    needs.filter((feature) => !(feature in knownFeatures)),
  );
  assert.deepEqual(unknown, []);
});

test('each requirement has a scenario, or a reason why it has none', () => {
  const shown = new Set(pickles.flatMap(tagsOf));
  const missing = all.filter(({ id }) => !shown.has(id) && !(id in untestable) && !(id in later));
  assert.deepEqual(
    missing.map(({ id }) => id),
    [],
  );
});

test('no requirement has a scenario and a reason for having none', () => {
  const shown = new Set(pickles.flatMap(tagsOf));
  const both = all.filter(({ id }) => shown.has(id) && (id in untestable || id in later));
  assert.deepEqual(
    both.map(({ id }) => id),
    [],
  );
});

test('each requirement that has a scenario is named by the reference, or by the VMM on it', () => {
  const shown = new Set(pickles.flatMap(tagsOf).filter(isRequirement));
  const named = idsInText(
    ['src/reference', 'src/formats', 'src/vmm']
      .flatMap((folder) => filesBelow(folder, '.ts'))
      .map(({ text }) => text)
      .join('\n'),
  );
  assert.deepEqual([...shown].filter((id) => !named.has(id)).sort(), []);
});
