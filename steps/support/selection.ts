import { isSince } from '#conformance/requirement.ts';
import { byId } from '#conformance/requirements/index.ts';
import { neededFeatures, requirementIds } from '#conformance/tags.ts';
import { features, type Feature } from '#port/features.ts';

/** The features that a scenario asks for by its tags. */
export function featuresNeeded(tags: readonly string[]): Feature[] {
  const needed = neededFeatures(tags.map((name) => ({ name })));
  for (const name of needed) {
    if (!(name in features)) throw new Error(`@needs:${name} names no feature`);
  }
  return needed as Feature[];
}

/** Why a scenario with these tags says nothing about that kernel; undefined where it does. */
export function whyNot(tags: readonly string[], kernel: string): string | undefined {
  for (const id of requirementIds(tags.map((name) => ({ name })))) {
    const requirement = byId.get(id);
    if (requirement === undefined) throw new Error(`@${id} names no requirement`);
    if (!isSince(kernel, requirement.since)) {
      return `${id} is about Linux ${requirement.since} and later; this is ${kernel}`;
    }
    const { changed } = requirement;
    if (changed !== undefined && isSince(changed.after, release(kernel))) {
      return `${id} changed after Linux ${changed.after}; this is ${kernel}, where: ${changed.was}`;
    }
  }
  return undefined;
}

function release(kernel: string): `${number}.${number}` {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  return `${major}.${minor}`;
}
