import { AttachmentContentEncoding, TimeConversion } from '@cucumber/messages';
import type {
  Attachment,
  Envelope,
  Hook,
  TestCase,
  TestStepFinished,
  TestStepResult,
  Timestamp,
} from '@cucumber/messages';

import { expected } from '#conformance/expectations.ts';
import type { Expectation } from '#conformance/expectations.ts';
import { mediaTypes } from '#conformance/media-types.ts';
import { observedOutcome } from '#conformance/outcome.ts';
import { readable, readableText } from '#conformance/said.ts';
import type { Observation, StepStatus } from '#conformance/outcome.ts';

import { compareText } from './compare-text.ts';
import type { Evidence, MachineFacts, ScenarioRun, StepRun } from './run-record.ts';
import { placed, ScenarioReader } from './scenario.ts';
import type { Scenario } from './scenario.ts';

interface Attempt {
  readonly testCase: TestCase;
  readonly scenario: Scenario;
  readonly start: number;
  readonly begun: Map<string, number>;
  readonly finished: Map<string, TestStepFinished>;
  readonly evidence: Map<string, Evidence[]>;
}

const hookNames: Record<string, string> = {
  BEFORE_TEST_CASE: 'Before hook',
  AFTER_TEST_CASE: 'After hook',
};

/** Follows a run by cucumber's messages, and knows at any moment what became of the scenarios so far. */
export class RunCollector {
  readonly #expectations: readonly Expectation[];
  #reader = new ScenarioReader();
  readonly #scenarios = new Map<string, Scenario>();
  readonly #hooks = new Map<string, Hook>();
  readonly #testCases = new Map<string, TestCase>();
  readonly #open = new Map<string, Attempt>();
  readonly #runs: ScenarioRun[] = [];
  readonly #machines = new Map<string, MachineFacts>();

  constructor(expectations: readonly Expectation[]) {
    this.#expectations = expectations;
  }

  /** Scenarios that the run is to execute, as far as announced. */
  get selected(): number {
    return this.#testCases.size;
  }

  get machines(): readonly MachineFacts[] {
    return [...this.#machines.values()].sort((a, b) => compareText(a.machine, b.machine));
  }

  /** Finished scenarios, by file and line; those of one by machine. */
  get runs(): readonly ScenarioRun[] {
    return [...this.#runs].sort(byPlace);
  }

  /** Returns the run of a scenario when the message ends it. */
  accept(envelope: Envelope): ScenarioRun | undefined {
    const { meta, gherkinDocument, pickle, hook, testCase, testCaseStarted } = envelope;
    // The first message of a run; there may be several, as shards are merged by their messages.
    if (meta) this.#reader = new ScenarioReader();
    if (gherkinDocument) this.#reader.addDocument(gherkinDocument);
    if (pickle) this.#scenarios.set(pickle.id, this.#reader.read(pickle));
    if (hook) this.#hooks.set(hook.id, hook);
    if (testCase) this.#testCases.set(testCase.id, testCase);
    if (testCaseStarted) this.#begin(testCaseStarted);
    if (envelope.testStepStarted) {
      const { testCaseStartedId, testStepId, timestamp } = envelope.testStepStarted;
      this.#open.get(testCaseStartedId)?.begun.set(testStepId, milliseconds(timestamp));
    }
    if (envelope.attachment) this.#attach(envelope.attachment);
    if (envelope.testStepFinished) {
      const { testCaseStartedId, testStepId } = envelope.testStepFinished;
      this.#open.get(testCaseStartedId)?.finished.set(testStepId, envelope.testStepFinished);
    }
    return envelope.testCaseFinished && this.#finish(envelope.testCaseFinished);
  }

  /** The run is over, whatever came of it: scenarios that did not end are counted as broken. */
  close(): void {
    const now = Date.now();
    for (const attempt of this.#open.values()) this.#runs.push(this.#judge(attempt, now));
    this.#open.clear();
  }

  #begin(started: NonNullable<Envelope['testCaseStarted']>): void {
    const testCase = this.#testCases.get(started.testCaseId);
    const scenario = testCase && this.#scenarios.get(testCase.pickleId);
    if (!testCase || !scenario) throw new Error(`no test case ${started.testCaseId} was announced`);
    this.#open.set(started.id, {
      testCase,
      scenario,
      start: milliseconds(started.timestamp),
      begun: new Map(),
      finished: new Map(),
      evidence: new Map(),
    });
  }

