import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';

import { publishedFolder, publishedReadme, publishingFlaws } from '#report/published.ts';
import { readResult } from '#report/read-run.ts';

import { fixtureReports, newFolder, resultIn, runFixture } from './fixtures/conformance.ts';
import { published } from './publish.ts';

function publishedResults(): string[] {
  if (!existsSync(published)) return [];
  const files = readdirSync(published, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('result.json')).map((file) => join(published, file));
}

for (const file of publishedResults()) {
  test(`${relative(published, file)} is valid, complete, in its place, and its README is current`, () => {
    const result = readResult(file);
    assert.deepEqual(publishingFlaws(result), []);
    assert.equal(file, join(published, publishedFolder(result), 'result.json'));
    const readme = readFileSync(join(file, '..', 'README.md'), 'utf8');
    assert.equal(readme, publishedReadme(result));
  });
}

test('a result with failures, or of a part of the suite, is not published', () => {
  const folder = newFolder();
  runFixture(folder, '--only', 'ABI-07');
  const flaws = publishingFlaws(resultIn(fixtureReports(folder)));
  assert.ok(flaws.includes('only a part of the suite was run'));
  assert.ok(flaws.includes('1 scenarios have the outcome fail'));
});

test('the README says how to reproduce the result', () => {
  const folder = newFolder();
  const known = ['--known-failures', 'src/cli/fixtures/known-failures.txt'];
  runFixture(folder, ...known, '--adapter-option', 'kernel=/home/me/bzImage');
  const readme = publishedReadme(resultIn(fixtureReports(folder)));
  assert.match(readme, /## Reproduce\n\n```sh\ngit checkout \w+/);
  assert.match(readme, /--adapter-option 'kernel=bzImage' --known-failures src\/cli\/fixtures/);
  assert.match(
    readme,
    /- The fixture fails here, and its authors know\. \(2 scenarios; ABI-07, ABI-18\)/,
  );
});
