import { conclude } from './conclude.ts';
import type { Ended } from './problem.ts';
import { recordedRun } from './recorded.ts';
import { writeAll } from './session.ts';

/** `recover FOLDER`: every report of a run from its messages alone, after it was killed. Resolves with how it ended. */
export async function recoverCommand(
  folder: string,
  { html }: { readonly html?: boolean },
): Promise<Ended> {
  const record = recordedRun(folder);
  const result = writeAll(folder, record, () => {});
  return conclude({ record, result, folder }, html);
}
