import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { resultOf } from '#report/fixtures/result.ts';
import { publishedFolder } from '#report/published.ts';

import { publishedFiles, resultsOf } from './against.ts';
import { conformance } from './fixtures/conformance.ts';
import { Problem } from './problem.ts';

/** Publishes results in a folder of its own; a kernel may have the name of its configuration behind it. */
function publish(...kernels: readonly string[]): string {
  const published = temporaryFolder();
  for (const [kernel = '', configuration] of kernels.map((each) => each.split(' '))) {
    const result = resultOf({ kernel });
    const folder = join(published, publishedFolder(result, configuration));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
  }
  return published;
}

test('a release names all configurations of its newest published kernel', () => {
  const published = publish('7.3.4', '6.12.117', '7.3.10', '7.3.10 vfio-container');
  const places = (word: string) =>
    resultsOf(word, published).map(({ place }) => relative(published, resolve(place)));
  assert.deepEqual(places('linux-7.3'), ['7.3.10/linux', '7.3.10/linux-vfio-container']);
  assert.deepEqual(places('linux-7.3.4'), ['7.3.4/linux']);
});

test('a path names the result that lies there', () => {
  const published = publish('7.3.4');
  const [file = ''] = publishedFiles(published);
  assert.equal(publishedFiles(published).length, 1);
  for (const path of [file, join(file, '..')]) {
    assert.equal(resultsOf(path, published)[0]?.result.machines[0]?.kernel, '7.3.4');
  }
});

test('a release of which nothing is published is refused with those that there are', () => {
  const published = publish('7.3.4', '6.12.117');
  const problem = (error: unknown) =>
    error instanceof Problem &&
    error.message ===
      'no result of "linux-7.4" is published; nearest: "linux-7.3", "linux-7.3.4", "linux-6.12"' &&
    error.advice?.startsWith('known are linux-6.12, linux-6.12.117, linux-7.3, linux-7.3.4; or') ===
      true;
  assert.throws(() => resultsOf('linux-7.4', published), problem);
});

test('requirements --against counts by subsystem, lists the rest with reasons, and exits with 0', () => {
  const folder = publish('7.3.4');
  const args = ['requirements', '--against', join(folder, '7.3.4/linux')];
  const { code, output } = conformance([...args, '--config', 'src/cli/fixtures/cucumber.json']);
  assert.equal(code, 0);
  assert.match(output, /^iommufd: 0 of \d+ requirements were exercised$/m);
  assert.match(output, /^vfio: 0 of \d+ requirements were exercised$/m);
  assert.match(output, /^ABI-02: its scenarios are newer than the result$/m);
  assert.match(output, /^ABI-21: The port has no 32-bit processes\.$/m);
  assert.equal(conformance(['requirements', '--against', 'linux-1.0']).code, 2);
});
