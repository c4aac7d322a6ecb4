import { matchIds } from '#conformance/pattern.ts';
import { nearest, nearestHint } from '#conformance/nearest.ts';
import { profiles } from '#conformance/requirement.ts';
import { all } from '#conformance/requirements/index.ts';

import { Problem } from './problem.ts';

export interface Wanted {
  /** Requirement ids, globs of them, or families. */
  readonly only: readonly string[];
  readonly profile?: string | undefined;
  /** A tag expression of the user's. */
  readonly tags?: string | undefined;
}

/** A scenario of one of these is wanted at most; undefined where others may be as well. */
export function wantedIds({ only, profile }: Wanted): ReadonlySet<string> | undefined {
  if (only.length > 0) return new Set(only.flatMap(idsOf));
  return profile === undefined ? undefined : new Set(idsOfProfile(profile));
}

/** The tag expression that selects these scenarios; empty for all. */
export function tagExpression({ only, profile, tags }: Wanted): string {
  const ids = only.length === 0 ? [] : [anyOf(only.flatMap(idsOf))];
  const inProfile = profile === undefined ? [] : [anyOf(idsOfProfile(profile))];
  const own = tags ? [`(${tags})`] : [];
  return [...ids, ...inProfile, ...own].join(' and ');
}

function anyOf(ids: readonly string[]): string {
  return `(${ids.map((id) => `@${id}`).join(' or ')})`;
}

function idsOf(word: string): string[] {
  const ids = all.map(({ id }) => id);
  const found = matchIds(word, ids);
  if (found.length > 0) return found;
  const candidates = [...ids, ...new Set(all.map(({ family }) => family))];
  const hint = nearestHint(word.toUpperCase(), candidates);
  throw new Problem(
    `--only ${word} matches no requirement${hint}`,
    'npm run requirements lists them',
  );
}

function idsOfProfile(profile: string): string[] {
  const names = Object.keys(profiles);
  if (!names.includes(profile)) {
    const [best] = nearest(profile, names);
    const known = `known are ${names.join(', ')}`;
    throw new Problem(`there is no profile "${profile}"; did you mean "${best}"?`, known);
  }
  const ids = all.filter((each) => each.profile === profile).map(({ id }) => id);
  if (ids.length > 0) return ids;
  throw new Problem(`profile "${profile}" has no requirement yet`);
}
