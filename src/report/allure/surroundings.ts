import { Status } from 'allure-js-commons';
import type { Category, EnvironmentInfo, ExecutorInfo } from 'allure-js-commons/sdk';

import type { MachineFacts, RunRecord } from '../run-record.ts';
import { shareThatRan, titleOf } from '../share.ts';
import { messagePrefixes } from './status.ts';

const known = messagePrefixes['known-failure'];
const unexpected = messagePrefixes['unexpected-pass'];

/** The first that matches wins. */
export const categories: Category[] = [
  {
    name: 'Known failures',
    description: 'Listed in the known-failures file, with this reason.',
    matchedStatuses: [Status.SKIPPED],
    messageRegex: `^${known}[\\s\\S]*$`,
  },
  {
    name: 'Unexpected passes',
    description: 'Listed in the known-failures file, and yet they pass.',
    matchedStatuses: [Status.FAILED],
    messageRegex: `^${unexpected}[\\s\\S]*$`,
  },
  {
    name: 'Failures of the implementation',
    description: 'The implementation does not do what the requirement says.',
    matchedStatuses: [Status.FAILED],
    messageRegex: `^(?!${unexpected})[\\s\\S]*$`,
  },
  {
    name: 'Broken',
    description: 'The scenario did not get to its point: nothing is known about the requirement.',
    matchedStatuses: [Status.BROKEN],
  },
  {
    name: 'Skipped',
    description: 'The implementation does not have what the scenario needs.',
    matchedStatuses: [Status.SKIPPED],
    messageRegex: `^(?!${known})[\\s\\S]*$`,
  },
];

/** What a reader must know to make sense of the report. */
export function environment(record: RunRecord): EnvironmentInfo {
  const { suite, adapter, machines, selection, stopped } = record;
  return {
    Suite: `${suite.version} (${suite.commit})`,
    ...implementationOf(machines),
    Adapter: adapter,
    Ran: shareThatRan(record),
    Order: selection.order,
    ...(stopped !== undefined && { Stopped: stopped }),
  };
}

function implementationOf(machines: readonly MachineFacts[]): EnvironmentInfo {
  const [first] = machines;
  if (!first) return {};
  const { name, version, kernel, architecture, pageSize } = first.identity;
  return {
    Implementation: `${name} ${version}`,
    Kernel: `${kernel}, ${architecture}, ${pageSize}-byte pages`,
    ...Object.fromEntries(
      machines.map(({ machine, features }) => [`Features of ${machine}`, features.join(', ')]),
    ),
  };
}

export function executor(record: RunRecord, buildOrder: number): ExecutorInfo {
  return {
    name: 'iommufd-conformance',
    type: 'local',
    buildName: `#${buildOrder} (${record.suite.commit})`,
    buildOrder,
    reportName: titleOf(record),
  };
}
