import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { allureResults } from './allure/results-folder.ts';
import type * as Trend from './allure/trend.ts';
import type { RequirementIndex } from './by-requirement.ts';
import { junit } from './junit.ts';
import { ktap } from './ktap.ts';
import { makeResult } from './make-result.ts';
import type { Result } from './result.ts';
import { isWhole } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { writeWhole } from './write-whole.ts';

/** The HTML of a folder of reports. */
export function htmlFile(folder: string): string {
  return join(folder, 'allure-report.html');
}

/** Removes what an earlier run left: beside the messages of the next one it would mislead. The trend stays. */
export function removeReports(folder: string): void {
  const files = ['result.json', 'result.ktap', 'junit.xml'].map((name) => join(folder, name));
  for (const path of [...files, htmlFile(folder), allureResults(folder)]) {
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Writes every report but the messages, which are written as they come, and the HTML with the Allure results it is made
 * of, which take seconds. Blocks, so that a signal handler can call it. `folder` is reports/<implementation>, and there.
 */
export function writeReports(
  record: RunRecord,
  folder: string,
  requirements: RequirementIndex,
): Result {
  const result = makeResult(record, requirements);
  writeWhole(join(folder, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  writeWhole(join(folder, 'result.ktap'), ktap(record));
  writeWhole(join(folder, 'junit.xml'), junit(record));
  if (isWhole(record)) keepTrend(record, folder);
  return result;
}

/** Continues the trend with this run. What knows Allure takes longer to load than a few scenarios to run. */
function keepTrend(record: RunRecord, folder: string): void {
  const trend = createRequire(__filename)('./allure/trend.ts') as typeof Trend;
  trend.keepTrend(record, folder);
}
