import type { defaultParts, Parts } from '#reference/machine/parts.ts';

/** A class of the reference. */
export type Part = Parts[keyof Parts];

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
  /** Each subclass takes the place of the part that it extends. */
  readonly bug: (original: typeof defaultParts) => Part | readonly Part[];
}

/** Those of one file below `families/`, by their ids. */
export function mutants(...entries: readonly Mutant[]): readonly Mutant[] {
  return entries;
}

/** The parts of a reference that has the bug. */
export function withBug(original: typeof defaultParts, { id, bug }: Mutant): Parts {
  const replaced = [bug(original)].flat().map((part) => {
    const extended: unknown = Object.getPrototypeOf(part);
    const named = Object.entries(original).find(([, each]) => each === extended);
    if (named === undefined) throw new Error(`${id}: a class extends no part`);
    return [named[0], part] as const;
  });
  return { ...original, ...Object.fromEntries(replaced) };
}
