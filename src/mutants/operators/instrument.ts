import { readFileSync } from 'node:fs';

import { invariant } from '#reference/reference-bug.ts';

import { Functions } from './functions.ts';
import { keyOf, type Identity, type Mutation } from './mutation.ts';

/** The reference with all mutations in it, each behind a switch. */
export interface Instrumented {
  /** By file name as given. */
  readonly sources: ReadonlyMap<string, string>;
  readonly mutations: readonly Mutation[];
  /** Mutations that nobody looks at: of texts. */
  readonly strings: number;
  /** And of what the reference asserts about itself: one that is weaker says nothing where all is well. */
  readonly assertions: number;
}

/** Texts for a reader change nothing, and texts that mean something are seen by the types or at once. */
const excluded = ['StringLiteral'];

/** As much of a node of Babel's as is looked at. */
interface Path {
  readonly node: {
    readonly type: string;
    readonly callee?: { readonly type: string; readonly name?: string };
  };
}

const asserted = 'an assertion';
const assertions = {
  shouldIgnore: ({ node: { type, callee } }: Path) =>
    type === 'CallExpression' && callee?.name === invariant.name ? asserted : undefined,
};

const silent = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore },
};

function ignore(): void {}

/** `files` are read where they are, and never written. */
export async function instrument(files: readonly string[]): Promise<Instrumented> {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter');
  const read = files.map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true }));
  const result = await new Instrumenter(silent).instrument(read, {
    plugins: null,
    excludedMutations: excluded,
    ignorers: [assertions],
  });
  const texts = new Map(read.map(({ name, content }) => [name, content]));
  const wanted = result.mutants.filter(({ status }) => status !== 'Ignored');
  const ignored = result.mutants.filter(({ statusReason }) => statusReason === asserted);
  return {
    sources: new Map(result.files.map(({ name, content }) => [name, content])),
    mutations: describe(wanted, texts),
    strings: result.mutants.length - wanted.length - ignored.length,
    assertions: ignored.length,
  };
}

interface Found {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  /** From 0. */
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

function describe(found: readonly Found[], texts: ReadonlyMap<string, string>): Mutation[] {
  const functions = new Map([...texts].map(([name, text]) => [name, new Functions(name, text)]));
  const seen = new Map<string, number>();
  return found.map(({ id, fileName, mutatorName, replacement, location: { start, end } }) => {
    const file = functions.get(fileName);
    const text = texts.get(fileName);
    if (file === undefined || text === undefined) throw new Error(`nobody asked for ${fileName}`);
    const first = file.offset(start.line, start.column);
    const before = text.slice(first, file.offset(end.line, end.column));
    const place = file.at(first);
    const same = { file: fileName, operator: mutatorName, before, after: replacement };
    const identity = { ...same, where: place.where };
    return { id, line: start.line + 1, ...place, ...identity, nth: number(identity, seen) };
  });
}

function number(identity: Omit<Identity, 'nth'>, seen: Map<string, number>): number {
  const key = keyOf({ ...identity, nth: 0 });
  const nth = (seen.get(key) ?? 0) + 1;
  seen.set(key, nth);
  return nth;
}
