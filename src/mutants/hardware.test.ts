import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byId } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';

import { catalogue } from './catalogue.ts';
import { hardware, requirementsOf } from './hardware.ts';

const listed = hardware.flatMap(requirementsOf);

test('each requirement of the hardware belongs to one subject', () => {
  assert.deepEqual(listed, [...new Set(listed)]);
  const all = [...byId.keys()].filter((id) => id.startsWith('HW-'));
  assert.deepEqual([...listed].sort(), all.sort());
});

test('each requirement of the hardware that can be shown has a mutant', () => {
  const broken = new Set(catalogue.flatMap(({ breaks }) => breaks));
  const safe = listed.filter((id) => !broken.has(id) && !(id in untestable));
  assert.deepEqual(safe, []);
});

test('numbers belong to the family before them', () => {
  const ids = requirementsOf({ requirements: 'VTD 5 9 PSC 1 999' });
  assert.deepEqual(ids, ['HW-VTD-05', 'HW-VTD-09', 'HW-PSC-01']);
});
