import type { Source } from '../requirement.ts';

/**
 * What a finding is: a place where Linux seems not to do what a program may expect of it. The tables in this folder hold
 * them; a number is assigned once and never reused, so that a list of known failures can name it.
 */

/** How it is known: somebody saw it on a running kernel, or it follows from reading the source. */
export type Evidence = 'seen' | 'read';

export interface Finding {
  /** `LINUX-07`. */
  readonly id: string;
  /** One sentence that could be the subject of a mail, without its full stop. */
  readonly title: string;
  /** The kernels that do so; with `read` those whose source does. */
  readonly kernels: readonly string[];
  /** On which machine it was seen, or which hardware it is about. */
  readonly machine: string;
  readonly evidence: Evidence;
  /** What a program may expect. */
  readonly expected: string;
  /** The lines that let it expect so; none where no header or document speaks of it. */
  readonly by: readonly Source[];
  readonly seen: string;
  /** The calls that show it, in their order, each a sentence; only with `read` may there be none. */
  readonly calls: readonly string[];
  /** The last release on which it was tried, and what that one did. */
  readonly tried?: { readonly release: string; readonly stillThere: boolean };
  /** What the adapter has to be told beside the kernel. */
  readonly settings?: readonly string[];
  /** The requirements that it is about, where the suite has them. */
  readonly requirements?: readonly string[];
}

type Entry = Omit<Finding, 'id' | 'evidence'> & Partial<Pick<Finding, 'evidence'>>;

/** Findings by number; those that do not say otherwise were seen. */
export function findings(entries: Readonly<Record<number, Entry>>): readonly Finding[] {
  return Object.entries(entries).map(([number, entry]) => ({
    id: `LINUX-${number.padStart(2, '0')}`,
    evidence: 'seen',
    ...entry,
  }));
}

/** Still there in 7.3.4, the newest release of the lab. */
export const stillThere = { release: '7.3.4', stillThere: true } as const;
/** Not in 7.3.4 any more. */
export const gone = { release: '7.3.4', stillThere: false } as const;
