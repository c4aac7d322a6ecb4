import type { Envelope } from '@cucumber/messages';

import { isPlan, planMessage } from './plan.ts';
import { readMessages, readResult, resultFile, UnreadableReport } from './read-run.ts';
import type { Result } from './result.ts';
import { RunCollector } from './run-collector.ts';
import type { RunRecord } from './run-record.ts';

interface Part {
  readonly folder: string;
  readonly result: Result;
  readonly messages: readonly Envelope[];
}

export interface Merged {
  readonly record: RunRecord;
  readonly messages: readonly Envelope[];
}

/** One record of the runs that left these folders, as a rule the shards of one. They have to fit together. */
export function mergeRuns(folders: readonly string[]): Merged {
  const parts = folders.map(readPart);
  const [first] = parts;
  if (!first) throw new UnreadableReport('there is nothing to merge');
  for (const part of parts) refuseStranger(first, part);
  const { suite, adapter, settings, selection, knownFailures } = first.result;
  const messages = parts.flatMap((part) => part.messages);
  const { runs, machines } = replay(messages, knownFailures);
  const stopped = whyIncomplete(parts);
  const { shard: _, ...whole } = selection;
  const record: RunRecord = {
    suite,
    adapter,
    settings,
    machines,
    selection: whole,
    expectations: knownFailures,
    selected: parts.reduce((sum, { result }) => sum + result.selected, 0),
    runs,
    ...(stopped !== undefined && { stopped }),
  };
  const rest = messages.filter((message) => !isPlan(message));
  return { record, messages: [planMessage(record), ...rest] };
}

function readPart(folder: string): Part {
  return { folder, result: readResult(resultFile(folder)), messages: readMessages(folder) };
}

function replay(messages: readonly Envelope[], expectations: Result['knownFailures']) {
  const collector = new RunCollector(expectations);
  for (const message of messages) collector.accept(message);
  collector.close();
  const ids = collector.runs.map(({ scenario }) => scenario.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return collector;
  throw new UnreadableReport(`"${twice}" ran in two of the runs; these are no shards of one run`);
}

/** What the parts of one run have in common. */
function refuseStranger(first: Part, other: Part): void {
  const facts = [first, other].map(({ result }) => {
    const { suite, adapter, settings, knownFailures, selection } = result;
    const { shard: _, ...wanted } = selection;
    return { suite, adapter, settings, 'known failures': knownFailures, selection: wanted };
  });
  const [ours, theirs] = facts as [(typeof facts)[0], (typeof facts)[0]];
  for (const fact of Object.keys(ours) as (keyof typeof ours)[]) {
    const [a, b] = [ours[fact], theirs[fact]].map((value) => JSON.stringify(value));
    if (a === b) continue;
    const where = `${first.folder} and ${other.folder}`;
    throw new UnreadableReport(`${where} differ in their ${fact}: ${a} and ${b}`);
  }
}

function whyIncomplete(parts: readonly Part[]): string | undefined {
  const stopped = parts.flatMap(({ folder, result }) =>
    result.stopped === undefined ? [] : [`${folder}: ${result.stopped}`],
  );
  const missing = missingShards(parts.map(({ result }) => result.selection.shard));
  const reasons = [...stopped, ...missing.map((shard) => `shard ${shard} is missing`)];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

function missingShards(shards: readonly (string | undefined)[]): string[] {
  const total = Number(shards[0]?.split('/')[1] ?? 0);
  const all = Array.from({ length: total }, (_, index) => `${index + 1}/${total}`);
  return all.filter((shard) => !shards.includes(shard));
}
