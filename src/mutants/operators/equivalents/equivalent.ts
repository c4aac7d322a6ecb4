/** A mutant that no program and no device could tell from the original. */
export interface Equivalent {
  readonly file: string;
  readonly where: string;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  /** Where the function has several of the same; 1 where it is left out. */
  readonly nth?: number;
  /** An assertion, an optimisation, what nobody can ask for, and why. */
  readonly reason: string;
}

/** Function, operator, before and after. */
type Change = readonly [string, string, string, string];

/** Several of one file, for one reason. */
export function alike(file: string, reason: string, ...changes: readonly Change[]): Equivalent[] {
  return changes.map(([where, operator, before, after]) => {
    return { file, where, operator, before, after, reason };
  });
}
