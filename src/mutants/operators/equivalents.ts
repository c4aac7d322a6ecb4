import { keyOf, type Identity, type Mutation } from './mutation.ts';
import type { Equivalent } from './equivalents/equivalent.ts';
import { list } from './equivalents/index.ts';

const reasons: ReadonlyMap<string, string> = new Map(
  list.map(({ reason, ...rest }) => [keyOf({ nth: 1, ...rest }), reason]),
);

export function equivalentTo(mutation: Identity): string | undefined {
  return reasons.get(keyOf(mutation));
}

/** Entries of these files that are about nothing: the code was changed, and whoever did has to look at them again. */
export function staleEntries(
  mutations: readonly Mutation[],
  entries: readonly Equivalent[] = list,
): Equivalent[] {
  const files = new Set(mutations.map(({ file }) => file));
  const present = new Set(mutations.map(keyOf));
  return entries.filter(
    (entry) => files.has(entry.file) && !present.has(keyOf({ nth: 1, ...entry })),
  );
}