  #attach(attachment: Attachment): void {
    const { testCaseStartedId = '', testStepId = '' } = attachment;
    const evidence = this.#open.get(testCaseStartedId)?.evidence;
    if (!evidence) return;
    const found = readAttachment(attachment);
    evidence.set(testStepId, [...(evidence.get(testStepId) ?? []), found]);
    if (found.mediaType !== mediaTypes.machine) return;
    const facts = JSON.parse(found.body.toString('utf8'), readableText) as MachineFacts;
    this.#machines.set(facts.machine, facts);
  }

  #finish({
    testCaseStartedId,
    timestamp,
    willBeRetried,
  }: NonNullable<Envelope['testCaseFinished']>) {
    const attempt = this.#open.get(testCaseStartedId);
    this.#open.delete(testCaseStartedId);
    if (!attempt || willBeRetried) return undefined;
    const run = this.#judge(attempt, milliseconds(timestamp));
    this.#runs.push(run);
    return run;
  }

  #judge(attempt: Attempt, stop: number): ScenarioRun {
    const { start } = attempt;
    const steps = attempt.testCase.testSteps.map((step) => this.#stepRun(attempt, step, stop));
    const scenario = placed(attempt.scenario, textOf(steps, mediaTypes.place));
    const observed = observedOutcome(steps.map(observation), textOf(steps, mediaTypes.skipReason));
    const outcome = expected(observed, scenario, this.#expectations);
    return { scenario, outcome, steps, start, stop };
  }

  #stepRun(attempt: Attempt, step: TestCase['testSteps'][number], end: number): StepRun {
    const finished = attempt.finished.get(step.id);
    const result = finished?.testStepResult;
    const exception = result && exceptionOf(result);
    return {
      ...this.#nameOf(attempt, step),
      status: result ? (result.status.toLowerCase() as StepStatus) : 'unfinished',
      ...(exception && { exception }),
      evidence: attempt.evidence.get(step.id) ?? [],
      start: attempt.begun.get(step.id) ?? end,
      stop: finished ? milliseconds(finished.timestamp) : end,
    };
  }

  #nameOf({ scenario }: Attempt, { hookId, pickleStepId }: TestCase['testSteps'][number]) {
    const text = scenario.steps.get(pickleStepId ?? '');
    if (text) return { source: 'step', step: text };
    const { type = '', name = '' } = this.#hooks.get(hookId ?? '') ?? {};
    return { source: hookNames[type] ?? 'hook', step: { keyword: '', text: name } };
  }
}

/** An ambiguous step has a message only. */
function exceptionOf({ exception, message }: TestStepResult): StepRun['exception'] {
  if (exception) {
    const { type, message: what = '', stackTrace = '' } = exception;
    return { type, message: readable(what), trace: readable(stackTrace) };
  }
  if (message === undefined) return undefined;
  const text = readable(message);
  return { type: 'Error', message: text, trace: text };
}

function milliseconds(timestamp: Timestamp): number {
  return TimeConversion.timestampToMillisecondsSinceEpoch(timestamp);
}

function byPlace(a: ScenarioRun, b: ScenarioRun): number {
  return (
    compareText(a.scenario.uri, b.scenario.uri) ||
    a.scenario.line - b.scenario.line ||
    compareText(a.scenario.id, b.scenario.id)
  );
}

/** What people read of an attachment is somebody else's text. */
const texts: ReadonlySet<string> = new Set([
  mediaTypes.trace,
  mediaTypes.console,
  mediaTypes.skipReason,
  'text/plain',
]);

function readAttachment({ body, contentEncoding, mediaType, fileName }: Attachment): Evidence {
  const isEncoded = contentEncoding === AttachmentContentEncoding.BASE64;
  const bytes = Buffer.from(body, isEncoded ? 'base64' : 'utf8');
  const text = texts.has(mediaType) ? Buffer.from(readable(bytes.toString('utf8'))) : bytes;
  return { mediaType, body: text, ...(fileName && { fileName }) };
}

function observation({ source, step, status, exception }: StepRun): Observation {
  return { source, text: step.text, status, ...(exception && { exception }) };
}

function textOf(steps: readonly StepRun[], wanted: string): string | undefined {
  return steps
    .flatMap(({ evidence }) => evidence)
    .find(({ mediaType }) => mediaType === wanted)
    ?.body.toString('utf8');
}
