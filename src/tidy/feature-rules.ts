import { dirname } from 'node:path';

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

/** The table of features/README.md beside the folders that hold feature files. */
export function misplacedFolders(readme: string, paths: readonly string[]): string[] {
  const listed = new Set([...readme.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name));
  const there = new Set(paths.map((path) => `${dirname(path).replace('features/', '')}/`));
  return [
    ...[...there].filter((name) => !listed.has(name)).map((name) => `${name} is not in the README`),
    ...[...listed].filter((name) => !there.has(name)).map((name) => `${name} has no feature file`),
  ];
}
