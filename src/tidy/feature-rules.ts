import { dirname } from 'node:path';

import type { Examples, Scenario, Tag } from '@cucumber/messages';

import { requirementsOf } from '#conformance/tags.ts';

import type { FeatureFile } from './features.ts';

/** Complaints about feature files; empty where all is well. */

/** What a reader takes in at once; an outline counts as one. */
const mostScenarios = 12;

export function crowdedRules({ document }: FeatureFile): string[] {
  return (document.feature?.children ?? []).flatMap(({ rule }) => {
    const count = rule?.children.filter(({ scenario }) => scenario !== undefined).length ?? 0;
    return count > mostScenarios ? [`${count} scenarios in "${rule?.name}"`] : [];
  });
}

/**
 * Outlines of which a failing row would blame a requirement that it does not show. A tag of an outline is about each of its
 * rows, one of an Examples table about each row of that table: so an outline itself carries one requirement at most, and
 * where a row shows two, all rows of its table end alike.
 */
export function blurredOutlines({ document }: FeatureFile): string[] {
  const children = document.feature?.children ?? [];
  const scenarios = [...children, ...children.flatMap(({ rule }) => rule?.children ?? [])];
  return scenarios.flatMap(({ scenario }) =>
    scenario === undefined || scenario.examples.length === 0 ? [] : blurs(scenario),
  );
}

function blurs(outline: Scenario): string[] {
  const where = `line ${outline.location.line}, "${outline.name}"`;
  const own = requirementsIn(outline.tags);
  if (own.length > 1) {
    return [
      `${where}: ${own.join(', ')} are of no row; above each Examples those that its rows show`,
    ];
  }
  return outline.examples.flatMap((examples) => {
    const shown = [...own, ...requirementsIn(examples.tags)];
    const ends = endsOf(outline, examples);
    return shown.length < 2 || ends.size < 2
      ? []
      : [
          `${where}: rows of line ${examples.location.line} show ${shown.join(', ')} and end in ` +
            `${[...ends].join(', ')}; an Examples for each end`,
        ];
  });
}

function requirementsIn(tags: readonly Tag[]): string[] {
  return requirementsOf(tags.map(({ name }) => name));
}

/** How the calls of the rows end, where the step that looks at it takes it from the row. */
function endsOf({ steps }: Scenario, { tableHeader, tableBody }: Examples): ReadonlySet<string> {
  const outcome = /^it (?:fails with )?<([^>]+)>$/;
  const names = new Set(steps.flatMap(({ text }) => outcome.exec(text)?.slice(1) ?? []));
  const columns = (tableHeader?.cells ?? []).map(({ value }) => names.has(value));
  const ends = tableBody.map(({ cells }) => cells.filter((_, index) => columns[index]));
  return new Set(
    ends.map((cells) =>
      cells.flatMap(({ value }) => (anEnd.test(value) ? [value] : [])).join(', '),
    ),
  );
}

const anEnd = /^(?:(?:fails with )?E[A-Z0-9]+|succeeds|returns .*)$/;

/** The table of features/README.md beside the folders that hold feature files. */
export function misplacedFolders(readme: string, paths: readonly string[]): string[] {
  const listed = new Set([...readme.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name));
  const there = new Set(paths.map((path) => `${dirname(path).replace('features/', '')}/`));
  return [
    ...[...there].filter((name) => !listed.has(name)).map((name) => `${name} is not in the README`),
    ...[...listed].filter((name) => !there.has(name)).map((name) => `${name} has no feature file`),
  ];
}
