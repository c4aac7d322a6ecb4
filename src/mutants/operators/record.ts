import { folderOf, type Mutation } from './mutation.ts';

/** What was measured, as it is kept and published. */

/** How a mutant ended: `crashed` is an exception inside the reference, `timed out` also one that took all memory. */
export type End = 'killed' | 'crashed' | 'timed out' | 'survived' | 'not reached';

export const ends: readonly End[] = ['killed', 'crashed', 'timed out', 'survived', 'not reached'];

export interface Measured extends Omit<Mutation, 'id'> {
  readonly end: End;
  /** The scenario that ended it, as lists name it. */
  readonly killer?: string;
  /** How many scenarios reach it. */
  readonly reached: number;
  /** What the reference's check on itself said of a survivor: no program sees that. */
  readonly complaint?: string;
  /** Why no program could tell it from the original. */
  readonly equivalent?: string;
}

export interface Measurement {
  readonly commit: string;
  /** Below src/reference, as asked for; all when empty. */
  readonly folders: readonly string[];
  readonly sample?: { readonly size: number; readonly seed: string };
  readonly scenarios: number;
  /** All that the operators make of these folders. */
  readonly made: {
    readonly total: number;
    /** Left out: changes of texts. */
    readonly strings: number;
    readonly assertions: number;
    /** Left out: done once, while the program is loaded. */
    readonly static: number;
  };
  /** By folder, and of all of them at the end. */
  readonly scores: readonly Score[];
  /** What no scenario finds. */
  readonly alive: readonly Measured[];
}

export interface Score {
  readonly folder: string;
  readonly mutants: number;
  readonly of: Readonly<Record<End, number>>;
  readonly equivalent: number;
  /** Killed in any way of all that are not equivalent; 1 where there is none. */
  readonly score: number;
}

export function isAlive({ end, equivalent }: Measured): boolean {
  return (end === 'survived' || end === 'not reached') && equivalent === undefined;
}

export function scoreOf(folder: string, mutants: readonly Measured[]): Score {
  const real = mutants.filter(({ equivalent }) => equivalent === undefined);
  const number = (end: End): number => real.filter((each) => each.end === end).length;
  const of = Object.fromEntries(ends.map((end) => [end, number(end)])) as Record<End, number>;
  const killed = of.killed + of.crashed + of['timed out'];
  return {
    folder,
    mutants: mutants.length,
    of,
    equivalent: mutants.length - real.length,
    score: real.length === 0 ? 1 : killed / real.length,
  };
}

/** One a folder, and one for all of them at the end. */
export function scoresOf(mutants: readonly Measured[]): Score[] {
  const folders = [...new Set(mutants.map(folderOf))].sort();
  const each = folders.map((folder) =>
    scoreOf(
      folder,
      mutants.filter((mutant) => folderOf(mutant) === folder),
    ),
  );
  return [...each, scoreOf('all', mutants)];
}

/** Rows of a table, the first one its heading. */
export function scoreTable(scores: readonly Score[]): string[][] {
  const rows = scores.map(({ folder, of, equivalent, score, mutants }) => [
    folder,
    ...[mutants, ...ends.map((end) => of[end]), equivalent].map(String),
    `${(Math.floor(score * 1000) / 10).toFixed(1)} %`,
  ]);
  return [['folder', 'mutants', ...ends, 'equivalent', 'score'], ...rows];
}
