import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { root, sources, type SourceFile } from './files.ts';

/** `docs/reading-guide.md` says who may import what; here it is held to. */
const guide = readFileSync(join(root, 'docs', 'reading-guide.md'), 'utf8');

const layers: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...guide.matchAll(/^\| `([^`]+)` \| ([^|]*)\|/gm)].map(([, name = '', allowed = '']) => [
    name,
    new Set([...allowed.matchAll(/`([^`]+)`/g)].map(([, other = '']) => other)),
  ]),
);

/** The layer of a path below src/ or of steps/: the longest that the table knows. */
function layerOf(path: string): string | undefined {
  const parts = dirname(path)
    .replace(/^src(\/|$)/, '')
    .split('/');
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('/');
    if (layers.has(name)) return name;
  }
  return undefined;
}

function importsOf({ path, text }: SourceFile): string[] {
  const found = [...text.matchAll(/(?:from|import\(|require\()\s*'([#.][^']+)'/g)];
  return found.map(([, name = '']) => {
    if (name.startsWith('.')) return join(dirname(path), name).replaceAll('\\', '/');
    return name.startsWith('#steps/') ? name.slice(1) : `src/${name.slice(1)}`;
  });
}

test('the table of layers was read', () => {
  assert.ok(layers.size > 10, `${layers.size} layers found in docs/reading-guide.md`);
});

test('each import goes to a layer that the reading guide allows', () => {
  const wrong = sources()
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .flatMap((file) => {
      const from = layerOf(file.path);
      if (from === undefined) return [];
      return importsOf(file).flatMap((target) => {
        const to = layerOf(target);
        const allowed = to === undefined || to === from || layers.get(from)?.has(to) === true;
        return allowed ? [] : [`${file.path} (${from}) imports ${target} (${to})`];
      });
    });
  assert.deepEqual(wrong, []);
});
