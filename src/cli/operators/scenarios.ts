import { createHash } from 'node:crypto';

import { loadConfiguration } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';

import { loadAdapter } from '#adapters/registry.ts';
import { observedOutcome } from '#conformance/outcome.ts';

import { SingleScenarios } from '../single-scenarios.ts';
import type { Assembled } from '../single-scenarios.ts';
import type { Begin, Fate } from './protocol.ts';

/** How a scenario went: what a mutant is told by, and a complaint of the reference's check on itself. */
export interface Went {
  readonly fate: Fate;
  readonly reason?: string;
  readonly complaint?: string;
}

interface Failure {
  readonly isStep: boolean;
  readonly type: string;
  readonly message: string;
}

/** What went wrong, as cucumber tells of it. */
class Failures {
  readonly #steps = new Set<string>();
  #list: Failure[] = [];

  hear({ testCase, testStepFinished }: Envelope): void {
    for (const { id, pickleStepId } of testCase?.testSteps ?? []) {
      if (pickleStepId) this.#steps.add(id);
    }
    if (testStepFinished === undefined) return;
    const { testStepId, testStepResult } = testStepFinished;
    const { status, exception, message = '' } = testStepResult;
    if (['PASSED', 'SKIPPED'].includes(status)) return;
    const { type, message: says = message } = exception ?? { type: 'Error' };
    this.#list.push({ isStep: this.#steps.has(testStepId), type, message: says });
  }

  /** Those since it was asked last. */
  take(): readonly Failure[] {
    const taken = this.#list;
    this.#list = [];
    return taken;
  }
}

export class Scenarios {
  readonly #single: SingleScenarios;
  readonly #limitMs: number;
  readonly #failures: Failures;

  private constructor(single: SingleScenarios, limitMs: number, failures: Failures) {
    this.#single = single;
    this.#limitMs = limitMs;
    this.#failures = failures;
  }

  /** On the reference; a call that does not come back within the limit is ended. */
  static async load(
    { uris, places }: Pick<Begin, 'uris' | 'places'>,
    limitMs: number,
  ): Promise<Scenarios> {
    const { runConfiguration: configuration } = await loadConfiguration();
    const failures = new Failures();
    const hear = (envelope: Envelope): void => failures.hear(envelope);
    const single = await SingleScenarios.load({ uris, configuration, places }, hear);
    // Before the first scenario: what is done once must not count as reached by that one.
    await loadAdapter('reference');
    return new Scenarios(single, limitMs, failures);
  }

  /** On a machine that nobody has used, of which the memory lies as it does each time for this scenario. */
  async run(index: number): Promise<Went> {
    const assembled = this.#single.cases[index];
    if (assembled === undefined) throw new Error(`there is no scenario ${index}`);
    this.#failures.take();
    const settings = { layout: layoutFor(assembled) };
    const parameters = { adapter: 'reference', settings, timeoutMs: this.#limitMs };
    await this.#single.run([index], parameters);
    return judge(this.#failures.take());
  }
}

/** Kinds of memory layout: what lays memory out is reached as well. */
const layouts = 16;

function layoutFor({ pickle: { uri, name } }: Assembled): string {
  const [lot = 0] = createHash('sha256').update(`${uri} ${name}`).digest();
  return String(lot % layouts);
}

/** How steps/support says them. */
const complained = 'the kernel complained: ';
const ended = 'it did not come back within ';
/** How the instrumented program says that it was passed too often. */
const circles = 'Hit count limit reached';

function judge(failures: readonly Failure[]): Went {
  const complaint = failures.find(({ message }) => message.startsWith(complained))?.message;
  const others = failures.filter(({ message }) => !message.startsWith(complained));
  const fates = others.map((failure) => ({ fate: fateOf(failure), reason: failure.message }));
  const worst = (['timed out', 'killed', 'crashed'] as const)
    .map((fate) => fates.find((each) => each.fate === fate))
    .find((each) => each !== undefined);
  return { ...(worst ?? { fate: 'survived' }), ...(complaint !== undefined && { complaint }) };
}

function fateOf({ isStep, type, message }: Failure): Fate {
  if (message.startsWith(ended) || message.includes(circles)) return 'timed out';
  const source = isStep ? 'step' : 'hook';
  const exception = { type, message };
  const seen = observedOutcome([{ source, text: '', status: 'failed', exception }], undefined);
  return seen.kind === 'fail' ? 'killed' : 'crashed';
}
