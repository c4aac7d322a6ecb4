/** What became of a scenario. `reason` completes the sentence that a reader of a report sees. */
export type Outcome =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'known-failure'; readonly reason: string }
  | { readonly kind: 'unexpected-pass'; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string; readonly by: BrokenBy };

export type OutcomeKind = Outcome['kind'];
/** Who got in the way: the implementation (it died, hung, babbled, or its own assertion failed) or the suite itself. */
export type BrokenBy = 'implementation' | 'suite';

/** Worst first: the outcome of a group is the first of these that one of its members has. */
export const outcomeKinds = [
  'broken',
  'fail',
  'unexpected-pass',
  'known-failure',
  'pass',
  'skip',
] as const satisfies readonly OutcomeKind[];

const failing: ReadonlySet<OutcomeKind> = new Set(['broken', 'fail', 'unexpected-pass']);

/** Does this outcome make the run exit with 1? */
export function isFailure(kind: OutcomeKind): boolean {
  return failing.has(kind);
}

export function worst(kinds: Iterable<OutcomeKind>): OutcomeKind | undefined {
  const present = new Set(kinds);
  return outcomeKinds.find((kind) => present.has(kind));
}

export type Counts = Readonly<Record<OutcomeKind, number>>;

export function count(kinds: Iterable<OutcomeKind>): Counts {
  const counts = { pass: 0, fail: 0, 'known-failure': 0, 'unexpected-pass': 0, skip: 0, broken: 0 };
  for (const kind of kinds) counts[kind]++;
  return counts;
}

export type StepStatus =
  'passed' | 'failed' | 'skipped' | 'pending' | 'undefined' | 'ambiguous' | 'unfinished';

/** One step or hook of a scenario, as it went. */
export interface Observation {
  /** `step`, or the name of the hook as a reader knows it: `Before hook`, `After hook`. */
  readonly source: string;
  readonly text: string;
  readonly status: StepStatus;
  readonly exception?: { readonly type: string; readonly message: string };
}

const blameImplementation: ReadonlySet<string> = new Set([
  'ImplementationBroken',
  'ImplementationHung',
  'ReferenceBug',
]);
/** A step that throws one of these compared nothing: it is wrong itself. */
const blameSuite: ReadonlySet<string> = new Set([
  'TypeError',
  'ReferenceError',
  'RangeError',
  'SyntaxError',
]);
/** How cucumber words a step that did not return in time. */
const timedOut = 'function timed out';
/** How cucumber words a step definition that does not take what its text passes. */
const wrongArguments = /^function has \d+ arguments/;

/** The outcome before known failures are taken into account: pass, fail, skip or broken. */
export function observedOutcome(
  observations: readonly Observation[],
  skipReason: string | undefined,
): Outcome {
  const broken = observations.map(breakage).find((outcome) => outcome !== undefined);
  if (broken) return broken;
  if (!observations.some(({ source }) => source === 'step')) {
    return { kind: 'broken', reason: 'the scenario has no steps', by: 'suite' };
  }
  const failed = observations.find(({ status }) => status === 'failed');
  if (failed) return { kind: 'fail', reason: failed.exception?.message ?? 'failed' };
  if (observations.some(({ status }) => status === 'skipped')) {
    return { kind: 'skip', reason: skipReason ?? 'skipped without a reason' };
  }
  return { kind: 'pass' };
}

const brokenStates: Partial<Record<StepStatus, (text: string) => string>> = {
  undefined: (text) => `no step definition matches "${text}"`,
  ambiguous: (text) => `several step definitions match "${text}"`,
  pending: (text) => `the step definition of "${text}" is pending`,
  unfinished: (text) => `the run ended before "${text}" did`,
};

function breakage(observation: Observation): Outcome | undefined {
  const { status, exception, source, text } = observation;
  const state = brokenStates[status]?.(text);
  if (state) return { kind: 'broken', reason: state, by: 'suite' };
  if (status !== 'failed') return undefined;
  const { type, message } = exception ?? { type: 'Error', message: 'failed' };
  const typed = type === 'Error' ? message : `${type}: ${message}`;
  const reason =
    source === 'step' ? typed : `${[source, text].filter(Boolean).join(' ')}: ${typed}`;
  if (blameImplementation.has(type) || message.startsWith(timedOut)) {
    return { kind: 'broken', reason, by: 'implementation' };
  }
  const mistaken = blameSuite.has(type) || wrongArguments.test(message);
  return source === 'step' && !mistaken ? undefined : { kind: 'broken', reason, by: 'suite' };
}
