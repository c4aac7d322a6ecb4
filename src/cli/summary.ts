import { count, isFailure, outcomeKinds } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';
import { byFolder } from '#report/group.ts';
import { profileSentence } from '#report/profiles.ts';
import type { Result } from '#report/result.ts';
import type { RunRecord, ScenarioRun } from '#report/run-record.ts';
import { listed } from '#report/scenario.ts';

import type { Paint } from './style.ts';
import { table } from './table.ts';

const columns = ['pass', 'fail', 'broken', 'unexpected-pass', 'known-failure', 'skip'] as const;

/** Outcomes by folder, as a table; the last row is the sum. */
export function folderTable(runs: readonly ScenarioRun[], paint: Paint): string {
  const shown = columns.filter(
    (kind) =>
      kind === 'pass' || kind === 'fail' || runs.some(({ outcome }) => outcome.kind === kind),
  );
  const rows = [...byFolder(runs)].map(([folder, members]) => row(folder, members, shown));
  return table([['folder', 'scenarios', ...shown], ...rows, row('total', runs, shown)], paint);
}

function row(name: string, runs: readonly ScenarioRun[], shown: readonly OutcomeKind[]): string[] {
  const counts = count(runs.map(({ outcome }) => outcome.kind));
  return [name, String(runs.length), ...shown.map((kind) => String(counts[kind]))];
}

const longestList = 20;

/** The scenarios that make the run fail, worst first. */
export function failureList(runs: readonly ScenarioRun[], paint: Paint): string[] {
  const failures = outcomeKinds
    .filter(isFailure)
    .flatMap((kind) => runs.filter(({ outcome }) => outcome.kind === kind));
  const lines = failures.slice(0, longestList).map(({ outcome, scenario }) => {
    const head = paint('red', outcome.kind);
    return `${head} ${listed(scenario)}`;
  });
  const more = failures.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

const colours = {
  conformant: 'green',
  'not conformant': 'red',
  'not tested': 'yellow',
  'partial run': 'yellow',
  unknown: 'yellow',
} as const;

/** `profile base: conformant`, for each profile of a run of the whole suite. */
export function verdictLines(result: Result, paint: Paint): string[] {
  return Object.entries(result.profiles)
    .filter(([, { verdict }]) => verdict !== 'partial run')
    .map(([name, profile]) => {
      const { verdict } = profile;
      const sentence = profileSentence(profile);
      return `profile ${name}: ${paint(colours[verdict], verdict)}${sentence.slice(verdict.length)}`;
    });
}

export function summary(record: RunRecord, result: Result, paint: Paint): string {
  const failures = failureList(record.runs, paint);
  return [
    '',
    ...(failures.length > 0 ? [...failures, ''] : []),
    folderTable(record.runs, paint),
    ...verdictLines(result, paint),
    ...(record.stopped === undefined ? [] : [paint('red', `stopped: ${record.stopped}`)]),
  ].join('\n');
}
