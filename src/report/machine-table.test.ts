import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ran, resultOf } from './fixtures/result.ts';
import { machineTable } from './machine-table.ts';
import type { ScenarioResult } from './result.ts';

function on(machine: string, folder: string, outcome: ScenarioResult['outcome']): ScenarioResult {
  return { ...ran('a', outcome), machine, location: `features/${folder}/a.feature:3` };
}

test('a folder a row, a machine a column, and what has none is left out', () => {
  const result = resultOf({
    scenarios: [on('vt-d', 'dma', 'pass'), on('amd', 'dma', 'fail'), on('amd', 'dma', 'pass')],
  });
  const [machine] = result.machines;
  assert.ok(machine);
  const machines = ['amd', 'idle', 'vt-d'].map((name) => ({ ...machine, name }));
  const scenarios = [...result.scenarios, on('vt-d', 'iommufd/ioas', 'pass'), ran('b', 'pass')];
  assert.deepEqual(machineTable({ ...result, machines, scenarios }), [
    ['devices', 'amd', 'vt-d'],
    ['dma', '1 of 2', '1'],
    ['iommufd/ioas', '-', '1'],
  ]);
});
