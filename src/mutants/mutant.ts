import { defaultParts, type Parts } from '#reference/machine/parts.ts';
import { vmmParts, type VmmParts } from '#vmm/parts.ts';

/** Those of the reference, and those of the VMM on it. */
export interface MutableParts extends Parts {
  readonly vmm: VmmParts;
}

export const originalParts: MutableParts = { ...defaultParts, vmm: vmmParts };

/** A class of the reference or of the VMM. */
export type Part = {
  [Floor in keyof MutableParts]: MutableParts[Floor][keyof MutableParts[Floor]];
}[keyof MutableParts];

/** A seeded bug: the reference, or the VMM on it, with one part, rarely two, replaced. */
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
  readonly bug: (original: MutableParts) => Part | readonly Part[];
}

/** Those of one file below `families/`, by their ids. */
export function mutants(...entries: readonly Mutant[]): readonly Mutant[] {
  return entries;
}

/** The parts of a reference, or of a VMM on it, that has the bug. */
export function withBug(original: MutableParts, { id, bug }: Mutant): MutableParts {
  const floors: Record<string, Record<string, unknown>> = { ...original };
  for (const part of [bug(original)].flat()) {
    const [floor, name] = placeOf(Object.getPrototypeOf(part), original, id);
    floors[floor] = { ...floors[floor], [name]: part };
  }
  return floors as unknown as MutableParts;
}

function placeOf(extended: unknown, original: MutableParts, id: string): readonly [string, string] {
  for (const [floor, parts] of Object.entries(original)) {
    const named = Object.entries(parts as object).find(([, part]) => part === extended);
    if (named) return [floor, named[0]];
  }
  throw new Error(`${id}: a class extends no part`);
}
