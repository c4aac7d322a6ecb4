import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

import { loadConfiguration, loadSupport } from '@cucumber/cucumber/api';
import type { IRunConfiguration } from '@cucumber/cucumber/api';
import { IdGenerator } from '@cucumber/messages';
import type { Envelope, GherkinDocument, Pickle, TestCase } from '@cucumber/messages';

import { loadAdapter } from '#adapters/registry.ts';
import { observedOutcome } from '#conformance/outcome.ts';

import { featureMessages } from '../feature-index.ts';
import type { Fate } from './protocol.ts';

/** Runs single scenarios, over and over: the parts of cucumber that its own run is made of, without reading all anew. */

interface Assembled {
  readonly gherkinDocument: GherkinDocument;
  readonly pickle: Pickle;
  readonly testCase: TestCase;
}

interface CucumberWorker {
  runTestCase(assembled: Assembled, failing: boolean): Promise<boolean>;
  runBeforeAllHooks(): Promise<unknown>;
  runAfterAllHooks(): Promise<unknown>;
}

type Support = Awaited<ReturnType<typeof loadSupport>>;

interface Internals {
  readonly Worker: new (
    run: string,
    worker: undefined,
    events: EventEmitter,
    newId: () => string,
    options: IRunConfiguration['runtime'],
    support: Support,
    snippets: object,
  ) => CucumberWorker;
  assembleTestCases(
    run: string,
    events: EventEmitter,
    newId: () => string,
    pickles: readonly Omit<Assembled, 'testCase'>[],
    support: Support,
  ): Promise<Assembled[]>;
}

const load = createRequire(__filename);

/** Not for import: cucumber has them in its exports, without types. */
function internals(): Internals {
  const path = '@cucumber/cucumber/lib/';
  return {
    ...(load(`${path}runtime/worker`) as Pick<Internals, 'Worker'>),
    ...(load(`${path}assemble/assemble_test_cases`) as Pick<Internals, 'assembleTestCases'>),
  };
}

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

/** What the adapter is told. */
type Settings = Record<'layout', string>;

export class Scenarios {
  readonly #worker: CucumberWorker;
  readonly #cases: readonly Assembled[];
  readonly #settings: Settings;
  #failures: Failure[] = [];

  private constructor(
    worker: CucumberWorker,
    cases: readonly Assembled[],
    { events, settings }: { readonly events: EventEmitter; readonly settings: Settings },
  ) {
    this.#worker = worker;
    this.#cases = cases;
    this.#settings = settings;
    const steps = new Set(
      cases.flatMap(({ testCase }) =>
        testCase.testSteps.filter(({ pickleStepId }) => pickleStepId).map(({ id }) => id),
      ),
    );
    events.on('envelope', ({ testStepFinished }: Envelope) => {
      if (testStepFinished === undefined) return;
      const { testStepId, testStepResult } = testStepFinished;
      const { status, exception, message = '' } = testStepResult;
      if (['PASSED', 'SKIPPED'].includes(status)) return;
      const { type, message: says = message } = exception ?? { type: 'Error' };
      this.#failures.push({ isStep: steps.has(testStepId), type, message: says });
    });
  }

  /** On the reference; a call that does not come back within the limit is ended. */
  static async load(uris: readonly string[], limitMs: number): Promise<Scenarios> {
    const { Worker, assembleTestCases } = internals();
    const { runConfiguration } = await loadConfiguration();
    const support = await loadSupport(runConfiguration);
    for (const { expression } of definitionsOf(support)) matchOnce(expression);
    // Before the first scenario: what is done once must not count as reached by that one.
    await loadAdapter('reference');
    const events = new EventEmitter();
    const newId = IdGenerator.incrementing();
    const settings: Settings = { layout: '0' };
    const worldParameters = { adapter: 'reference', settings, timeoutMs: limitMs };
    const options = { ...runConfiguration.runtime, worldParameters };
    const worker = new Worker('', undefined, events, newId, options, support, {});
    const pickles = uris.flatMap((uri) => picklesOf(uri, newId));
    const cases = await assembleTestCases('', events, newId, pickles, support);
    return new Scenarios(worker, cases, { events, settings });
  }

  /** On a machine that nobody has used, of which the memory lies as it does each time for this scenario. */
  async run(index: number): Promise<Went> {
    const assembled = this.#cases[index];
    if (assembled === undefined) throw new Error(`there is no scenario ${index}`);
    this.#failures = [];
    this.#settings.layout = layoutFor(assembled);
    await this.#worker.runBeforeAllHooks();
    await this.#worker.runTestCase(assembled, false);
    await this.#worker.runAfterAllHooks();
    return judge(this.#failures);
  }
}

/** Kinds of memory layout: what lays memory out is reached as well. */
const layouts = 16;

function layoutFor({ pickle: { uri, name } }: Assembled): string {
  const [lot = 0] = createHash('sha256').update(`${uri} ${name}`).digest();
  return String(lot % layouts);
}

function picklesOf(uri: string, newId: () => string): Omit<Assembled, 'testCase'>[] {
  const messages = featureMessages(uri, newId);
  const gherkinDocument = messages.find((each) => each.gherkinDocument)?.gherkinDocument;
  if (gherkinDocument === undefined) throw new Error(`${uri} has no feature`);
  return messages.flatMap(({ pickle }) => (pickle ? [{ gherkinDocument, pickle }] : []));
}

interface Expression {
  match: (text: string) => unknown;
}

/** Cucumber's type of what it has loaded hides them. */
function definitionsOf(support: object): readonly { readonly expression: Expression }[] {
  return (support as { readonly stepDefinitions: { expression: Expression }[] }).stepDefinitions;
}

/** A step is matched once, not each time that it runs: that takes as long as the step. */
function matchOnce(expression: Expression): void {
  const match = expression.match.bind(expression);
  const known = new Map<string, unknown>();
  expression.match = (text) => {
    if (!known.has(text)) known.set(text, match(text));
    return known.get(text);
  };
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
