import type { Envelope } from '@cucumber/messages';
import { SingleBar } from 'cli-progress';

import { count, isFailure } from '#conformance/outcome.ts';
import type { Counts, OutcomeKind } from '#conformance/outcome.ts';
import type { ScenarioRun } from '#report/run-record.ts';
import { listed } from '#report/scenario.ts';

import { isTerminal, painter } from './style.ts';
import type { Paint } from './style.ts';

/** Shows how far a run has come. */
export interface Progress {
  /** How many scenarios will run, by feature file. */
  begin(planned: ReadonlyMap<string, number>): void;
  finished(run: ScenarioRun): void;
  end(): void;
}

export function progressOn(stream: NodeJS.WriteStream): Progress {
  return isTerminal(stream) ? new Bar(stream) : new Lines(stream);
}

const words: Readonly<Record<OutcomeKind, string>> = {
  pass: 'passed',
  fail: 'failed',
  broken: 'broken',
  'unexpected-pass': 'passed unexpectedly',
  'known-failure': 'known failures',
  skip: 'skipped',
};

/** `12 passed, 1 failed`; outcomes that nothing had are left out. */
export function tally(counts: Counts): string {
  const present = Object.entries(words).filter(([kind]) => counts[kind as OutcomeKind] > 0);
  return present.map(([kind, word]) => `${counts[kind as OutcomeKind]} ${word}`).join(', ');
}

/** The line that tells of a scenario that went wrong, at once. */
function failureLine({ outcome, scenario }: ScenarioRun, paint: Paint): string {
  const reason = outcome.kind === 'pass' ? '' : outcome.reason;
  const head = paint('red', outcome.kind.toUpperCase());
  return `${head} ${listed(scenario)}\n  ${reason}`;
}

class Bar implements Progress {
  readonly #bar: SingleBar;
  readonly #paint: Paint;
  readonly #kinds: OutcomeKind[] = [];
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#paint = painter(stream);
    const format = '{bar} {value}/{total} scenarios  {tally}';
    this.#bar = new SingleBar({ format, stream, clearOnComplete: true, gracefulExit: false });
  }

  begin(planned: ReadonlyMap<string, number>): void {
    const total = [...planned.values()].reduce((sum, each) => sum + each, 0);
    this.#bar.start(total, 0, { tally: '' });
  }

  finished(run: ScenarioRun): void {
    this.#kinds.push(run.outcome.kind);
    if (isFailure(run.outcome.kind)) {
      this.#stream.clearLine(0);
      this.#stream.cursorTo(0);
      this.#stream.write(`${failureLine(run, this.#paint)}\n`);
    }
    this.#bar.increment({ tally: tally(count(this.#kinds)) });
  }

  end(): void {
    this.#bar.stop();
  }
}

class Lines implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #paint: Paint;
  #planned: ReadonlyMap<string, number> = new Map();
  readonly #finished = new Map<string, OutcomeKind[]>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#paint = painter(stream);
  }

  begin(planned: ReadonlyMap<string, number>): void {
    this.#planned = planned;
    const total = [...planned.values()].reduce((sum, each) => sum + each, 0);
    this.#stream.write(`${total} scenarios in ${planned.size} features\n`);
  }

  finished(run: ScenarioRun): void {
    const { uri } = run.scenario;
    if (isFailure(run.outcome.kind)) this.#stream.write(`${failureLine(run, this.#paint)}\n`);
    const kinds = [...(this.#finished.get(uri) ?? []), run.outcome.kind];
    this.#finished.set(uri, kinds);
    if (kinds.length !== this.#planned.get(uri)) return;
    this.#stream.write(`${uri}: ${tally(count(kinds))}\n`);
  }

  end(): void {
    // Each line is complete already.
  }
}

/** Tells the progress what is coming: all test cases are announced before the first one starts. */
export function announcer(progress: Progress): (envelope: Envelope) => void {
  const uris = new Map<string, string>();
  const planned = new Map<string, number>();
  let begun = false;
  return ({ pickle, testCase, testCaseStarted }) => {
    if (pickle) uris.set(pickle.id, pickle.uri);
    const uri = testCase && uris.get(testCase.pickleId);
    if (uri !== undefined) planned.set(uri, (planned.get(uri) ?? 0) + 1);
    if (!testCaseStarted || begun) return;
    begun = true;
    progress.begin(planned);
  };
}
