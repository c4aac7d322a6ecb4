import type { Envelope } from '@cucumber/messages';
import { SingleBar } from 'cli-progress';

import { count, isFailure } from '#conformance/outcome.ts';
import type { Counts, OutcomeKind } from '#conformance/outcome.ts';
import { mediaTypes } from '#conformance/media-types.ts';
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

/** Tells of scenarios that went wrong, at once; of those that are broken for one reason, of the first. */
class Failures {
  readonly #paint: Paint;
  readonly #repeated = new Map<string, number>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** What is to be said of this one, where it failed. */
  lines(run: ScenarioRun): string | undefined {
    const { outcome, scenario } = run;
    if (outcome.kind === 'pass' || !isFailure(outcome.kind)) return undefined;
    const { kind, reason } = outcome;
    if (kind === 'broken' && this.#isRepeated(reason)) return undefined;
    return `${this.#paint('red', kind.toUpperCase())} ${listed(scenario)}\n  ${reason}\n${whereItFailed(run)}`;
  }

  #isRepeated(reason: string): boolean {
    const before = this.#repeated.get(reason);
    this.#repeated.set(reason, before === undefined ? 0 : before + 1);
    return before !== undefined;
  }

  /** What was left out since it was asked for last. */
  rest(): string {
    const left = [...this.#repeated].filter(([, more]) => more > 0);
    this.#repeated.clear();
    return left.map(([reason, more]) => this.#restOf(reason, more)).join('');
  }

  #restOf(reason: string, more: number): string {
    const [first = '', ...others] = reason.split('\n');
    const shown = others.length === 0 ? first : `${first} …`;
    return `${this.#paint('red', 'BROKEN')} ${more} more for the same reason\n  ${shown}\n`;
  }
}

const shownCalls = 3;

/** The step that failed, and the last calls before it did. */
function whereItFailed({ steps }: ScenarioRun): string {
  const failed = steps.find(({ source, status }) => source === 'step' && status === 'failed');
  if (failed === undefined) return '';
  const trace = failed.evidence.find(({ mediaType }) => mediaType === mediaTypes.trace);
  const calls = trace?.body.toString('utf8').split('\n').slice(-shownCalls) ?? [];
  const { keyword, text } = failed.step;
  return [`at ${keyword} ${text}`, ...calls].map((line) => `    ${line}\n`).join('');
}

class Bar implements Progress {
  readonly #bar: SingleBar;
  readonly #failures: Failures;
  readonly #kinds: OutcomeKind[] = [];
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#failures = new Failures(painter(stream));
    const format = '{bar} {value}/{total} scenarios  {tally}';
    this.#bar = new SingleBar({ format, stream, clearOnComplete: true, gracefulExit: false });
  }

  begin(planned: ReadonlyMap<string, number>): void {
    const total = [...planned.values()].reduce((sum, each) => sum + each, 0);
    this.#bar.start(total, 0, { tally: '' });
  }

  finished(run: ScenarioRun): void {
    this.#kinds.push(run.outcome.kind);
    const lines = this.#failures.lines(run);
    if (lines !== undefined) {
      this.#stream.clearLine(0);
      this.#stream.cursorTo(0);
      this.#stream.write(lines);
    }
    this.#bar.increment({ tally: tally(count(this.#kinds)) });
  }

  end(): void {
    this.#bar.stop();
    this.#stream.write(this.#failures.rest());
  }
}

class Lines implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #failures: Failures;
  #planned: ReadonlyMap<string, number> = new Map();
  readonly #finished = new Map<string, OutcomeKind[]>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#failures = new Failures(painter(stream));
  }

  begin(planned: ReadonlyMap<string, number>): void {
    this.#planned = planned;
    const total = [...planned.values()].reduce((sum, each) => sum + each, 0);
    this.#stream.write(`${total} scenarios in ${planned.size} features\n`);
  }

  finished(run: ScenarioRun): void {
    const { uri } = run.scenario;
    this.#stream.write(this.#failures.lines(run) ?? '');
    const kinds = [...(this.#finished.get(uri) ?? []), run.outcome.kind];
    this.#finished.set(uri, kinds);
    if (kinds.length !== this.#planned.get(uri)) return;
    this.#stream.write(`${uri}: ${tally(count(kinds))}\n`);
  }

  end(): void {
    this.#stream.write(this.#failures.rest());
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
