import { count } from '#conformance/outcome.ts';
import type { Counts } from '#conformance/outcome.ts';

import { byFeature } from './group.ts';
import type { RunRecord, ScenarioRun, StepRun } from './run-record.ts';
import { fullTitle } from './scenario.ts';
import { xml } from './xml.ts';
import type { Element } from './xml.ts';

/** The run as JUnit XML, for build servers: a test suite a feature file. */
export function junit(record: RunRecord): string {
  return xml({
    name: 'testsuites',
    attributes: { name: 'iommufd-conformance', ...totals(record.runs) },
    content: [...byFeature(record.runs)].map(([uri, runs]) => testSuite(uri, runs)),
  });
}

function totals(runs: readonly ScenarioRun[]) {
  const counts: Counts = count(runs.map(({ outcome }) => outcome.kind));
  return {
    tests: runs.length,
    failures: counts.fail + counts['unexpected-pass'],
    errors: counts.broken,
    skipped: counts.skip + counts['known-failure'],
    time: seconds(runs.reduce((sum, { start, stop }) => sum + stop - start, 0)),
  };
}

function testSuite(uri: string, runs: readonly ScenarioRun[]): Element {
  return {
    name: 'testsuite',
    attributes: { name: uri, ...totals(runs) },
    content: runs.map(testCase),
  };
}

function testCase(run: ScenarioRun): Element {
  const { scenario, start, stop } = run;
  const steps = run.steps.filter(({ source }) => source === 'step');
  return {
    name: 'testcase',
    attributes: {
      classname: scenario.feature,
      name: fullTitle(scenario),
      file: scenario.uri,
      line: scenario.line,
      time: seconds(stop - start),
    },
    content: [
      ...properties(scenario.requirements),
      ...verdict(run),
      { name: 'system-out', content: steps.map(stepLine).join('\n') },
    ],
  };
}

function properties(requirements: readonly string[]): Element[] {
  if (requirements.length === 0) return [];
  const content = requirements.map((value) => ({
    name: 'property',
    attributes: { name: 'requirement', value },
  }));
  return [{ name: 'properties', content }];
}

function verdict({ outcome, steps }: ScenarioRun): Element[] {
  if (outcome.kind === 'pass') return [];
  const { kind, reason } = outcome;
  if (kind === 'skip') return [{ name: 'skipped', attributes: { message: reason } }];
  if (kind === 'known-failure')
    return [{ name: 'skipped', attributes: { message: `known failure: ${reason}` } }];
  const content = steps.find(({ status }) => status === 'failed')?.exception?.trace ?? '';
  const name = kind === 'broken' ? 'error' : 'failure';
  return [{ name, attributes: { type: kind, message: reason }, content }];
}

function stepLine({ step, status }: StepRun): string {
  return `${status.padEnd(9)} ${step.keyword} ${step.text}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
