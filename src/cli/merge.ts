import { join } from 'node:path';

import { MessageLog } from '#report/message-log.ts';
import { mergeRuns } from '#report/merge.ts';

import { conclude } from './conclude.ts';
import type { Ended } from './problem.ts';
import { writeAll } from './session.ts';

/** `merge FOLDER…`: the reports of shards become the reports of one run. Resolves with how it ended. */
export async function mergeCommand(
  folders: readonly string[],
  { into, html }: { readonly into: string; readonly html?: boolean },
): Promise<Ended> {
  const { record, messages } = mergeRuns(folders);
  const result = writeAll(into, record, () => {
    const log = new MessageLog(join(into, 'messages.ndjson'));
    for (const message of messages) log.add(message);
    log.close();
  });
  return conclude({ record, result, folder: into }, html);
}
