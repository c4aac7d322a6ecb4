import assert from 'node:assert/strict';
import { test } from 'node:test';

import { featureFiles, parseFeature } from './features.ts';
import { doubleTitles, printedTitles, titlesWithoutVerb, writtenTitles } from './titles.ts';

const files = featureFiles();

const example = parseFeature(
  'f',
  `Feature: f
    Rule: a rule holds
      Scenario: the last IOVA of all
        Given a
      Scenario Outline: a map of <length>
        Given <other>
        Examples:
          | length | other |
          | 1      | is    |
          | 1      | fails |
    Rule: two maps of one IOAS
      Scenario: a read-only map is refused
        Given a`,
);

test('a title has a verb', () => {
  assert.deepEqual(titlesWithoutVerb(files.flatMap(writtenTitles)), []);
});

test('a title without a verb is told, of a rule or a scenario', () => {
  assert.deepEqual(titlesWithoutVerb(writtenTitles(example)), [
    'the last IOVA of all',
    'a map of <length>',
    'two maps of one IOAS',
  ]);
});

test('no two scenarios have one title, nor do two rows of an outline', () => {
  assert.deepEqual(doubleTitles(files.flatMap(printedTitles)), []);
});

test('two rows of an outline with one title are told', () => {
  assert.deepEqual(doubleTitles(printedTitles(example)), ['a rule holds › a map of 1: f, f']);
});

test('titles are statements', () => {
  const weak = /\b(should|test that|verify|check that)\b/;
  const found = files.flatMap(writtenTitles).filter((title) => weak.test(title));
  assert.deepEqual(found, []);
});

test('features use the words of the field', () => {
  const odd = /\ba (?:HWPT|HW queue)\b|\bmighty\b|\bgives back \d/;
  const found = files.filter(({ text }) => odd.test(text)).map(({ path }) => path);
  assert.deepEqual(found, []);
});
