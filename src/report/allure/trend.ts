import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Status } from 'allure-js-commons';

import { isWhole } from '../run-record.ts';
import type { RunRecord } from '../run-record.ts';
import { writeWhole } from '../write-whole.ts';
import { statusOf } from './status.ts';

/** One point of Allure's trend chart, shaped as its history-trend.json has it. */
export interface TrendPoint {
  readonly buildOrder: number;
  readonly reportName: string;
  readonly data: Readonly<Record<string, number>>;
}

const longest = 20;

/** The number of the run that comes after these. */
function nextBuild(trend: readonly TrendPoint[]): number {
  return (trend[0]?.buildOrder ?? 0) + 1;
}

/** The trend with this run at its head; the oldest points are dropped. */
function extendTrend(trend: readonly TrendPoint[], record: RunRecord): TrendPoint[] {
  const statuses = record.runs.map(({ outcome }) => statusOf(outcome));
  const data: Record<string, number> = { unknown: 0, total: statuses.length };
  for (const status of [Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.PASSED]) {
    data[status] = statuses.filter((one) => one === status).length;
  }
  const buildOrder = nextBuild(trend);
  return [{ buildOrder, reportName: record.suite.commit, data }, ...trend].slice(0, longest);
}

/** An unreadable history is no reason to lose a report: the trend begins anew. */
function parseTrend(text: string): TrendPoint[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as TrendPoint[]) : [];
  } catch {
    return [];
  }
}

/** Below reports/<implementation>; it outlives runs. */
function trendFile(folder: string): string {
  return join(folder, 'trend.json');
}

function readTrend(folder: string): TrendPoint[] {
  const file = trendFile(folder);
  return existsSync(file) ? parseTrend(readFileSync(file, 'utf8')) : [];
}

/** Continues the trend with this run, which must be whole: part of a suite has other numbers, which say nothing. */
export function keepTrend(record: RunRecord, folder: string): void {
  writeWhole(trendFile(folder), JSON.stringify(extendTrend(readTrend(folder), record)));
}

/** The number of this run, and the trend as it was before it. */
export function trendBefore(
  record: RunRecord,
  folder: string,
): { readonly buildOrder: number; readonly before: readonly TrendPoint[] } {
  const trend = readTrend(folder);
  const before = isWhole(record) ? trend.slice(1) : trend;
  return { buildOrder: nextBuild(before), before };
}
