import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';

import type { RequirementIndex } from '../by-requirement.ts';
import type { RunRecord } from '../run-record.ts';
import { allureResults } from './results-folder.ts';
import { categories, environment, executor } from './surroundings.ts';
import { testResult } from './test-result.ts';
import { trendBefore } from './trend.ts';

/**
 * Writes allure-results/ anew, after the trend was continued with this run. `folder` is reports/<implementation>. The
 * writer of allure-js-commons would sync each file to the disk, a quarter of the time of a long run; results that a power
 * cut may take are fine here.
 */
export function writeAllure(
  record: RunRecord,
  folder: string,
  requirements: RequirementIndex,
): void {
  const results = `${allureResults(folder)}.unfinished`;
  rmSync(results, { recursive: true, force: true });
  mkdirSync(join(results, 'history'), { recursive: true });
  const attach = attachmentStore(results);
  for (const run of record.runs) {
    const result = testResult(run, { requirements, attach });
    writeJson(join(results, `${result.uuid}-result.json`), result);
  }
  writeFileSync(join(results, 'environment.properties'), stringifyEnvInfo(environment(record)));
  writeJson(join(results, 'categories.json'), categories);
  writeHistory(record, folder, results);
  rmSync(allureResults(folder), { recursive: true, force: true });
  renameSync(results, allureResults(folder));
}

function writeHistory(record: RunRecord, folder: string, results: string): void {
  const { buildOrder, before } = trendBefore(record, folder);
  writeJson(join(results, 'executor.json'), executor(record, buildOrder));
  writeJson(join(results, 'history', 'history-trend.json'), before);
}

/** A file for each use, also of equal contents: Allure 3 shows a file in the first place that names it, nowhere else. */
function attachmentStore(results: string) {
  let stored = 0;
  return (content: Buffer, extension: string): string => {
    const name = `${(stored += 1)}-attachment.${extension}`;
    writeFileSync(join(results, name), content);
    return name;
  };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
