import { worst } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';
import type { Requirement } from '#conformance/requirement.ts';

import { compareText } from './compare-text.ts';
import type { ScenarioRun } from './run-record.ts';

/** The requirements of the suite by id. */
export type RequirementIndex = ReadonlyMap<string, Requirement>;

/** A requirement with the scenarios that name it, and the worst of their outcomes. */
export interface ShownRequirement {
  readonly id: string;
  readonly outcome: OutcomeKind;
  readonly runs: readonly ScenarioRun[];
}

/** The requirements that a run shows, in the order of their ids. */
export function byRequirement(runs: readonly ScenarioRun[]): ShownRequirement[] {
  const byId = new Map<string, ScenarioRun[]>();
  for (const run of runs) {
    for (const id of run.scenario.requirements) byId.set(id, [...(byId.get(id) ?? []), run]);
  }
  const entries = [...byId].sort(([a], [b]) => compareText(a, b));
  return entries.map(([id, of]) => {
    return { id, outcome: worst(of.map(({ outcome }) => outcome.kind)) ?? 'skip', runs: of };
  });
}
