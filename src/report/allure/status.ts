import { Status } from 'allure-js-commons';
import type { StatusDetails } from 'allure-js-commons';

import type { Outcome, OutcomeKind, StepStatus } from '#conformance/outcome.ts';

import type { ScenarioRun, StepRun } from '../run-record.ts';

/**
 * Allure knows four statuses. In its own roll-up of steps a passed step outranks a skipped or undefined one, so that a
 * status must never be left to it: each is written down, from the outcome.
 */
const statuses: Readonly<Record<OutcomeKind, Status>> = {
  pass: Status.PASSED,
  fail: Status.FAILED,
  'unexpected-pass': Status.FAILED,
  'known-failure': Status.SKIPPED,
  skip: Status.SKIPPED,
  broken: Status.BROKEN,
};

export function statusOf({ kind }: Outcome): Status {
  return statuses[kind];
}

/** What categories.ts tells outcomes apart by, where a status stands for two of them. */
export const messagePrefixes = {
  'known-failure': 'known failure: ',
  'unexpected-pass': 'unexpected pass: ',
} as const;

export function detailsOf({ outcome, steps }: ScenarioRun): StatusDetails {
  if (outcome.kind === 'pass') return {};
  const { kind, reason } = outcome;
  const prefix =
    kind in messagePrefixes ? messagePrefixes[kind as keyof typeof messagePrefixes] : '';
  const trace = steps.find(({ status }) => status === 'failed')?.exception?.trace;
  return { message: prefix + reason, ...(trace !== undefined && { trace }) };
}

const stepStatuses: Readonly<Record<StepStatus, Status>> = {
  passed: Status.PASSED,
  failed: Status.FAILED,
  skipped: Status.SKIPPED,
  pending: Status.BROKEN,
  undefined: Status.BROKEN,
  ambiguous: Status.BROKEN,
  unfinished: Status.BROKEN,
};

export function stepStatusOf({ status }: StepRun, outcome: Outcome): Status {
  const broken = status === 'failed' && outcome.kind === 'broken';
  return broken ? Status.BROKEN : stepStatuses[status];
}
