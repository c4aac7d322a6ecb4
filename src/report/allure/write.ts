import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';

import type { RequirementIndex } from '../by-requirement.ts';
import { isWhole } from '../run-record.ts';
import type { RunRecord } from '../run-record.ts';
import { writeWhole } from '../write-whole.ts';
import { categories, environment, executor } from './surroundings.ts';
import { testResult } from './test-result.ts';
import { extendTrend, nextBuild, parseTrend } from './trend.ts';

export interface AllureTarget {
  /** reports/<implementation> */
  readonly folder: string;
  /** From there to the root of the suite, as a URL. */
  readonly rootUrl: string;
  readonly requirements: RequirementIndex;
}

/** The folder that Allure makes reports of, below the folder of an implementation. */
export function allureResults(folder: string): string {
  return join(folder, 'allure-results');
}

/**
 * Writes allure-results/ anew, and trend.json, which outlives runs. The writer of allure-js-commons would sync each
 * file to the disk, a quarter of the time of a long run; results that a power cut may take are fine here.
 */
export function writeAllure(record: RunRecord, target: AllureTarget): void {
  const results = `${allureResults(target.folder)}.unfinished`;
  rmSync(results, { recursive: true, force: true });
  mkdirSync(join(results, 'history'), { recursive: true });
  const attach = attachmentStore(results);
  for (const run of record.runs) {
    const result = testResult(run, { ...target, attach });
    writeJson(join(results, `${result.uuid}-result.json`), result);
  }
  writeFileSync(join(results, 'environment.properties'), stringifyEnvInfo(environment(record)));
  writeJson(join(results, 'categories.json'), categories);
  writeTrend(record, target.folder, results);
  rmSync(allureResults(target.folder), { recursive: true, force: true });
  renameSync(results, allureResults(target.folder));
}

function writeTrend(record: RunRecord, folder: string, results: string): void {
  const file = join(folder, 'trend.json');
  const trend = existsSync(file) ? parseTrend(readFileSync(file, 'utf8')) : [];
  writeJson(join(results, 'executor.json'), executor(record, nextBuild(trend)));
  writeJson(join(results, 'history', 'history-trend.json'), trend);
  // Part of a suite has other numbers, which say nothing about a trend.
  if (isWhole(record)) writeWhole(file, JSON.stringify(extendTrend(trend, record)));
}

/** Equal contents are stored once: outlines repeat their tables. */
function attachmentStore(results: string) {
  const stored = new Set<string>();
  return (content: Buffer, extension: string): string => {
    const name = `${createHash('md5').update(content).digest('hex')}-attachment.${extension}`;
    if (!stored.has(name)) writeFileSync(join(results, name), content);
    stored.add(name);
    return name;
  };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
