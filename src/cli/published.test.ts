import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { publishedFolder, publishedReadme, publishingFlaws } from '#report/published.ts';
import { readResult } from '#report/read-run.ts';
import type { Result } from '#report/result.ts';

import { publishedFiles } from './against.ts';
import { fixtureReports, resultIn, runFixture } from './fixtures/conformance.ts';
import { resultOf } from '#report/fixtures/result.ts';
import { published } from './publish.ts';

for (const file of publishedFiles()) {
  test(`${relative(published, file)} is valid, complete, in its place, and its README is current`, () => {
    const result = readResult(file);
    assert.deepEqual(publishingFlaws(result), []);
    const place = join(published, publishedFolder(result));
    const folder = dirname(file);
    assert.ok(folder === place || folder.startsWith(`${place}-`), `${folder} is not ${place}`);
    const readme = readFileSync(join(file, '..', 'README.md'), 'utf8');
    assert.equal(readme, publishedReadme(result));
  });
}

test('a result with failures, or of a part of the suite, is not published', () => {
  const folder = temporaryFolder();
  runFixture(folder, '--only', 'ABI-07');
  const flaws = publishingFlaws(resultIn(fixtureReports(folder)));
  assert.ok(flaws.includes('only a part of the suite was run'));
  assert.ok(flaws.includes('1 scenarios have the outcome fail'));
});

test('a result of whole folders is published, and its README names them', () => {
  const { selection, ...result } = resultOf({});
  const of = (...paths: string[]): Result => ({ ...result, selection: { ...selection, paths } });
  assert.deepEqual(publishingFlaws(of('features/dma')), publishingFlaws(of()));
  assert.match(publishedReadme(of('features/dma')), /^- of the suite only features\/dma$/m);
  assert.match(publishedReadme(of('features/dma')), /^npm run conformance .* features\/dma$/m);
  const flaw = 'only a part of the suite was run';
  assert.ok(publishingFlaws(of('features/dma', 'features/a.feature:3')).includes(flaw));
});

test('the README says how to reproduce the result', () => {
  const folder = temporaryFolder();
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

test('results of several configurations of a kernel lie side by side', () => {
  assert.equal(publishedFolder(resultOf({})), '7.3.4/linux');
  assert.equal(publishedFolder(resultOf({}), 'vfio-container'), '7.3.4/linux-vfio-container');
});
