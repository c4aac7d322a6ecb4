/** A change that an operator makes to one place of the reference: `<` for `<=`, `true` for a condition, no body. */
export interface Mutation {
  /** Of the instrumented program: what switches it on. Another one after any change of the reference. */
  readonly id: string;
  /** From the root of the project. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `HoleTree.insert`, or empty where it is in none. */
  readonly where: string;
  /** As the instrumenter names it: `EqualityOperator`. */
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  /** Of several that are the same but for their place in the function: from 1. */
  readonly nth: number;
  /** The requirements that the comments of the function name. */
  readonly requirements: readonly string[];
}

/** What stays when lines move: all but the line. */
export type Identity = Pick<Mutation, 'file' | 'where' | 'operator' | 'before' | 'after' | 'nth'>;

export function keyOf({ file, where, operator, before, after, nth }: Identity): string {
  return JSON.stringify([file, where, operator, before, after, nth]);
}

/** `a < b → a <= b`, in one line. */
export function change({ before, after }: Pick<Mutation, 'before' | 'after'>): string {
  return `${short(before)} → ${short(after)}`;
}

const widest = 100;

function short(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ');
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}

/** Below src/reference: `kernel/mm`, `kernel/iommufd/selftest`. */
export function folderOf({ file }: Pick<Mutation, 'file'>): string {
  return file.replace(/^src\/reference\//, '').replace(/\/[^/]*$/, '');
}
