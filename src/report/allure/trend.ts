import { Status } from 'allure-js-commons';

import type { RunRecord } from '../run-record.ts';
import { statusOf } from './status.ts';

/** One point of Allure's trend chart, shaped as its history-trend.json has it. */
export interface TrendPoint {
  readonly buildOrder: number;
  readonly reportName: string;
  readonly data: Readonly<Record<string, number>>;
}

const longest = 20;

/** The number of the run that comes after these. */
export function nextBuild(trend: readonly TrendPoint[]): number {
  return (trend[0]?.buildOrder ?? 0) + 1;
}

/** The trend with this run at its head; the oldest points are dropped. */
export function extendTrend(trend: readonly TrendPoint[], record: RunRecord): TrendPoint[] {
  const statuses = record.runs.map(({ outcome }) => statusOf(outcome));
  const data: Record<string, number> = { unknown: 0, total: statuses.length };
  for (const status of [Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.PASSED]) {
    data[status] = statuses.filter((one) => one === status).length;
  }
  const buildOrder = nextBuild(trend);
  return [{ buildOrder, reportName: record.suite.commit, data }, ...trend].slice(0, longest);
}

/** An unreadable history is no reason to lose a report: the trend begins anew. */
export function parseTrend(text: string): TrendPoint[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as TrendPoint[]) : [];
  } catch {
    return [];
  }
}
