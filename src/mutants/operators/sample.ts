import { createHash } from 'node:crypto';

import { keyOf, type Mutation } from './mutation.ts';

/**
 * So many of them, the same for the same seed, and at the head of any larger sample. Each has a number of its own that its
 * neighbours do not change, so that a sample stays nearly the same when the reference does.
 */
export function sample<M extends Mutation>(all: readonly M[], size: number, seed: string): M[] {
  const drawn = all.map((mutation) => ({ mutation, lot: lotOf(mutation, seed) }));
  drawn.sort((one, other) => (one.lot < other.lot ? -1 : 1));
  return drawn.slice(0, size).map(({ mutation }) => mutation);
}

function lotOf(mutation: Mutation, seed: string): string {
  return createHash('sha256')
    .update(`${seed} ${keyOf(mutation)}`)
    .digest('hex');
}

/** Every `of`th, from the `index`th, which begins at 1. */
export function shard<T>(all: readonly T[], index: number, of: number): T[] {
  return all.filter((_, position) => position % of === index - 1);
}
