import { compareText } from './compare-text.ts';
import type { Result, ScenarioResult } from './result.ts';
import { folderOf } from './scenario.ts';

/**
 * Of the scenarios that look at a device: how many passed in each folder and on each machine, `7 of 8` where not all did.
 * A dash where none can run. The first row names the machines.
 */
export function machineTable(result: Result): string[][] {
  const placed = result.scenarios.filter(({ machine }) => machine !== undefined);
  const machines = result.machines
    .map(({ name }) => name)
    .filter((name) => placed.some(({ machine }) => machine === name));
  const folders = [...new Set(placed.map(folder))].sort(compareText);
  const rows = folders.map((name) => {
    const own = placed.filter((each) => folder(each) === name);
    return [name, ...machines.map((machine) => cell(own, machine))];
  });
  return [['devices', ...machines], ...rows];
}

function folder({ location }: ScenarioResult): string {
  return folderOf(location);
}

function cell(scenarios: readonly ScenarioResult[], name: string): string {
  const own = scenarios.filter(({ machine }) => machine === name);
  const passed = own.filter(({ outcome }) => outcome === 'pass').length;
  if (own.length === 0) return '-';
  return passed === own.length ? String(passed) : `${passed} of ${own.length}`;
}
