import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeAllure } from './allure/write.ts';
import type { AllureTarget } from './allure/write.ts';
import { junit } from './junit.ts';
import { ktap } from './ktap.ts';
import { makeResult } from './make-result.ts';
import type { Result } from './result.ts';
import type { RunRecord } from './run-record.ts';

/**
 * Writes every report but the messages, which are written as they come, and the HTML, which takes seconds. Blocks, so
 * that a signal handler can call it.
 */
export function writeReports(record: RunRecord, target: AllureTarget): Result {
  mkdirSync(target.folder, { recursive: true });
  const result = makeResult(record, target.requirements);
  writeFileSync(join(target.folder, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(join(target.folder, 'result.ktap'), ktap(record));
  writeFileSync(join(target.folder, 'junit.xml'), junit(record));
  writeAllure(record, target);
  return result;
}
