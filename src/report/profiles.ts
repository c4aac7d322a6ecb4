import { count } from '#conformance/outcome.ts';
import type { OutcomeKind } from '#conformance/outcome.ts';
import { profileNeeds } from '#conformance/requirement.ts';

import type { RequirementIndex, ShownRequirement } from './by-requirement.ts';
import { compareText } from './compare-text.ts';
import type { ProfileResult } from './result.ts';
import { isWhole } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

/** The verdict on each profile of which a scenario ran or was skipped. */
export function rollUpProfiles(
  record: RunRecord,
  shown: readonly ShownRequirement[],
  index: RequirementIndex,
): Record<string, ProfileResult> {
  const profileOf = ({ id }: ShownRequirement): string => index.get(id)?.profile ?? 'unknown';
  const names = [...new Set(shown.map(profileOf))].sort(compareText);
  const result = (name: string): ProfileResult => {
    const members = shown.filter((requirement) => profileOf(requirement) === name);
    const contract = new Set(
      members.filter(({ id }) => index.get(id)?.level === 'contract').map(({ id }) => id),
    );
    return profileResult(members, contract, {
      whole: isWhole(record),
      offered: isOffered(name, record),
    });
  };
  return Object.fromEntries(names.map((name) => [name, result(name)]));
}

/** Has a machine what the profile is about? */
function isOffered(profile: string, { machines }: RunRecord): boolean {
  const needs = profileNeeds[profile] ?? [];
  if (needs.length === 0) return true;
  return machines.some(({ features }) => needs.some((need) => features.includes(need)));
}

/** A failure denies, whether it was known or not; what broke tells nothing. */
const denying: ReadonlySet<OutcomeKind> = new Set(['fail', 'known-failure']);

interface Circumstances {
  /** The whole suite was run. */
  readonly whole: boolean;
  /** A machine has what the profile is about. */
  readonly offered: boolean;
}

function profileResult(
  members: readonly ShownRequirement[],
  contract: ReadonlySet<string>,
  circumstances: Circumstances,
): ProfileResult {
  const missed = members
    .filter(({ runs }) => runs.some(({ outcome }) => denying.has(outcome.kind)))
    .map(({ id }) => id);
  const denied = missed.filter((id) => contract.has(id));
  const deviations = missed.filter((id) => !contract.has(id));
  const scenarios = tried(members);
  const requirements = count(members.map(({ outcome }) => outcome));
  const verdict = verdictOf(denied.length, scenarios, circumstances);
  return { verdict, scenarios, requirements, denied, deviations };
}

type Tried = NonNullable<ProfileResult['scenarios']>;

/** A scenario that shows two requirements of a profile is one. */
function tried(members: readonly ShownRequirement[]): Tried {
  const runs = [...new Set(members.flatMap((member) => member.runs))];
  const { skip, broken } = count(runs.map(({ outcome }) => outcome.kind));
  return { selected: runs.length, ran: runs.length - skip - broken, broken };
}

function verdictOf(
  denied: number,
  { broken, ran }: Tried,
  { whole, offered }: Circumstances,
): ProfileResult['verdict'] {
  if (denied > 0) return 'not conformant';
  if (broken > 0) return 'unknown';
  if (!whole) return 'partial run';
  return ran > 0 && offered ? 'conformant' : 'not tested';
}

/** `conformant (291 of 304 scenarios ran)`, or the requirements that say otherwise. */
export function profileSentence({ verdict, scenarios, denied, deviations }: ProfileResult): string {
  const because = denied.length === 0 ? '' : `: ${denied.join(', ')}`;
  const also = deviations.length === 0 ? '' : `; deviations: ${deviations.join(', ')}`;
  return `${verdict}${triedClause(scenarios)}${because}${also}`;
}

function triedClause(scenarios: ProfileResult['scenarios']): string {
  if (scenarios === undefined) return '';
  const { ran, selected, broken } = scenarios;
  const lost = broken === 0 ? '' : `, ${broken} broken`;
  return ` (${ran} of ${selected} scenarios ran${lost})`;
}
