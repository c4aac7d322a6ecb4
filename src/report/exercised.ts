import { isFailure } from '#conformance/outcome.ts';
import type { Requirement } from '#conformance/requirement.ts';
import { isSince } from '#conformance/requirement.ts';

import { compareText } from './compare-text.ts';
import type { Result, ScenarioResult } from './result.ts';
import type { PlannedScenario } from './scenario.ts';

/** What is known of the requirements of the suite, and what ran. */
export interface Evidence {
  /** Of one release; each may be of another configuration. */
  readonly results: readonly Result[];
  /** The suite as it is now: a scenario may be newer than the results. */
  readonly scenarios: readonly PlannedScenario[];
  /** Why a requirement has no scenario, by its id. */
  readonly absent: Readonly<Record<string, string>>;
}

/** The requirements that a scenario showed in at least one result: it passed, or failed as was known. */
export function exercised(results: readonly Result[]): ReadonlySet<string> {
  const shown = results
    .flatMap(({ scenarios }) => scenarios)
    .filter(({ outcome }) => outcome === 'pass' || outcome === 'known-failure');
  return new Set(shown.flatMap(({ requirements }) => requirements));
}

/** Why a requirement was not exercised: a clause for each reason that its scenarios have. */
export function whyNot({ id, since }: Requirement, evidence: Evidence): string {
  const { results, scenarios, absent } = evidence;
  const names = (one: { requirements: readonly string[] }) => one.requirements.includes(id);
  const machines = results.flatMap((result) => result.machines);
  if (!machines.some(({ kernel }) => isSince(kernel, since))) return `since Linux ${since}`;
  const ran = results.flatMap((result) => result.scenarios.filter(names));
  if (ran.length > 0) return clauses(ran.map((one) => reasonOf(one, evidence)));
  return scenarios.some(names)
    ? 'its scenarios are newer than the result'
    : (absent[id] ?? 'no scenario');
}

/** What a scenario needs that no machine has; else what the result says of it, without the release that it ran on. */
function reasonOf({ id, outcome, reason = '' }: ScenarioResult, evidence: Evidence): string {
  if (isFailure(outcome)) return `${outcome}: ${reason}`;
  const offered = evidence.results.flatMap(({ machines }) => machines.map((one) => one.features));
  const needs = evidence.scenarios.find((scenario) => scenario.id === id)?.needs ?? [];
  const missing = needs.filter((need) => !offered.some((features) => features.includes(need)));
  if (missing.length > 0) return `needs ${missing.join(' and ')}`;
  const fits = offered.some((features) => needs.every((need) => features.includes(need)));
  return fits ? reason.replace(/; this is .*/s, '') : `no machine has all of ${needs.join(', ')}`;
}

/** Each once; first the one that most scenarios have. */
function clauses(reasons: readonly string[]): string {
  const numbers = new Map<string, number>();
  for (const reason of reasons) numbers.set(reason, (numbers.get(reason) ?? 0) + 1);
  const sorted = [...numbers].sort(([a, m], [b, n]) => n - m || compareText(a, b));
  return sorted.map(([reason]) => reason).join('; ');
}
