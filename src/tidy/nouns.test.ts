import assert from 'node:assert/strict';
import { test } from 'node:test';

import { filesBelow } from './files.ts';
import { optionalParts, overgrownNouns } from './nouns.ts';

const counts: readonly (readonly [source: string, parts: number])[] = [
  ['device "([^"]*)"', 0],
  ['(read-only|write-only|(?:no|all) rights)', 0],
  ['(\\d+) zero bytes?', 0],
  ['it|process "([^"]*)"', 1],
  ['anywhere|nowhere|at (${size})', 1],
  ['buffer "([^"]*)"(?: \\+ (${size}))?', 1],
  ['a (huge-page )?memfd(?:, [A-Z]+)*', 1],
  ['at (${size})|inside (${size})|anywhere|on a multiple of (\\d+)(?: plus (\\d+))?', 4],
  ['a vIOMMU(?: for device "([^"]*)")?(?: with (data|depth) (\\d+))?(?: at (\\d+))?', 3],
];

for (const [source, parts] of counts) {
  test(`${parts} optional parts: ${source}`, () => {
    assert.equal(optionalParts(source), parts);
  });
}

test('a noun that is a language is told', () => {
  const text = `
    export const nouns = {
      newThing: parameter(re(\`a thing(?: of (\\\\d+))?(?: in "(.*)")?( that (?:is|was) red)?\`), () => 1),
      form: parameter(/a size of (\\d+)|(\\w+) bytes|at (\\d+)(?: more)?/, () => 2),
      small: parameter(/(?:an? )?thing/, () => 3),
    };`;
  assert.deepEqual(overgrownNouns({ path: 'words.ts', text }), [
    'words.ts: 3 optional parts in a thing(?: of (\\d+))?(?: in "(.*)")?( that (?:is|was) red)?',
    'words.ts: 3 optional parts in a size of (\\d+)|(\\w+) bytes|at (\\d+)(?: more)?',
  ]);
});

test('a parameter type has at most two optional parts', () => {
  const found = filesBelow('steps', '.ts').flatMap(overgrownNouns);
  assert.deepEqual(found, []);
});
