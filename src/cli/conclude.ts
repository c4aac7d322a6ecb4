import { isFailure } from '#conformance/outcome.ts';
import { writeHtml } from '#report/html.ts';
import type { Result } from '#report/result.ts';
import type { RunRecord } from '#report/run-record.ts';
import { htmlFile } from '#report/write-reports.ts';

import { exitCodes, Problem } from './problem.ts';
import { painter } from './style.ts';
import { summary } from './summary.ts';

export interface Finished {
  readonly record: RunRecord;
  readonly result: Result;
  /** Where the reports are. */
  readonly folder: string;
}

/** Says how it went, makes the HTML, and resolves with the exit code. `html` undefined: where it can be made. */
export async function conclude(finished: Finished, html: boolean | undefined): Promise<number> {
  const { record, result, folder } = finished;
  console.log(summary(record, result, painter(process.stdout)));
  console.log(`report: ${html === false ? folder : await makeHtml(folder, html === true)}`);
  const failed = record.runs.some(({ outcome }) => isFailure(outcome.kind));
  const complete = record.runs.length > 0 && record.stopped === undefined;
  return failed || !complete ? exitCodes.failures : exitCodes.success;
}

/** Resolves with what to tell the user of the report. */
export async function makeHtml(folder: string, required: boolean): Promise<string> {
  const made = await writeHtml(folder, htmlFile(folder));
  if (made.kind === 'written') return made.note ? `${made.file} (${made.note})` : made.file;
  if (required) throw new Problem(`no HTML report: ${made.reason}`);
  return `${folder} (no HTML: ${made.reason}; the results are complete without it)`;
}
