import { later } from '#conformance/later.ts';
import { nearestHint } from '#conformance/nearest.ts';
import { matchIds } from '#conformance/pattern.ts';
import type { Requirement } from '#conformance/requirement.ts';
import { byId } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';
import { listed } from '#report/scenario.ts';
import type { PlannedScenario } from '#report/scenario.ts';

import { Problem } from './problem.ts';
import { loadSuite } from './suite.ts';

/** `explain ID…`: what requirements say, where that is written, and the scenarios that show it. */
export async function explainCommand(
  words: readonly string[],
  config: string | undefined,
): Promise<void> {
  const ids = new Set(words.flatMap(idsOf));
  const { scenarios } = await loadSuite(config);
  const found = [...ids].flatMap((id) => byId.get(id) ?? []);
  console.log(found.map((each) => explanation(each, scenarios)).join('\n\n'));
}

function idsOf(word: string): readonly string[] {
  const ids = matchIds(word, byId.keys());
  if (ids.length > 0) return ids;
  const hint = nearestHint(word.toUpperCase(), byId.keys());
  throw new Problem(`"${word}" matches no requirement${hint}`);
}

function explanation(requirement: Requirement, scenarios: readonly PlannedScenario[]): string {
  const { id, level, since, profile, says, source, changed } = requirement;
  const examples = scenarios.filter(({ requirements }) => requirements.includes(id));
  return [
    `${id} (${level}, since Linux ${since}, profile ${profile})`,
    `  ${says}`,
    ...(changed ? [`  Until Linux ${changed.after}: ${changed.was}`] : []),
    ...source.map(({ kind, file, symbol }) => `  ${kind}: ${file}, ${symbol}`),
    ...examples.map((each) => `  ${listed(each)}`),
    ...(examples.length === 0 ? [`  no scenario: ${absence(id)}`] : []),
  ].join('\n');
}

function absence(id: string): string {
  const family = later[id];
  return (
    untestable[id] ?? (family ? `it needs the family ${family}` : 'nobody has written one yet')
  );
}
