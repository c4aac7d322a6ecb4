import { nearestHint } from './nearest.ts';
import { isSince, type Release } from './requirement.ts';
import { byId } from './requirements/index.ts';

/** A tag as it stands in a feature file. `name` starts with `@`. */
export interface Tag {
  readonly name: string;
  readonly uri: string;
  readonly line: number;
}

export type TagMeaning =
  | { readonly kind: 'requirement'; readonly id: string }
  | { readonly kind: 'needs'; readonly feature: string }
  | { readonly kind: 'any IOMMU' }
  | { readonly kind: 'unknown' };

const requirementTag = /^@([A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*-\d{2,})$/;
const needsTag = /^@needs:(\S+)$/;
/** What a device answers for itself, behind whichever IOMMU it is. */
const anyIommuTag = '@any-iommu';

export function meaningOf(name: string): TagMeaning {
  const id = requirementTag.exec(name)?.[1];
  if (id) return { kind: 'requirement', id };
  if (name === anyIommuTag) return { kind: 'any IOMMU' };
  const feature = needsTag.exec(name)?.[1];
  return feature ? { kind: 'needs', feature } : { kind: 'unknown' };
}

export function requirementsOf(names: readonly string[]): string[] {
  const meanings = names.map(meaningOf);
  return meanings.flatMap((meaning) => (meaning.kind === 'requirement' ? [meaning.id] : []));
}

/** The features that a scenario needs. `F` is the caller's list of them: tagProblems() has refused any other. */
export function needsOf<F extends string>(names: readonly string[]): F[] {
  const meanings = names.map(meaningOf);
  return meanings.flatMap((meaning) => (meaning.kind === 'needs' ? [meaning.feature as F] : []));
}

/** Does the scenario say the same on a machine with any IOMMU, so that one of them is enough? */
export function isOfAnyIommu(names: readonly string[]): boolean {
  return names.includes(anyIommuTag);
}

const placePrefix = '@machine:';

/** The tag of a scenario that runs on several machines, on one of them. Runs set it; no feature file may. */
export function placeTag(machine: string): string {
  return placePrefix + machine;
}

export function placeOf(names: readonly string[]): string | undefined {
  return names.find((name) => name.startsWith(placePrefix))?.slice(placePrefix.length);
}

/** Why a scenario says nothing about a kernel of this release: one of its requirements came, or changed, later. */
export function otherRelease(names: readonly string[], kernel: string): string | undefined {
  for (const id of requirementsOf(names)) {
    const { since, changed } = byId.get(id) ?? {};
    if (since !== undefined && !isSince(kernel, since)) {
      return `${id} is about Linux ${since} and later; this is ${kernel}`;
    }
    if (changed !== undefined && !isAfter(kernel, changed.after)) {
      return `${id} changed after Linux ${changed.after}; this is ${kernel}: ${changed.was}`;
    }
  }
  return undefined;
}

function isAfter(kernel: string, release: Release): boolean {
  const [major = '0', minor = '0'] = kernel.split('.');
  return isSince(kernel, release) && `${major}.${minor}` !== release;
}

export interface Vocabulary {
  readonly requirements: ReadonlySet<string>;
  readonly features: ReadonlySet<string>;
}

/** One sentence for each tag that means nothing, starting with `file:line`. */
export function tagProblems(tags: readonly Tag[], known: Vocabulary): string[] {
  const problems = tags.map((tag) => tagProblem(tag, known));
  return [...new Set(problems.filter((problem) => problem !== undefined))];
}

function tagProblem({ name, uri, line }: Tag, known: Vocabulary): string | undefined {
  const meaning = meaningOf(name);
  if (meaning.kind === 'requirement') {
    if (known.requirements.has(meaning.id)) return undefined;
    const hint = nearestHint(meaning.id, known.requirements);
    return `${uri}:${line}: ${name} names no requirement${hint}`;
  }
  if (meaning.kind === 'needs') {
    if (known.features.has(meaning.feature)) return undefined;
    const hint = nearestHint(meaning.feature, known.features);
    return `${uri}:${line}: ${name} names no feature${hint}`;
  }
  if (meaning.kind === 'any IOMMU') return undefined;
  return `${uri}:${line}: ${name} is neither a requirement id nor @needs:<feature>`;
}
