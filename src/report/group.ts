import type { ScenarioRun } from './run-record.ts';

/** Scenarios by feature file, in the order of both. */
export function byFeature(runs: readonly ScenarioRun[]): Map<string, ScenarioRun[]> {
  return group(runs, ({ scenario }) => scenario.uri);
}

/** Scenarios by the folder of their feature file. */
export function byFolder(runs: readonly ScenarioRun[]): Map<string, ScenarioRun[]> {
  return group(runs, ({ scenario }) => scenario.folder);
}

/** Runs by a key, each in its order. */
export function group(
  runs: readonly ScenarioRun[],
  key: (run: ScenarioRun) => string,
): Map<string, ScenarioRun[]> {
  const groups = new Map<string, ScenarioRun[]>();
  for (const run of runs) {
    const members = groups.get(key(run));
    if (members) members.push(run);
    else groups.set(key(run), [run]);
  }
  return groups;
}
