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
