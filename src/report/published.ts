import { isFailure } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';

import { compareText } from './compare-text.ts';
import { profileSentence } from './profiles.ts';
import { isNarrowed } from './run-record.ts';
import type { Result, ScenarioResult } from './result.ts';

/**
 * Where a result belongs below reports/published/: its kernel, its implementation, and the configuration of that kernel,
 * unless it is the usual one: `7.3.4/linux`, `7.3.4/linux-vfio-container`.
 */
export function publishedFolder({ machines, adapter }: Result, configuration?: string): string {
  const [machine] = machines;
  const place = machine ? `${machine.kernel}/${machine.implementation}` : `unknown/${adapter}`;
  return configuration === undefined ? place : `${place}-${configuration}`;
}

/** Why a result is not fit to be shown to others; empty where it is. */
export function publishingFlaws(result: Result): string[] {
  const { stopped, suite, counts, machines } = result;
  const failures = Object.entries(counts).filter(([kind]) => isFailure(kind as OutcomeKind));
  return [
    ...(stopped === undefined ? [] : [`the run was not complete: ${stopped}`]),
    ...(isPartOfFolders(result) ? ['only a part of the suite was run'] : []),
    ...(machines.length > 0 ? [] : ['no scenario reached a machine']),
    ...(suite.commit === 'unknown' ? ['the commit of the suite is unknown'] : []),
    ...(suite.commit.endsWith('-dirty') ? ['the suite had changes that no commit has'] : []),
    ...failures
      .filter(([, number]) => number > 0)
      .map(([kind, number]) => `${number} scenarios have the outcome ${kind}`),
  ];
}

/** Whole folders can be shown to others: those that a machine is for. */
function isPartOfFolders({ selection }: Result): boolean {
  const paths = selection.paths.filter((path) => /\.feature\b/.test(path));
  return isNarrowed({ ...selection, paths });
}

/** README.md beside a published result.json. */
export function publishedReadme(result: Result): string {
  const { machines, suite, counts, profiles } = result;
  const { paths } = result.selection;
  const sections = [
    `# ${machines[0]?.implementation} ${machines[0]?.version}`,
    `Made by \`npm run conformance -- publish\`. Do not edit.`,
    bullets([
      `suite ${suite.version}, commit ${suite.commit}`,
      ...(paths.length > 0 ? [`of the suite only ${paths.join(', ')}`] : []),
      ...machines.map(
        ({ name, kernel, architecture, pageSize, features }) =>
          `machine ${name}: Linux ${kernel}, ${architecture}, ${pageSize}-byte pages; ` +
          `features: ${features.join(', ') || 'none'}`,
      ),
      ...Object.entries(counts).map(([kind, number]) => `${kind}: ${number}`),
    ]),
    '## Profiles',
    bullets(
      Object.entries(profiles).map(([name, profile]) => `${name}: ${profileSentence(profile)}`),
    ),
    '## Known failures',
    groups(result, 'known-failure'),
    '## Skipped',
    groups(result, 'skip'),
    '## Reproduce',
    ['```sh', `git checkout ${suite.commit}`, 'npm ci', command(result), '```'].join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

function bullets(lines: readonly string[]): string {
  return lines.length === 0 ? 'None.' : lines.map((line) => `- ${line}`).join('\n');
}

/** Scenarios by the reason that they share. */
function groups({ scenarios }: Result, kind: OutcomeKind): string {
  const byReason = new Map<string, ScenarioResult[]>();
  for (const scenario of scenarios.filter(({ outcome }) => outcome === kind)) {
    const reason = scenario.reason ?? '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), scenario]);
  }
  const sorted = [...byReason].sort(([a], [b]) => compareText(a, b));
  return bullets(
    sorted.map(([reason, members]) => {
      const ids = new Set(members.flatMap(({ requirements }) => requirements));
      const listed = [...ids].sort(compareText).join(', ');
      return `${reason} (${members.length} scenarios; ${listed})`;
    }),
  );
}

function command({ adapter, settings, knownFailures, selection }: Result): string {
  const options = Object.entries(settings).map(
    ([key, value]) => ` --adapter-option '${key}=${value}'`,
  );
  const [known] = knownFailures;
  const list = known ? ` --known-failures ${known.file}` : '';
  const folders = selection.paths.map((path) => ` ${path}`).join('');
  return `npm run conformance -- --adapter ${adapter}${options.join('')}${list}${folders}`;
}
