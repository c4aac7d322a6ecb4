import { compareText } from './compare-text.ts';
import { onMachinesOf } from './machine-names.ts';
import { renames } from './renames.ts';
import type { Named } from './renames.ts';
import type { Result, ScenarioResult } from './result.ts';

/** A scenario that did not end in the same way in two runs; undefined: it did not run. */
export interface Difference {
  readonly scenario: string;
  readonly requirements: readonly string[];
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A scenario that was moved or got another title. */
export interface Rename {
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  /** By scenario, under the name that it has now. */
  readonly differences: readonly Difference[];
  readonly renamed: readonly Rename[];
}

/** What became different between two results. Reasons count, as a skip may have another one now; names do not. */
export function compare(before: Result, after: Result): Comparison {
  const there = onMachinesOf(after, before);
  const renamed = renames(there, after.scenarios);
  const old = byId(underNewNames(there, renamed));
  const now = byId(after.scenarios);
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  return {
    differences: ids
      .map((id) => differenceOf(id, old.get(id), now.get(id)))
      .filter((each) => each.before !== each.after),
    renamed: [...renamed]
      .map(([id, { id: was }]) => ({ before: was, after: id }))
      .sort((a, b) => compareText(a.after, b.after)),
  };
}

/** The scenarios of an older result by the names that they have now. */
export function underNewNames(
  scenarios: readonly ScenarioResult[],
  renamed: ReadonlyMap<string, Named>,
): ScenarioResult[] {
  const nameNow = new Map([...renamed].map(([now, { id }]) => [id, now]));
  return scenarios.map((each) => ({ ...each, id: nameNow.get(each.id) ?? each.id }));
}

function byId(scenarios: readonly ScenarioResult[]): Map<string, ScenarioResult> {
  return new Map(scenarios.map((each) => [each.id, each]));
}

function differenceOf(id: string, old?: ScenarioResult, now?: ScenarioResult): Difference {
  return {
    scenario: id,
    requirements: (now ?? old)?.requirements ?? [],
    before: outcomeText(old),
    after: outcomeText(now),
  };
}

function outcomeText(scenario: ScenarioResult | undefined): string | undefined {
  if (!scenario) return undefined;
  const { outcome, reason } = scenario;
  return reason === undefined ? outcome : `${outcome} (${reason})`;
}
