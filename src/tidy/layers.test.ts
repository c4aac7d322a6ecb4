import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { root, sources } from './files.ts';
import { drawn, graphOf, reduced } from './import-graph.ts';
import { circlesAcross } from './imports.ts';
import { forbiddenImports, readLayers, unknownFolders, upwardRows } from './layers.ts';

/** `docs/reading-guide.md` says who may import what; here it is held to. */
const layers = readLayers(readFileSync(join(root, 'docs', 'reading-guide.md'), 'utf8'));

const exampleLayers = readLayers(
  ['| `low/**` | | |', '| `middle` | `low` | |', '| `high` | `low` `middle` | |'].join('\n'),
);
const source = (path: string, ...imports: readonly string[]) => ({
  path,
  text: imports.map((name) => `import type { A } from '${name}';`).join('\n'),
});
const example = [
  source('src/low/in/a.ts', './b.ts'),
  source('src/low/in/b.ts', '#high/b.ts'),
  source('src/middle/a.ts', '#low/in/a.ts', '#high/a.ts'),
  source('src/high/a.ts', '../low/in/b.ts', '../middle/a.ts', './b.ts'),
  source('src/high/b.ts'),
  source('src/high/b.test.ts', '../middle/nobody.ts'),
];

test('the table of layers was read', () => {
  assert.ok(layers.length > 10, `${layers.length} layers found in docs/reading-guide.md`);
});

test('each import goes to a layer that the reading guide allows', () => {
  assert.deepEqual(forbiddenImports(sources(), layers), []);
});

test('an import that the table does not allow is told', () => {
  assert.deepEqual(forbiddenImports(example, exampleLayers), [
    'src/low/in/b.ts (low) imports src/high/b.ts (high)',
    'src/middle/a.ts (middle) imports src/high/a.ts (high)',
  ]);
});

test('the reading guide names each folder with sources', () => {
  assert.deepEqual(unknownFolders(sources(), layers), []);
});

test('a folder that the table does not name is told, also inside one that it names', () => {
  const files = [...example, source('src/middle/new/a.ts'), source('src/new/a.ts')];
  assert.deepEqual(unknownFolders(files, exampleLayers), ['src/middle/new', 'src/new']);
});

test('a layer imports only what stands above it in the table', () => {
  assert.deepEqual(upwardRows(layers), []);
});

test('a row that allows what stands below it is told', () => {
  const rows = readLayers('| `one` | `two` | |\n| `two` | `one` | |');
  assert.deepEqual(upwardRows(rows), ['one may import two, which does not stand above it']);
});

/** All that steps do, they do in a World, which has what each of its rooms keeps. */
function roomOf(path: string): string {
  return path.startsWith('steps/support/') ? 'steps/support' : dirname(path);
}

test('no circle of imports leaves its folder', () => {
  assert.deepEqual(circlesAcross(sources(), roomOf), []);
});

test('a circle of imports over folders is told, one in a folder is not', () => {
  const inside = [source('src/low/in/c.ts', './d.ts'), source('src/low/in/d.ts', './c.ts')];
  assert.deepEqual(circlesAcross([...example, ...inside]), ['src/high/a.ts → src/middle/a.ts']);
});

test('the drawing has no arrow that follows from others', () => {
  const files = [source('src/low/a.ts'), source('src/middle/a.ts', '#low/a.ts')];
  const high = source('src/high/a.ts', '#low/a.ts', '#middle/a.ts');
  assert.equal(
    drawn(reduced(graphOf([...files, high], exampleLayers))),
    [
      '```mermaid',
      'flowchart TD',
      '  low["low"]',
      '  middle["middle"]',
      '  high["high"]',
      '  middle --> low',
      '  high --> middle',
      '```',
    ].join('\n'),
  );
});
