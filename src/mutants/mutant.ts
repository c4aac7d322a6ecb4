import type { defaultParts, Parts } from '#reference/machine/parts.ts';

/** A seeded bug: the reference with one part, rarely two, replaced. */
export interface Mutant {
  /** `BUG-nnn`: it happened, in Linux or in QEMU. `SEED-nnn`: an invention of ours. Never reused. */
  readonly id: `BUG-${string}` | `SEED-${string}`;
  /** Requirements; a scenario of one of them has to fail. */
  readonly breaks: readonly [string, ...string[]];
  /** What goes wrong, in a sentence. */
  readonly story: string;
  /** The commit that fixed it, by its title; or what our invention resembles. */
  readonly like: string;
  /** Subclasses of the parts that they replace, made from the originals. */
  readonly parts: (original: typeof defaultParts) => Partial<Parts>;
}

/** The names of entries follow the order in which they were thought of, not a place in the code. */
export function mutants(...entries: readonly Mutant[]): readonly Mutant[] {
  return entries;
}
