import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { resultOf } from '#report/fixtures/result.ts';
import type { Configuration } from '#report/fixtures/result.ts';
import { publishedFolder } from '#report/published.ts';

import { publishedFiles, resultsOf } from './against.ts';
import { conformance } from './fixtures/conformance.ts';
import { Problem } from './problem.ts';

/** Publishes them in a folder of its own. */
function publish(...configurations: readonly Configuration[]): string {
  const published = temporaryFolder();
  for (const result of configurations.map(resultOf)) {
    const folder = join(published, publishedFolder(result));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
  }
  return published;
}

test('a release names all configurations of its newest published kernel', () => {
  const older = [{ kernel: '7.3.4' }, { kernel: '6.12.117' }];
  const published = publish(...older, { kernel: '7.3.10' }, { kernel: '7.3.10', features: 'a' });
  const kernels = (word: string) =>
    resultsOf(word, published).map(({ result: { machines, settings } }) => [
      machines[0]?.kernel,
      settings['features'],
    ]);
  const newest = [
    ['7.3.10', 'a'],
    ['7.3.10', undefined],
  ];
  assert.deepEqual(kernels('linux-7.3').sort(), newest.sort());
  assert.deepEqual(kernels('linux-7.3.4'), [['7.3.4', undefined]]);
});

test('a path names the result that lies there', () => {
  const published = publish({ kernel: '7.3.4' });
  const [file = ''] = publishedFiles(published);
  assert.equal(publishedFiles(published).length, 1);
  for (const path of [file, join(file, '..')]) {
    assert.equal(resultsOf(path, published)[0]?.result.machines[0]?.kernel, '7.3.4');
  }
});

test('a release of which nothing is published is refused with those that there are', () => {
  const published = publish({ kernel: '7.3.4' }, { kernel: '6.12.117' });
  const problem = (error: unknown) =>
    error instanceof Problem &&
    error.message ===
      'no result of "linux-7.4" is published; nearest: "linux-7.3", "linux-7.3.4", "linux-6.12"' &&
    error.advice?.startsWith('known are linux-6.12, linux-6.12.117, linux-7.3, linux-7.3.4; or') ===
      true;
  assert.throws(() => resultsOf('linux-7.4', published), problem);
});

test('requirements --against counts by subsystem, lists the rest with reasons, and exits with 0', () => {
  const folder = publish({ kernel: '7.3.4' });
  const args = ['requirements', '--against', join(folder, '7.3.4/linux')];
  const { code, output } = conformance([...args, '--config', 'src/cli/fixtures/cucumber.json']);
  assert.equal(code, 0);
  assert.match(output, /^iommufd: 0 of \d+ requirements were exercised$/m);
  assert.match(output, /^vfio: 0 of \d+ requirements were exercised$/m);
  assert.match(output, /^ABI-02: its scenarios are newer than the result$/m);
  assert.match(output, /^ABI-21: The port has no 32-bit processes\.$/m);
  assert.equal(conformance(['requirements', '--against', 'linux-1.0']).code, 2);
});
