import { later } from '#conformance/later.ts';
import type { RequirementTable } from '#conformance/requirement.ts';
import { families } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';
import type { PlannedScenario } from '#report/scenario.ts';

import { exitCodes } from './problem.ts';
import { painter } from './style.ts';
import { loadSuite } from './suite.ts';
import { table } from './table.ts';

interface Coverage {
  readonly family: string;
  readonly total: number;
  readonly covered: number;
  readonly untestable: number;
  readonly later: number;
  readonly uncovered: readonly string[];
  readonly scenarios: number;
}

/** What each family has scenarios for. A scenario counts once in each family that it names. */
export function coverage(
  tables: readonly RequirementTable[],
  scenarios: readonly PlannedScenario[],
): Coverage[] {
  const named = new Set(scenarios.flatMap(({ requirements }) => requirements));
  return tables.map(({ family, requirements }) => {
    const ids = requirements.map(({ id }) => id);
    const rest = ids.filter((id) => !named.has(id));
    return {
      family,
      total: ids.length,
      covered: ids.length - rest.length,
      untestable: rest.filter((id) => id in untestable).length,
      later: rest.filter((id) => id in later).length,
      uncovered: rest.filter((id) => !(id in untestable) && !(id in later)),
      scenarios: scenarios.filter((each) => each.requirements.some((id) => ids.includes(id)))
        .length,
    };
  });
}

/** `requirements`: the table of coverage. Resolves with the exit code, 1 where a requirement has no scenario. */
export async function requirementsCommand(config: string | undefined): Promise<number> {
  const { scenarios } = await loadSuite(config);
  const rows = coverage(families, scenarios);
  const sum = (of: (row: Coverage) => number) =>
    String(rows.reduce((all, row) => all + of(row), 0));
  const head = ['family', 'total', 'covered', 'untestable', 'later', 'uncovered', 'scenarios'];
  const body = rows.map((row) => [
    row.family,
    ...[row.total, row.covered, row.untestable, row.later].map(String),
    String(row.uncovered.length),
    String(row.scenarios),
  ]);
  const last = [
    'total',
    ...[sum((row) => row.total), sum((row) => row.covered), sum((row) => row.untestable)],
    ...[sum((row) => row.later), sum((row) => row.uncovered.length), String(scenarios.length)],
  ];
  console.log(table([head, ...body, last], painter(process.stdout)));
  const uncovered = rows.flatMap((row) => row.uncovered);
  if (uncovered.length === 0) return exitCodes.success;
  console.log(`\nwithout a scenario: ${uncovered.join(', ')}`);
  return exitCodes.failures;
}
