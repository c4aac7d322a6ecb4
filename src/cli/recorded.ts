import { existsSync } from 'node:fs';

import { planOf } from '#report/plan.ts';
import { readMessages, readResult, resultFile, UnreadableReport } from '#report/read-run.ts';
import { RunCollector } from '#report/run-collector.ts';
import type { RunRecord } from '#report/run-record.ts';

import { recordOf } from './session.ts';

/** The run that left its messages in a folder; where they end too early it was killed. */
export function recordedRun(folder: string): RunRecord {
  const messages = readMessages(folder);
  const plan = planOf(messages);
  if (plan === undefined) {
    throw new UnreadableReport(`${folder}/messages.ndjson does not begin with the plan of a run`);
  }
  const collector = new RunCollector(plan.expectations);
  for (const message of messages) collector.accept(message);
  collector.close();
  const ended = messages.some(({ testRunFinished }) => testRunFinished !== undefined);
  return recordOf(plan, collector, ended ? undefined : 'the run was killed');
}

/** The same, with what only its result says: why the run stopped. */
export function reportedRun(folder: string): RunRecord {
  const record = recordedRun(folder);
  const file = resultFile(folder);
  if (!existsSync(file)) return record;
  const { stopped } = readResult(file);
  return { ...record, ...(stopped !== undefined && { stopped }) };
}
