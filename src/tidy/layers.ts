import { posix } from 'node:path';

import type { SourceFile } from './files.ts';
import { importsOf } from './imports.ts';

/** The table of layers in docs/reading-guide.md, and what it forbids. */

export interface Layer {
  /** A folder below src/, or of steps. */
  readonly name: string;
  /** The folders in it belong to it. */
  readonly isDeep: boolean;
  readonly mayImport: ReadonlySet<string>;
}

/** Rows of a table of which the first cell is a folder in backquotes: `steps` alone, `cli/**` with all that is in it. */
export function readLayers(document: string): Layer[] {
  return [...document.matchAll(/^\| `([^`]+)` \| ([^|]*)\|/gm)].map(
    ([, name = '', allowed = '']) => ({
      name: name.replace(/\/\*\*$/, ''),
      isDeep: name.endsWith('/**'),
      mayImport: new Set([...allowed.matchAll(/`([^`]+)`/g)].map(([, other = '']) => other)),
    }),
  );
}

/** The layer that a file is of. */
export function layerOf(path: string, layers: readonly Layer[]): Layer | undefined {
  const folder = posix.dirname(path).replace(/^src\//, '');
  const isIn = ({ name, isDeep }: Layer): boolean =>
    folder === name || (isDeep && folder.startsWith(`${name}/`));
  return layers.find(isIn);
}

/** Folders with sources that no row names. */
export function unknownFolders(files: readonly SourceFile[], layers: readonly Layer[]): string[] {
  const unknown = files.filter(({ path }) => layerOf(path, layers) === undefined);
  return [...new Set(unknown.map(({ path }) => posix.dirname(path)))];
}

export function forbiddenImports(files: readonly SourceFile[], layers: readonly Layer[]): string[] {
  return [...importsOf(files)].flatMap(([path, targets]) => {
    const from = layerOf(path, layers);
    return targets.flatMap((target) => {
      const to = layerOf(target, layers);
      const isAllowed = from === to || (to && from?.mayImport.has(to.name));
      return isAllowed ? [] : [`${path} (${from?.name}) imports ${target} (${to?.name})`];
    });
  });
}

/** What a row allows and does not stand above it: so there is no way back up. */
export function upwardRows(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ name, mayImport }, index) => {
    const above = new Set(layers.slice(0, index).map((other) => other.name));
    return [...mayImport]
      .filter((other) => !above.has(other))
      .map((other) => `${name} may import ${other}, which does not stand above it`);
  });
}
