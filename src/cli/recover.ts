import { planOf } from '#report/plan.ts';
import { readMessages, UnreadableReport } from '#report/read-run.ts';
import { RunCollector } from '#report/run-collector.ts';

import { conclude } from './conclude.ts';
import type { Ended } from './problem.ts';
import { recordOf, writeAll } from './session.ts';

/** `recover FOLDER`: every report of a run from its messages alone, after it was killed. Resolves with how it ended. */
export async function recoverCommand(
  folder: string,
  { html }: { readonly html?: boolean },
): Promise<Ended> {
  const messages = readMessages(folder);
  const plan = planOf(messages);
  if (plan === undefined) {
    throw new UnreadableReport(`${folder}/messages.ndjson does not begin with the plan of a run`);
  }
  const collector = new RunCollector(plan.expectations);
  for (const message of messages) collector.accept(message);
  collector.close();
  const ended = messages.some(({ testRunFinished }) => testRunFinished !== undefined);
  const record = recordOf(plan, collector, ended ? undefined : 'the run was killed');
  const result = writeAll(folder, record, () => {});
  return conclude({ record, result, folder }, html);
}
