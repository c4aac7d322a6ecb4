import { compare } from '#report/compare.ts';
import type { Comparison, Difference, Rename } from '#report/compare.ts';
import { readResult, resultFile } from '#report/read-run.ts';
import { fileOf } from '#report/renames.ts';
import type { Result } from '#report/result.ts';

import { exitCodes } from './problem.ts';
import { tally } from './progress.ts';
import { painter } from './style.ts';
import type { Paint } from './style.ts';

/** `compare A B`: what became different, by scenario. Returns the exit code, 1 where anything but a name did. */
export function compareCommand(before: string, after: string, listRenamed: boolean): number {
  const [old, now] = [before, after].map((path) => readResult(resultFile(path))) as [
    Result,
    Result,
  ];
  const comparison = compare(old, now);
  const { differences, renamed } = comparison;
  const paint = painter(process.stdout);
  for (const line of listRenamed ? renamed.flatMap(pairLines) : movedLines(renamed)) {
    console.log(line);
  }
  for (const line of differences.flatMap((each) => differenceLines(each, paint))) console.log(line);
  console.log(`${before}: ${tally(old.counts)}`);
  console.log(`${after}: ${tally(now.counts)}`);
  console.log(verdict(comparison));
  return differences.length === 0 ? exitCodes.success : exitCodes.failures;
}

function differenceLines({ scenario, requirements, before, after }: Difference, paint: Paint) {
  const [was, is] = [before, after].map((outcome) => outcome ?? 'did not run') as [string, string];
  return [[...requirements, scenario].join(' '), `  ${paint('dim', was)} -> ${paint('bold', is)}`];
}

function pairLines({ before, after }: Rename): string[] {
  return [before, `  -> ${after}`];
}

/** A line for each file that scenarios came from, and the file that they are in now. */
function movedLines(renamed: readonly Rename[]): string[] {
  const counts = new Map<string, number>();
  for (const { before, after } of renamed) {
    const files = [...new Set([fileOf(before), fileOf(after)])].join(' -> ');
    counts.set(files, (counts.get(files) ?? 0) + 1);
  }
  return [...counts].map(([files, count]) => `${files}: ${count} renamed`);
}

function verdict({ differences, renamed }: Comparison): string {
  const names = renamed.length === 0 ? '' : `${renamed.length} scenarios renamed, `;
  const count = differences.length;
  return `${names}${count === 0 ? 'outcomes are equal' : `${count} scenarios differ`}`;
}
