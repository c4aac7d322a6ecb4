import { createHash } from 'node:crypto';

import { LabelName, Severity, Stage } from 'allure-js-commons';
import type { Attachment, Label, StepResult, TestResult } from 'allure-js-commons';

import { mediaTypes } from '#conformance/media-types.ts';
import type { Level } from '#conformance/requirement.ts';

import type { RequirementIndex } from '../by-requirement.ts';
import type { Evidence, ScenarioRun, StepRun } from '../run-record.ts';
import { inPlace } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';
import { descriptionOf, isShown, isToldByText, requirementsOf } from './description.ts';
import { detailsOf, statusOf, stepStatusOf } from './status.ts';

export interface ResultContext {
  readonly requirements: RequirementIndex;
  /** Stores the content beside the results and tells the name of the file. */
  attach(content: Buffer, extension: string): string;
}

/** An Allure test result of a scenario, with nothing left for Allure to conclude. */
export function testResult(run: ScenarioRun, context: ResultContext): TestResult {
  const { scenario, outcome, start, stop } = run;
  const { folder, feature, rule, title, machine } = scenario;
  const hash = createHash('md5').update(scenario.id).digest('hex');
  return {
    uuid: hash,
    historyId: hash,
    testCaseId: hash,
    fullName: scenario.id,
    titlePath: [folder, feature, rule].filter((part) => part !== undefined),
    name: inPlace(title, machine),
    descriptionHtml: descriptionOf(run, context.requirements),
    status: statusOf(outcome),
    statusDetails: detailsOf(run),
    stage: Stage.FINISHED,
    labels: labels(scenario, context),
    links: [],
    parameters: machine === undefined ? [] : [{ name: 'machine', value: machine }],
    attachments: [],
    steps: stepResults(run, context),
    start,
    stop,
  };
}

const severities: Readonly<Record<Level, Severity>> = {
  contract: Severity.CRITICAL,
  observed: Severity.NORMAL,
  open: Severity.MINOR,
};

function severityOf(scenario: Scenario, context: ResultContext): Severity {
  const levels = new Set(requirementsOf(scenario, context.requirements).map(({ level }) => level));
  const binding = (['contract', 'observed', 'open'] as const).find((level) => levels.has(level));
  return binding ? severities[binding] : Severity.NORMAL;
}

function labels(scenario: Scenario, context: ResultContext): Label[] {
  const { folder, feature, rule, tags } = scenario;
  return [
    { name: LabelName.PARENT_SUITE, value: folder },
    { name: LabelName.SUITE, value: feature },
    ...(rule === undefined ? [] : [{ name: LabelName.SUB_SUITE, value: rule }]),
    { name: LabelName.EPIC, value: folder },
    { name: LabelName.FEATURE, value: feature },
    ...(rule === undefined ? [] : [{ name: LabelName.STORY, value: rule }]),
    { name: LabelName.SEVERITY, value: severityOf(scenario, context) },
    ...tags.map(({ name }) => ({ name: LabelName.TAG, value: name.slice(1) })),
    { name: LabelName.FRAMEWORK, value: 'cucumber-js' },
  ];
}

function stepResults(run: ScenarioRun, context: ResultContext): StepResult[] {
  if (isToldByText(run)) return [];
  return run.steps.filter(isWorthShowing).map((step) => stepResult(step, run, context));
}

/** Hooks run around every scenario; only one that has something to say is shown. */
function isWorthShowing(step: StepRun): boolean {
  if (step.source === 'step') return true;
  return step.status === 'failed' || step.evidence.some(isShown);
}

function stepResult(step: StepRun, run: ScenarioRun, context: ResultContext): StepResult {
  const { keyword, text } = step.step;
  const message = step.exception?.message;
  return {
    name: step.source === 'step' ? `${keyword} ${text}` : `${step.source} ${text}`.trim(),
    status: stepStatusOf(step, run.outcome),
    statusDetails: message === undefined ? {} : { message, trace: step.exception?.trace ?? '' },
    stage: Stage.FINISHED,
    steps: [],
    parameters: [],
    attachments: [
      ...argumentAttachment(step, context),
      ...step.evidence.filter(isShown).map((evidence) => attachment(evidence, context)),
    ],
    start: step.start,
    stop: step.stop,
  };
}

function argumentAttachment({ step }: StepRun, context: ResultContext): Attachment[] {
  if (step.argument === undefined) return [];
  const source = context.attach(Buffer.from(step.argument), 'txt');
  return [{ name: 'with', type: 'text/plain', source }];
}

const shownAs: Readonly<Record<string, string>> = {
  [mediaTypes.trace]: 'system calls',
  [mediaTypes.console]: 'kernel console',
};

function attachment({ mediaType, fileName, body }: Evidence, context: ResultContext): Attachment {
  const name = shownAs[mediaType];
  const isText = name !== undefined || mediaType.startsWith('text/');
  const source = context.attach(body, isText ? 'txt' : 'bin');
  return {
    name: name ?? fileName ?? mediaType,
    type: isText ? 'text/plain' : mediaType,
    source,
  };
}
