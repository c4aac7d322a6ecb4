import { basename, isAbsolute } from 'node:path';

import { count, worst } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';
import type { Requirement } from '#conformance/requirement.ts';

import { compareText } from './compare-text.ts';
import type { ProfileResult, RequirementResult, Result, ScenarioResult } from './result.ts';
import { isWhole } from './run-record.ts';
import type { MachineFacts, RunRecord, ScenarioRun } from './run-record.ts';

/** The requirements of the suite by id. */
export type RequirementIndex = ReadonlyMap<string, Requirement>;

/** Makes result.json of a run. */
export function makeResult(record: RunRecord, index: RequirementIndex): Result {
  const { suite, adapter, selection, selected, stopped, runs } = record;
  const requirements = rollUpRequirements(runs, index);
  return {
    schema: 'iommufd-conformance/result/1',
    suite: { ...suite },
    adapter,
    settings: Object.fromEntries(
      Object.entries(record.settings).map(([key, value]) => [key, withoutFolders(value)]),
    ),
    machines: record.machines.map(machineResult),
    selection: { ...selection, paths: [...selection.paths], only: [...selection.only] },
    selected,
    ...(stopped !== undefined && { stopped }),
    counts: count(runs.map(({ outcome }) => outcome.kind)),
    profiles: rollUpProfiles(requirements, isWhole(record)),
    requirements: Object.fromEntries(requirements),
    scenarios: runs.map(scenarioResult),
    knownFailures: record.expectations.map((expectation) => ({ ...expectation })),
  };
}

/** Where something lies on one machine is of no use on another, and nobody else's business. */
function withoutFolders(value: string): string {
  return isAbsolute(value) ? basename(value) : value;
}

function machineResult({ machine, identity, features }: MachineFacts): Result['machines'][number] {
  const { name, version, kernel, architecture, pageSize } = identity;
  return {
    name: machine,
    implementation: name,
    version,
    kernel,
    architecture,
    pageSize,
    features: [...features],
  };
}

function scenarioResult({ scenario, outcome }: ScenarioRun): ScenarioResult {
  return {
    id: scenario.id,
    title: scenario.title,
    location: `${scenario.uri}:${scenario.line}`,
    requirements: [...scenario.requirements],
    outcome: outcome.kind,
    ...(outcome.kind !== 'pass' && { reason: outcome.reason }),
    ...(outcome.kind === 'broken' && { brokenBy: outcome.by }),
  };
}

function rollUpRequirements(
  runs: readonly ScenarioRun[],
  index: RequirementIndex,
): Map<string, RequirementResult> {
  const byId = new Map<string, ScenarioRun[]>();
  for (const run of runs) {
    for (const id of run.scenario.requirements) byId.set(id, [...(byId.get(id) ?? []), run]);
  }
  const entries = [...byId].sort(([a], [b]) => compareText(a, b));
  return new Map(entries.map(([id, of]) => [id, requirementResult(of, index.get(id))]));
}

function requirementResult(
  runs: readonly ScenarioRun[],
  requirement: Requirement | undefined,
): RequirementResult {
  return {
    level: requirement?.level ?? 'unknown',
    profile: requirement?.profile ?? 'unknown',
    outcome: worst(runs.map(({ outcome }) => outcome.kind)) ?? 'skip',
    scenarios: runs.map(({ scenario }) => scenario.id),
  };
}

const denying: ReadonlySet<OutcomeKind> = new Set(['fail', 'known-failure', 'broken']);

function rollUpProfiles(
  requirements: ReadonlyMap<string, RequirementResult>,
  whole: boolean,
): Record<string, ProfileResult> {
  const names = new Set([...requirements.values()].map(({ profile }) => profile));
  return Object.fromEntries(
    [...names].sort(compareText).map((name) => {
      const members = [...requirements].filter(([, { profile }]) => profile === name);
      return [name, profileResult(members, whole)];
    }),
  );
}

function profileResult(
  members: readonly (readonly [string, RequirementResult])[],
  whole: boolean,
): ProfileResult {
  const missed = members.filter(([, { outcome }]) => denying.has(outcome));
  const ids = (contract: boolean): string[] =>
    missed.filter(([, { level }]) => (level === 'contract') === contract).map(([id]) => id);
  const [denied, deviations] = [ids(true), ids(false)];
  const requirements = count(members.map(([, { outcome }]) => outcome));
  const verdict = verdictOf(denied.length, requirements.pass, whole);
  return { verdict, requirements, denied, deviations };
}

/** A profile of which everything was skipped is not conformed to. */
function verdictOf(denied: number, passed: number, whole: boolean): ProfileResult['verdict'] {
  if (denied > 0) return 'not conformant';
  if (!whole) return 'partial run';
  return passed > 0 ? 'conformant' : 'not tested';
}
