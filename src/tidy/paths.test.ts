import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { filesBelow, root } from './files.ts';
import { missingPaths } from './paths.ts';

const paths = ['README.md', 'docs', 'docs/a.md', 'src', 'src/port', 'src/port/bench.ts', 'reports'];

function missingIn(path: string, text: string): string[] {
  return missingPaths({ path, text }, paths);
}

test('a document names paths that exist', () => {
  const text =
    '`src/port/bench.ts:14`, `bench.ts`, `src/port/`, `port/`, `src/*/bench.ts`, `src/<it>/bench.ts`';
  assert.deepEqual(missingIn('docs/a.md', text), []);
  assert.deepEqual(
    missingIn('docs/a.md', '[one](a.md#top) [two](../README.md) [three](#here)'),
    [],
  );
});

test('a path that is gone is told', () => {
  const text =
    '`src/tidy.test.ts`, `tidy.test.ts`, `run src/tidy`, `src/port/*.md`, `gone/`, [b](b.md)';
  assert.deepEqual(missingIn('docs/a.md', text), [
    'docs/a.md: b.md',
    'docs/a.md: src/tidy.test.ts',
    'docs/a.md: tidy.test.ts',
    'docs/a.md: src/tidy',
    'docs/a.md: src/port/*.md',
    'docs/a.md: gone/',
  ]);
});

test("paths of the reader, of Linux and of others are nobody's business", () => {
  const text =
    '`--adapter ./mine.ts`, `/dev/iommu`, `drivers/iommu/iommu.c`, `1/2`, [x](https://a.b/c.md)';
  assert.deepEqual(missingIn('docs/a.md', text), []);
  assert.deepEqual(missingIn('docs/a.md', '```\nsrc/gone.ts `src/gone.ts`\n```\n'), []);
});

test('a changelog may name what was there in a release', () => {
  const text = '## [Unreleased]\n`src/gone.ts`\n## [0.1]\n`src/older.ts`\n';
  assert.deepEqual(missingIn('CHANGELOG.md', text), ['CHANGELOG.md: src/gone.ts']);
});

/** All files and folders, without what is installed. */
function everyPath(): string[] {
  const top = readdirSync(root, { withFileTypes: true });
  return top
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((entry) => {
      if (!entry.isDirectory()) return [entry.name];
      const below = readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' });
      return [entry.name, ...below.map((path) => join(entry.name, path).replaceAll('\\', '/'))];
    });
}

test('the paths that the documents name exist', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'features/README.md'].map(
    (path) => ({ path, text: readFileSync(join(root, path), 'utf8') }),
  );
  const all = everyPath();
  const found = [...documents, ...filesBelow('docs', '.md'), ...filesBelow('examples', '.md')];
  assert.deepEqual(
    found.flatMap((document) => missingPaths(document, all)),
    [],
  );
});
