/** The reference broke one of its own invariants. Never an outcome of a call: whoever meets it reports `broken`. */
export class ReferenceBug extends Error {
  override readonly name = 'ReferenceBug';
}

/** Says what should hold; throws ReferenceBug where it does not. */
export function invariant(holds: boolean, says: string): asserts holds {
  if (!holds) throw new ReferenceBug(says);
}
