import { posix } from 'node:path';

import type { SourceFile } from './files.ts';

/** Who imports whom, types included; tests do not count. */

/** By path: the files that it imports. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** `#steps` stands beside `src/`, all other aliases below it. */
export function targetOf(path: string, name: string): string {
  if (name.startsWith('.')) return posix.join(posix.dirname(path), name);
  return name.startsWith('#steps/') ? name.slice(1) : `src/${name.slice(1)}`;
}

export function importsOf(files: readonly SourceFile[]): Imports {
  const sources = files.filter(({ path }) => !path.endsWith('.test.ts'));
  return new Map(
    sources.map(({ path, text }) => {
      const found = [...text.matchAll(/(?:from|import|import\(|require\()\s*'([#.][^']+)'/g)];
      return [path, found.map(([, name = '']) => targetOf(path, name))];
    }),
  );
}

/** The circles: groups of files of which each reaches each other one. Tarjan's algorithm. */
export function circlesOf(imports: Imports): string[][] {
  const circles: string[][] = [];
  const numbers = new Map<string, number>();
  const stack: string[] = [];
  const visit = (path: string): number => {
    const number = numbers.size;
    numbers.set(path, number);
    let low = number;
    stack.push(path);
    for (const next of imports.get(path) ?? []) {
      if (!imports.has(next)) continue;
      if (!numbers.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, numbers.get(next) ?? low);
    }
    if (low === number) {
      const circle = stack.splice(stack.indexOf(path));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return low;
  };
  for (const path of imports.keys()) if (!numbers.has(path)) visit(path);
  return circles;
}

/** The circles that do not stay in one folder. `roomOf` says where a file counts. */
export function circlesAcross(
  files: readonly SourceFile[],
  roomOf: (path: string) => string = posix.dirname,
): string[] {
  return circlesOf(importsOf(files))
    .filter((circle) => new Set(circle.map(roomOf)).size > 1)
    .map((circle) => circle.join(' → '));
}
