import { later } from '#conformance/later.ts';
import { subsystemOf } from '#conformance/requirement.ts';
import type { RequirementTable } from '#conformance/requirement.ts';
import { families } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';
import { underNewNames } from '#report/compare.ts';
import { exercised, whyNot } from '#report/exercised.ts';
import { withoutPlace } from '#report/machine-names.ts';
import { renames } from '#report/renames.ts';

import { resultsOf } from './against.ts';
import type { Found } from './against.ts';
import { painter } from './style.ts';
import { loadSuite } from './suite.ts';
import { table } from './table.ts';

/** `requirements --against RESULT`: what was really shown there, and why the rest was not. */
export async function exercisedCommand(words: readonly string[], config?: string): Promise<void> {
  const found = words.flatMap((word) => resultsOf(word));
  const { scenarios } = await loadSuite(config);
  const results = found.map(({ result }) => {
    const ran = result.scenarios.map((each) => ({ ...each, id: withoutPlace(each) }));
    const once = [...new Map(ran.map((each) => [each.id, each])).values()];
    return { ...result, scenarios: underNewNames(ran, renames(once, scenarios)) };
  });
  const shown = exercised(results);
  console.log(table(byFamily(shown), painter(process.stdout)));
  console.log(`\nagainst ${found.map(origin).join('\n    and ')}\n`);
  console.log(bySubsystem(shown).join('\n'));
  console.log('\nnot exercised:');
  for (const requirement of families.flatMap(({ requirements }) => requirements)) {
    if (shown.has(requirement.id)) continue;
    console.log(`${requirement.id}: ${whyNot(requirement, { results, scenarios, absent })}`);
  }
}

const absent: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(later).map(([id, family]) => [id, `its scenario comes with ${family}`]),
  ),
  ...untestable,
};

function origin({ place, result: { machines, suite } }: Found): string {
  return `${place}: Linux ${machines[0]?.kernel}, suite ${suite.commit}`;
}

interface Row {
  readonly name: string;
  readonly total: number;
  readonly shown: number;
}

function row(name: string, tables: readonly RequirementTable[], shown: ReadonlySet<string>): Row {
  const all = tables.flatMap(({ requirements }) => requirements);
  return { name, total: all.length, shown: all.filter(({ id }) => shown.has(id)).length };
}

function byFamily(shown: ReadonlySet<string>): string[][] {
  const rows = families.map((each) => row(each.family, [each], shown));
  const body = [...rows, row('total', families, shown)].map((each) => [
    each.name,
    ...[each.total, each.shown, each.total - each.shown].map(String),
  ]);
  return [['family', 'total', 'exercised', 'not'], ...body];
}

/** A line for each of iommufd, vfio and hardware. */
function bySubsystem(shown: ReadonlySet<string>): string[] {
  const names = new Set(families.map(({ family }) => subsystemOf(family)));
  return [...names].map((name) => {
    const own = families.filter(({ family }) => subsystemOf(family) === name);
    const { total, shown: number } = row(name, own, shown);
    return `${name}: ${number} of ${total} requirements were exercised`;
  });
}
