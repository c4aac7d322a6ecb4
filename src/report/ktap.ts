import { mediaTypes } from '#conformance/media-types.ts';
import type { Outcome } from '#conformance/outcome.ts';

import { byFeature } from './group.ts';
import type { RunRecord, ScenarioRun } from './run-record.ts';
import { fullTitle } from './scenario.ts';

const indent = '  ';

/** The run as KTAP version 1 (Documentation/dev-tools/ktap.rst): a subtest a feature file. */
export function ktap(record: RunRecord): string {
  const features = [...byFeature(record.runs)];
  const lines = ['KTAP version 1', `1..${features.length}`];
  for (const [index, [uri, runs]] of features.entries()) {
    lines.push(...featureLines(runs).map((line) => indent + line));
    const passed = runs.every(({ outcome }) => isOk(outcome));
    lines.push(`${passed ? 'ok' : 'not ok'} ${index + 1} ${description(uri)}`);
  }
  if (record.stopped !== undefined) lines.push(...diagnosis(`stopped: ${record.stopped}`));
  return `${lines.join('\n')}\n`;
}

function featureLines(runs: readonly ScenarioRun[]): string[] {
  const lines = runs.flatMap((run, index) => {
    const { outcome, scenario } = run;
    const title = description([...scenario.requirements, fullTitle(scenario)].join(' '));
    const result = `${isOk(outcome) ? 'ok' : 'not ok'} ${index + 1} ${title}${directive(outcome)}`;
    return [...(isOk(outcome) ? [] : diagnostics(run)), result];
  });
  return ['KTAP version 1', `1..${runs.length}`, ...lines];
}

function isOk({ kind }: Outcome): boolean {
  return kind === 'pass' || kind === 'skip' || kind === 'known-failure';
}

/** A description may hold neither the hash sign, which begins a directive, nor a line break. */
function description(text: string): string {
  return text.replaceAll('#', '').replace(/\s+/g, ' ');
}

function directive(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'skip':
      return ` # SKIP ${description(outcome.reason)}`;
    case 'known-failure':
      return ` # XFAIL ${description(outcome.reason)}`;
    case 'broken':
      return ` # ERROR ${description(outcome.reason)}`;
    default:
      return '';
  }
}

function diagnostics({ outcome, scenario, steps }: ScenarioRun): string[] {
  const texts = steps
    .flatMap(({ evidence }) => evidence)
    .filter(({ mediaType }) => mediaType === mediaTypes.trace || mediaType === mediaTypes.console)
    .map(({ body }) => body.toString('utf8'));
  const reason = outcome.kind === 'pass' ? [] : [outcome.reason];
  return [`${scenario.uri}:${scenario.line}`, ...reason, ...texts].flatMap(diagnosis);
}

function diagnosis(text: string): string[] {
  return text.split('\n').map((line) => `# ${line}`.trimEnd());
}
