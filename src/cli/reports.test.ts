import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { conformance, fixtureReports, resultIn, runFixture } from './fixtures/conformance.ts';

import { compare } from '#report/compare.ts';
import { readMessages, readResult } from '#report/read-run.ts';
import { normalise } from '#report/result.ts';

const folder = temporaryFolder();
const whole = fixtureReports(folder);
runFixture(folder);
const result = resultIn(whole);

test('result.json meets its schema', () => {
  assert.deepEqual(readResult(join(whole, 'result.json')), result);
});

test('a result.json that does not is refused', () => {
  const file = join(temporaryFolder(), 'result.json');
  writeFileSync(file, JSON.stringify({ ...result, counts: { pass: 'all' } }));
  assert.throws(() => readResult(file), /result\.json\/counts/);
});

test('a random order gives the same result', () => {
  const other = temporaryFolder();
  runFixture(other, '--order', 'random', '--seed', '7');
  const shuffled = resultIn(fixtureReports(other));
  assert.equal(shuffled.selection.order, 'random:7');
  assert.deepEqual(normalise(shuffled), normalise(result));
});

test('worker processes give the same result', () => {
  const other = temporaryFolder();
  runFixture(other, '--parallel', '2');
  assert.deepEqual(normalise(resultIn(fixtureReports(other))), normalise(result));
});

test('merged shards give the same result; with one missing, the run is incomplete', () => {
  const parts = temporaryFolder();
  for (const shard of ['1/2', '2/2']) runFixture(parts, '--shard', shard);
  const shards = [1, 2].map((index) => join(parts, `adapter-shard-${index}-of-2`));
  const merge = (into: string, ...from: string[]) =>
    conformance(['merge', ...from, '--into', into, '--no-html']);
  const into = join(parts, 'merged');
  assert.equal(merge(into, ...shards).code, 1);
  assert.deepEqual(normalise(resultIn(into)), normalise(result));
  assert.equal(resultIn(into).profiles['base']?.verdict, 'not conformant');
  assert.equal(conformance(['recover', into, '--no-html']).code, 1);
  assert.deepEqual(normalise(resultIn(into)), normalise(result));
  merge(into, shards[0] ?? '');
  assert.equal(resultIn(into).stopped, 'shard 2/2 is missing');
  assert.match(merge(into, whole, whole).complaint, /ran in two of the runs/);
  assert.match(merge(into, whole, shards[0] ?? '').complaint, /ran in two of the runs/);
});

test('messages are readable where the last line is cut off', () => {
  const cut = temporaryFolder();
  const text = readFileSync(join(whole, 'messages.ndjson'), 'utf8');
  writeFileSync(join(cut, 'messages.ndjson'), text);
  appendFileSync(join(cut, 'messages.ndjson'), '{"testStep');
  assert.deepEqual(readMessages(cut), readMessages(whole));
});

test('a line that is no message is named', () => {
  const broken = temporaryFolder();
  writeFileSync(join(broken, 'messages.ndjson'), '{}\nnull\n');
  assert.throws(() => readMessages(broken), /messages\.ndjson:2 is no message: null/);
});

test('compare names what changed', () => {
  const [first, ...rest] = result.scenarios;
  assert.ok(first);
  const changed = { ...first, outcome: 'fail' as const, reason: 'no' };
  const after = { ...result, scenarios: [changed, ...rest.slice(1)] };
  const found = compare(result, after).differences.map(({ before, after: now }) => [before, now]);
  assert.deepEqual(found, [
    ['pass', undefined],
    ['pass', 'fail (no)'],
  ]);
  assert.deepEqual(compare(result, result), { differences: [], renamed: [] });
});

test('a second run continues the trend, a part of the suite does not', () => {
  const trend = () => JSON.parse(readFileSync(join(whole, 'trend.json'), 'utf8')) as unknown[];
  assert.equal(trend().length, 1);
  runFixture(folder, 'src/cli/fixtures/features/calls');
  assert.equal(trend().length, 1);
  runFixture(folder);
  assert.equal(trend().length, 2);
});
