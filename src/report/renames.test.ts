import assert from 'node:assert/strict';
import { test } from 'node:test';

import { renames } from './renames.ts';
import type { Named } from './renames.ts';

function named(id: string, ...requirements: string[]): Named {
  const title = id.split(' / ').at(-1) ?? '';
  return { id, title, requirements };
}

function found(before: readonly Named[], after: readonly Named[]): Record<string, string> {
  return Object.fromEntries([...renames(before, after)].map(([now, { id }]) => [id, now]));
}

test('a scenario that is in both under one id is not renamed', () => {
  const one = named('a.feature / r / t', 'X-01');
  assert.deepEqual(found([one], [one]), {});
});

test('a scenario of the same rule and title in another file was moved', () => {
  const before = [named('a.feature / r / t', 'X-01'), named('a.feature / r / u', 'X-01')];
  const after = [named('b/c.feature / r / u', 'X-01'), named('b/d.feature / r / t', 'X-01')];
  assert.deepEqual(found(before, after), {
    'a.feature / r / t': 'b/d.feature / r / t',
    'a.feature / r / u': 'b/c.feature / r / u',
  });
});

test('a title that went to another rule is found before one that sounds like it', () => {
  const before = [named('a.feature / r / a map at 1 MiB', 'X-01')];
  const after = [
    named('a.feature / r / a map fails at 1 MiB', 'X-01'),
    named('a.feature / other / a map at 1 MiB', 'X-01'),
  ];
  assert.deepEqual(found(before, after), {
    'a.feature / r / a map at 1 MiB': 'a.feature / other / a map at 1 MiB',
  });
});

test('rows of an outline that got another title keep their values', () => {
  const row = (title: string) => named(`a.feature / r / ${title}`, 'X-01');
  const before = [row('2 pages at 1 MiB'), row('1 page at 2 MiB'), row('0 pages at 1 MiB')];
  const after = [
    row('a map of 0 pages fails at 1 MiB'),
    row('a map of 1 page fails at 2 MiB'),
    row('a map of 2 pages fails at 1 MiB'),
  ];
  assert.deepEqual(found(before, after), {
    'a.feature / r / 2 pages at 1 MiB': 'a.feature / r / a map of 2 pages fails at 1 MiB',
    'a.feature / r / 1 page at 2 MiB': 'a.feature / r / a map of 1 page fails at 2 MiB',
    'a.feature / r / 0 pages at 1 MiB': 'a.feature / r / a map of 0 pages fails at 1 MiB',
  });
});

test('where the words do not tell, the order does', () => {
  const before = [named('a.feature / r / x', 'X-01'), named('a.feature / r / x #2', 'X-01')];
  const after = [named('a.feature / r / y', 'X-01'), named('a.feature / r / y #2', 'X-01')];
  assert.deepEqual(found(before, after), {
    'a.feature / r / x': 'a.feature / r / y',
    'a.feature / r / x #2': 'a.feature / r / y #2',
  });
});

test('scenarios of other requirements, or with hardly a word in common, are not the same', () => {
  const before = [named('a.feature / r / t', 'X-01'), named('a.feature / q / one word', 'X-02')];
  const after = [named('b.feature / r / t', 'X-03'), named('b/c.txt / p / quite another', 'X-02')];
  assert.deepEqual(found(before, after), {});
});
