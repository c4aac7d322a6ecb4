import { compareText } from './compare-text.ts';
import type { Result, ScenarioResult } from './result.ts';

/** A scenario that did not end in the same way in two runs; undefined: it did not run. */
export interface Difference {
  readonly scenario: string;
  readonly requirements: readonly string[];
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What became different between two results, by scenario. Reasons count, as a skip may have another one now. */
export function differences(before: Result, after: Result): Difference[] {
  const [old, now] = [index(before), index(after)];
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  return ids
    .map((id) => ({
      scenario: id,
      requirements: (now.get(id) ?? old.get(id))?.requirements ?? [],
      before: outcomeText(old.get(id)),
      after: outcomeText(now.get(id)),
    }))
    .filter((each) => each.before !== each.after);
}

function index({ scenarios }: Result): Map<string, ScenarioResult> {
  return new Map(scenarios.map((scenario) => [scenario.id, scenario]));
}

function outcomeText(scenario: ScenarioResult | undefined): string | undefined {
  if (!scenario) return undefined;
  const { outcome, reason } = scenario;
  return reason === undefined ? outcome : `${outcome} (${reason})`;
}
