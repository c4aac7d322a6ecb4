import { createRequire } from 'node:module';

import { isFailure } from '#conformance/outcome.ts';
import { byId } from '#conformance/requirements/index.ts';
import type * as Allure from '#report/allure/write.ts';
import type * as Html from '#report/html.ts';
import type { Result } from '#report/result.ts';
import type { RunRecord } from '#report/run-record.ts';
import { titleOf } from '#report/share.ts';
import { htmlFile } from '#report/write-reports.ts';

import { exitCodes, Problem } from './problem.ts';
import type { Ended, ExitCode } from './problem.ts';
import { guarded } from './session.ts';
import { painter } from './style.ts';
import { summary } from './summary.ts';

export interface Finished {
  readonly record: RunRecord;
  readonly result: Result;
  /** Where the reports are. */
  readonly folder: string;
}

/** Says how it went, makes the HTML, and resolves with how it ended. `html` undefined: where it can be made. */
export async function conclude(finished: Finished, html: boolean | undefined): Promise<Ended> {
  const { record, result, folder } = finished;
  console.log(summary(record, result, painter(process.stdout)));
  console.log(`report: ${html === false ? folder : await makeHtml(finished, html === true)}`);
  const code = exitCodeOf(record);
  if (testedNothing(record)) console.error(`nothing was tested: ${emptiness(record)}`);
  const anyFailed = record.runs.some(({ outcome }) =>
    ['fail', 'unexpected-pass'].includes(outcome.kind),
  );
  return { code, anyFailed };
}

function exitCodeOf(record: RunRecord): ExitCode {
  if (record.runs.some(({ outcome }) => isFailure(outcome.kind))) return exitCodes.failures;
  const complete = record.stopped === undefined && !testedNothing(record);
  return complete ? exitCodes.success : exitCodes.problem;
}

function testedNothing({ runs }: RunRecord): boolean {
  return runs.every(({ outcome }) => outcome.kind === 'skip');
}

function emptiness({ runs }: RunRecord): string {
  if (runs.length === 0) return 'no scenario began';
  const [{ outcome } = { outcome: undefined }] = runs;
  const reason = outcome?.kind === 'skip' ? outcome.reason : '';
  return `${runs.length === 1 ? 'the scenario was' : `all ${runs.length} scenarios were`} skipped (${reason})`;
}

/** Not import(): that does not pass through ts-node. */
const load = createRequire(__filename);

/** Writes the Allure results and the page; resolves with what to tell the user of it. */
export async function makeHtml(
  { record, folder }: Pick<Finished, 'record' | 'folder'>,
  required: boolean,
): Promise<string> {
  // Loaded where it is wanted: to load it takes longer than a few scenarios.
  const { writeAllure } = load('#report/allure/write.ts') as typeof Allure;
  const { writeHtml } = load('#report/html.ts') as typeof Html;
  guarded(folder, () => writeAllure(record, folder, byId));
  const made = await writeHtml({ folder, file: htmlFile(folder), title: titleOf(record) });
  if (made.kind === 'written') return made.note ? `${made.file} (${made.note})` : made.file;
  if (required) throw new Problem(`no HTML report: ${made.reason}`);
  return `${folder} (no HTML: ${made.reason}; the results are complete without it)`;
}
