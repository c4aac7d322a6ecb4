import { basename, isAbsolute } from 'node:path';

import { count } from '#conformance/outcome.ts';

import { byRequirement } from './by-requirement.ts';
import type { RequirementIndex, ShownRequirement } from './by-requirement.ts';
import { rollUpProfiles } from './profiles.ts';
import type { RequirementResult, Result, ScenarioResult } from './result.ts';
import type { MachineFacts, RunRecord, ScenarioRun } from './run-record.ts';

/** Makes result.json of a run. */
export function makeResult(record: RunRecord, index: RequirementIndex): Result {
  const { suite, adapter, selection, selected, stopped, runs } = record;
  const shown = byRequirement(runs);
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
    profiles: rollUpProfiles(record, shown, index),
    requirements: Object.fromEntries(
      shown.map((requirement) => [requirement.id, requirementResult(requirement, index)]),
    ),
    scenarios: runs.map(scenarioResult),
    knownFailures: record.expectations.map((expectation) => ({ ...expectation })),
  };
}

/** Where something lies on one machine is of no use on another, and nobody else's business. */
function withoutFolders(value: string): string {
  return isAbsolute(value) ? basename(value) : value;
}

function machineResult({
  machine,
  iommu,
  identity,
  features,
}: MachineFacts): Result['machines'][number] {
  const { name, version, kernel, architecture, pageSize } = identity;
  return {
    name: machine,
    implementation: name,
    version,
    kernel,
    architecture,
    pageSize,
    ...(iommu !== undefined && { iommu }),
    features: [...features],
  };
}

function scenarioResult({ scenario, outcome }: ScenarioRun): ScenarioResult {
  return {
    id: scenario.id,
    title: scenario.title,
    ...(scenario.machine !== undefined && { machine: scenario.machine }),
    location: `${scenario.uri}:${scenario.line}`,
    requirements: [...scenario.requirements],
    outcome: outcome.kind,
    ...(outcome.kind !== 'pass' && { reason: outcome.reason }),
    ...(outcome.kind === 'broken' && { brokenBy: outcome.by }),
  };
}

function requirementResult(
  { id, outcome, runs }: ShownRequirement,
  index: RequirementIndex,
): RequirementResult {
  const { level = 'unknown', profile = 'unknown' } = index.get(id) ?? {};
  return { level, profile, outcome, scenarios: runs.map(({ scenario }) => scenario.id) };
}
