import { create } from 'xmlbuilder2';

import { count } from '#conformance/outcome.ts';
import type { Counts } from '#conformance/outcome.ts';

import { byFeature } from './group.ts';
import type { RunRecord, ScenarioRun, StepRun } from './run-record.ts';
import { fullTitle } from './scenario.ts';

/** The run as JUnit XML, for build servers: a test suite a feature file. */
export function junit(record: RunRecord): string {
  const suites = [...byFeature(record.runs)].map(([uri, runs]) => testSuite(uri, runs));
  const total = totals(record.runs);
  const root = { testsuites: { '@name': 'iommufd-conformance', ...total, testsuite: suites } };
  // XML 1.0 has no way to write most control characters, and a trace or a console line may hold any.
  return create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' }, root).end({
    prettyPrint: true,
  });
}

function totals(runs: readonly ScenarioRun[]) {
  const counts: Counts = count(runs.map(({ outcome }) => outcome.kind));
  return {
    '@tests': runs.length,
    '@failures': counts.fail + counts['unexpected-pass'],
    '@errors': counts.broken,
    '@skipped': counts.skip + counts['known-failure'],
    '@time': seconds(runs.reduce((sum, { start, stop }) => sum + stop - start, 0)),
  };
}

function testSuite(uri: string, runs: readonly ScenarioRun[]) {
  return { '@name': uri, ...totals(runs), testcase: runs.map(testCase) };
}

function testCase(run: ScenarioRun) {
  const { scenario, start, stop } = run;
  return {
    '@classname': scenario.feature,
    '@name': fullTitle(scenario),
    '@file': scenario.uri,
    '@line': scenario.line,
    '@time': seconds(stop - start),
    ...(scenario.requirements.length > 0 && {
      properties: {
        property: scenario.requirements.map((id) => ({ '@name': 'requirement', '@value': id })),
      },
    }),
    ...verdict(run),
    'system-out': run.steps
      .filter(({ source }) => source === 'step')
      .map(stepLine)
      .join('\n'),
  };
}

function verdict({ outcome, steps }: ScenarioRun) {
  const text = steps.find(({ status }) => status === 'failed')?.exception?.trace ?? '';
  switch (outcome.kind) {
    case 'pass':
      return {};
    case 'fail':
    case 'unexpected-pass':
      return { failure: { '@type': outcome.kind, '@message': outcome.reason, '#': text } };
    case 'broken':
      return { error: { '@type': outcome.kind, '@message': outcome.reason, '#': text } };
    case 'skip':
      return { skipped: { '@message': outcome.reason } };
    case 'known-failure':
      return { skipped: { '@message': `known failure: ${outcome.reason}` } };
  }
}

function stepLine({ step, status }: StepRun): string {
  return `${status.padEnd(9)} ${step.keyword} ${step.text}`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
