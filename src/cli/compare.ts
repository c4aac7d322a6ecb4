import { differences } from '#report/compare.ts';
import { readResult, resultFile } from '#report/read-run.ts';
import type { Result } from '#report/result.ts';

import { exitCodes } from './problem.ts';
import { painter } from './style.ts';
import { tally } from './progress.ts';

/** `compare A B`: what became different, by scenario. Returns the exit code, 1 where anything did. */
export function compareCommand(before: string, after: string): number {
  const [old, now] = [before, after].map((path) => readResult(resultFile(path))) as [
    Result,
    Result,
  ];
  const found = differences(old, now);
  const paint = painter(process.stdout);
  for (const { scenario, requirements, before: was, after: is } of found) {
    console.log(`${[...requirements, scenario].join(' ')}`);
    console.log(`  ${paint('dim', was ?? 'did not run')} -> ${paint('bold', is ?? 'did not run')}`);
  }
  console.log(`${before}: ${tally(old.counts)}`);
  console.log(`${after}: ${tally(now.counts)}`);
  console.log(found.length === 0 ? 'equal' : `${found.length} scenarios differ`);
  return found.length === 0 ? exitCodes.success : exitCodes.failures;
}
