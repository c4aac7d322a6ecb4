import { mediaTypes } from '#conformance/media-types.ts';
import type { Requirement } from '#conformance/requirement.ts';

import type { RequirementIndex } from '../by-requirement.ts';
import type { Evidence, ScenarioRun, StepRun } from '../run-record.ts';
import type { Scenario } from '../scenario.ts';

/**
 * The description of a scenario, as HTML: the requirements in their own words, as a page that was mailed has nothing to
 * link to; the scenario itself where its steps are not listed one by one; and its place in the suite.
 */
export function descriptionOf(run: ScenarioRun, index: RequirementIndex): string {
  const { scenario } = run;
  return [
    ...requirementsOf(scenario, index).map(paragraph),
    ...(isToldByText(run) ? [`<pre>${escape(run.steps.flatMap(linesOf).join('\n'))}</pre>`] : []),
    `<p><code>${escape(`${scenario.uri}:${scenario.line}`)}</code></p>`,
  ].join('\n');
}

export function requirementsOf({ requirements }: Scenario, index: RequirementIndex): Requirement[] {
  return requirements.map((id) => index.get(id)).filter((found) => found !== undefined);
}

function paragraph({ id, level, says, source }: Requirement): string {
  const sources = source.map(({ file, symbol }) => `${file}: ${symbol}`).join('; ');
  return `<p><b>${id}</b> (${level}): ${escape(says)} <i>${escape(sources)}</i></p>`;
}

/**
 * Of a scenario that passed or was skipped its text says everything: to list each step with its status and its time
 * would be two thirds of a page, and half of the time that it takes to make.
 */
export function isToldByText({ outcome, steps }: ScenarioRun): boolean {
  const plain = outcome.kind === 'pass' || outcome.kind === 'skip';
  return plain && !steps.some(({ evidence }) => evidence.some(isShown));
}

const unseen: ReadonlySet<string> = new Set([
  mediaTypes.machine,
  mediaTypes.place,
  mediaTypes.skipReason,
]);

export function isShown({ mediaType }: Evidence): boolean {
  return !unseen.has(mediaType);
}

function linesOf({ source, step }: StepRun): string[] {
  if (source !== 'step') return [];
  const { keyword, text, argument } = step;
  const below = argument === undefined ? [] : argument.split('\n').map((line) => `    ${line}`);
  return [`${keyword} ${text}`, ...below];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => entities[character] ?? character);
}
