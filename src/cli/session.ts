import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Envelope } from '@cucumber/messages';

import { byId } from '#conformance/requirements/index.ts';
import { MessageLog } from '#report/message-log.ts';
import type { Result } from '#report/result.ts';
import { RunCollector } from '#report/run-collector.ts';
import type { RunRecord, ScenarioRun } from '#report/run-record.ts';
import { planMessage } from '#report/plan.ts';
import type { Plan } from '#report/plan.ts';
import { removeReports, writeReports } from '#report/write-reports.ts';

import { reportProblem } from './problem.ts';

/** One run and its folder: whatever happens, close() leaves complete reports of what ran until then. */
export class Session {
  readonly folder: string;
  readonly #plan: Plan;
  readonly #collector: RunCollector;
  readonly #log: MessageLog;
  #closed: { readonly record: RunRecord; readonly result: Result } | undefined;

  constructor(folder: string, plan: Plan) {
    this.folder = folder;
    this.#plan = plan;
    this.#collector = new RunCollector(plan.expectations);
    this.#log = guarded(folder, () => {
      makeFolder(folder);
      removeReports(folder);
      const log = new MessageLog(join(folder, 'messages.ndjson'));
      log.add(planMessage(plan));
      log.flush();
      return log;
    });
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  accept(envelope: Envelope): ScenarioRun | undefined {
    if (this.closed) return undefined;
    guarded(this.folder, () => this.#log.add(envelope));
    return this.#collector.accept(envelope);
  }

  /** Ends the run and writes the reports. `reason` says why it ended early. */
  close(reason?: string): { readonly record: RunRecord; readonly result: Result } {
    if (this.#closed) return this.#closed;
    this.#collector.close();
    const record = recordOf(this.#plan, this.#collector, reason);
    const result = writeAll(this.folder, record, () => this.#log.close());
    this.#closed = { record, result };
    return this.#closed;
  }
}

/** All that reports are made of. `reason` says why the run ended early. */
export function recordOf(plan: Plan, collector: RunCollector, reason?: string): RunRecord {
  const { selected, runs, machines } = collector;
  const missing = selected - runs.length;
  const stopped = reason ?? (missing > 0 ? `${missing} scenarios did not run` : undefined);
  return { ...plan, machines, selected, runs, ...(stopped !== undefined && { stopped }) };
}

/** Writes the messages by `writeMessages`, then every report that does not take seconds. */
export function writeAll(folder: string, record: RunRecord, writeMessages: () => void): Result {
  return guarded(folder, () => {
    makeFolder(folder);
    removeReports(folder);
    writeMessages();
    return writeReports(record, folder, byId);
  });
}

/** As mkdir -p does. Node's own does not come back from below /proc, where nothing can be made. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** What fails while reports are written is a problem of their folder. */
export function guarded<T>(folder: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw reportProblem(error, folder);
  }
}
