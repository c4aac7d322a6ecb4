import { count, isFailure, outcomeKinds } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';
import { byFolder, group } from '#report/group.ts';
import { machineTable } from '#report/machine-table.ts';
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

/** The scenarios that make the run fail, worst first; of those that are broken for one reason, the first. */
export function failureList(runs: readonly ScenarioRun[], paint: Paint): string[] {
  const failures = outcomeKinds
    .filter(isFailure)
    .flatMap((kind) => runs.filter(({ outcome }) => outcome.kind === kind));
  const groups = [...group(failures, reasonOrPlace).values()].slice(0, longestList);
  const lines = groups.flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const head = paint('red', first.outcome.kind);
    const also = others.length === 0 ? '' : ` and ${others.length} more for the same reason`;
    return [`${head} ${listed(first.scenario)}${also}`];
  });
  const shown = groups.flat().length;
  const more = failures.length - shown;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** What is broken for one reason is one thing that happened; failures have a place each. */
function reasonOrPlace({ outcome, scenario }: ScenarioRun): string {
  return outcome.kind === 'broken' ? outcome.reason : `${outcome.kind} ${scenario.id}`;
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

/** Where devices were looked at, if that was on more than one machine. */
function placesTable(result: Result, paint: Paint): string[] {
  const rows = machineTable(result);
  return (rows[0]?.length ?? 0) > 2 ? ['', table(rows, paint), ''] : [];
}

export function summary(record: RunRecord, result: Result, paint: Paint): string {
  const failures = failureList(record.runs, paint);
  return [
    '',
    ...(failures.length > 0 ? [...failures, ''] : []),
    folderTable(record.runs, paint),
    ...placesTable(result, paint),
    ...verdictLines(result, paint),
    ...(record.stopped === undefined ? [] : [paint('red', `stopped: ${record.stopped}`)]),
  ].join('\n');
}
