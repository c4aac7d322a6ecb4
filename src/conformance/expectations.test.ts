import assert from 'node:assert/strict';
import { test } from 'node:test';

import { expected, parseExpectations, staleExpectations } from './expectations.ts';
import type { Outcome } from './outcome.ts';

const text = `# IOMMU_IOAS_MAP forgets the last page,
# reported upstream.
IOAS-MAP-14
IOAS-MAP-15 / a map * below

# It oopses.
broken: IOAS-FILE-*
`;
const { expectations } = parseExpectations(text, 'linux.txt');

const scenario = { title: 'a map from below', requirements: ['IOAS-MAP-15', 'PIN-01'] };
const fail: Outcome = { kind: 'fail', reason: 'no' };
const died: Outcome = { kind: 'broken', reason: 'no', by: 'implementation' };

test('a block has one reason, a pattern a line', () => {
  const why = 'IOMMU_IOAS_MAP forgets the last page, reported upstream.';
  const found = expectations.map(({ text: line, reason }) => [line, reason]);
  assert.deepEqual(found, [
    ['IOAS-MAP-14', why],
    ['IOAS-MAP-15 / a map * below', why],
    ['broken: IOAS-FILE-*', 'It oopses.'],
  ]);
});

test('a pattern without a reason above it is a problem', () => {
  const { problems } = parseExpectations('# Why.\nIOAS-MAP-01\n\nIOAS-MAP-02\n', 'f');
  assert.deepEqual(problems, ['f:4: "IOAS-MAP-02" has no reason above it']);
});

test('a pattern may be about one machine', () => {
  const { expectations: found } = parseExpectations('# Why.\nPIN-*@smmuv3 / a map *\n', 'f');
  const kindOn = (machine?: string): string =>
    expected(fail, { ...scenario, ...(machine !== undefined && { machine }) }, found).kind;
  assert.equal(kindOn('smmuv3'), 'known-failure');
  assert.equal(kindOn('smmuv3-groups'), 'fail');
  assert.equal(kindOn(), 'known-failure');
});

test('a reason does not reach over to the next block', () => {
  const { expectations: found } = parseExpectations('# One.\nA-01\n# Two.\nA-02\n', 'f');
  assert.deepEqual(
    found.map(({ reason }) => reason),
    ['One.', 'Two.'],
  );
});

test('a pattern that matches no requirement is stale, and the nearest are named', () => {
  const { expectations: found } = parseExpectations('# Why.\nIOAS-MPA-14\n', 'f');
  const [problem] = staleExpectations(found, new Set(['IOAS-MAP-14']), []);
  assert.equal(problem, 'f:2: "IOAS-MPA-14" matches no requirement; nearest: "IOAS-MAP-14"');
});

test('a pattern whose title matches no scenario is stale', () => {
  const { expectations: found } = parseExpectations('# Why.\nPIN-01 / something else\n', 'f');
  const stale = staleExpectations(found, new Set(['PIN-01']), [scenario]);
  assert.deepEqual(stale, ['f:2: "PIN-01 / something else" matches no scenario']);
});

test('a listed failure is known, an unlisted one is not', () => {
  assert.equal(expected(fail, scenario, expectations).kind, 'known-failure');
  assert.equal(expected(fail, { ...scenario, title: 'another' }, expectations).kind, 'fail');
});

test('a listed pass is unexpected, and says which line is wrong', () => {
  const outcome = expected({ kind: 'pass' }, scenario, expectations);
  assert.equal(outcome.kind, 'unexpected-pass');
  assert.match(outcome.reason, /^linux\.txt:4 /);
});

test('an implementation that dies is a known failure only where the line says broken', () => {
  const file = { title: 'any', requirements: ['IOAS-FILE-02'] };
  assert.equal(expected(died, scenario, expectations).kind, 'broken');
  assert.equal(expected(died, file, expectations).kind, 'known-failure');
  assert.equal(expected({ ...died, by: 'suite' }, file, expectations).kind, 'broken');
});

test('a skip stays a skip', () => {
  const skip: Outcome = { kind: 'skip', reason: 'no DMA' };
  assert.deepEqual(expected(skip, scenario, expectations), skip);
});
