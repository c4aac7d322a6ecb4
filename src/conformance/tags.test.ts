import assert from 'node:assert/strict';
import { test } from 'node:test';

import { matchIds } from './pattern.ts';
import { meaningOf, needsOf, otherRelease, requirementsOf, tagProblems } from './tags.ts';

const known = { requirements: new Set(['IOAS-MAP-14']), features: new Set(['dma']) };

function problemsOf(name: string): string[] {
  return tagProblems([{ name, uri: 'a.feature', line: 3 }], known);
}

test('a tag is a requirement, a need, or nothing', () => {
  assert.deepEqual(meaningOf('@IOAS-MAP-14'), { kind: 'requirement', id: 'IOAS-MAP-14' });
  assert.deepEqual(meaningOf('@needs:dma'), { kind: 'needs', feature: 'dma' });
  assert.deepEqual(meaningOf('@any-iommu'), { kind: 'any IOMMU' });
  for (const name of ['@wip', '@IOAS-MAP', '@ioas-map-14', '@IOAS-MAP-1', '@needs:']) {
    assert.equal(meaningOf(name).kind, 'unknown', name);
  }
});

test('requirements and needs are told apart', () => {
  const names = ['@IOAS-MAP-14', '@needs:dma', '@PIN-06'];
  assert.deepEqual(requirementsOf(names), ['IOAS-MAP-14', 'PIN-06']);
  assert.deepEqual(needsOf(names), ['dma']);
});

test('a tag that means nothing is a problem with file, line and the nearest', () => {
  assert.deepEqual(problemsOf('@IOAS-MAP-14'), []);
  assert.deepEqual(problemsOf('@any-iommu'), []);
  assert.deepEqual(problemsOf('@IOAS-MAP-41'), [
    'a.feature:3: @IOAS-MAP-41 names no requirement; nearest: "IOAS-MAP-14"',
  ]);
  assert.deepEqual(problemsOf('@needs:dam'), [
    'a.feature:3: @needs:dam names no feature; nearest: "dma"',
  ]);
});

test('a scenario about a later Linux says nothing about an older one', () => {
  assert.equal(otherRelease(['@IOAS-MAP-14'], '6.12.117'), undefined);
  assert.match(otherRelease(['@IOAS-FILE-01'], '6.12.117') ?? '', /IOAS-FILE-01 .*6\.13/);
});

test('a word of a selection is an id, a glob or a family', () => {
  const ids = ['IOAS-MAP-01', 'IOAS-MAP-14', 'IOAS-MAP-FILE-01'];
  assert.deepEqual(matchIds('ioas-map-14', ids), ['IOAS-MAP-14']);
  assert.deepEqual(matchIds('IOAS-MAP', ids), ['IOAS-MAP-01', 'IOAS-MAP-14']);
  assert.deepEqual(matchIds('IOAS-MAP-*', ids), ids);
  assert.deepEqual(matchIds('IOAS', ids), []);
});
