import { count } from '#conformance/outcome.ts';

import type { RunRecord } from './run-record.ts';

const grouped = new Intl.NumberFormat('en-US');

/**
 * `2,884 of 2,885 scenarios ran, 1 skipped`. A percentage of passes says nothing of it: what was skipped is left out
 * there, and what is broken shows nothing either.
 */
export function shareThatRan({ runs, selected }: RunRecord): string {
  const { skip, broken, 'known-failure': known } = count(runs.map(({ outcome }) => outcome.kind));
  const ran = runs.length - skip - broken;
  const others = [
    [broken, 'broken'],
    [skip, 'skipped'],
    [known, known === 1 ? 'known failure' : 'known failures'],
  ] as const;
  return [
    `${grouped.format(ran)} of ${grouped.format(selected)} scenarios ran`,
    ...others.filter(([number]) => number > 0).map(([n, what]) => `${grouped.format(n)} ${what}`),
  ].join(', ');
}

/** What a report of the run is called. */
export function titleOf(record: RunRecord): string {
  return `iommufd-conformance: ${record.adapter}, ${shareThatRan(record)}`;
}
