import type { defaultParts, Parts } from '#reference/machine/parts.ts';

/** A seeded bug: the reference with one part, rarely two, replaced. */
export interface Mutant {
  /** `BUG-nnn`: it happened, in Linux or in QEMU. `SEED-nnnn`: an invention of ours. Never reused. */
  readonly id: `BUG-${string}` | `SEED-${string}`;
  /** Requirements; a scenario of one of them has to fail. The family of the first says where this stands. */
  readonly breaks: readonly [string, ...string[]];
  /** What goes wrong, in a sentence. */
  readonly story: string;
  /** The commit that fixed it, by its title; or what our invention resembles. */
  readonly like: string;
  /** Subclasses of the parts that they replace, made from the originals. */
  readonly parts: (original: typeof defaultParts) => Partial<Parts>;
}

/** Those of one file below `families/`, by their ids. */
export function mutants(...entries: readonly Mutant[]): readonly Mutant[] {
  return entries;
}
