import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { Measurement } from '#mutants/operators/record.ts';

import { root } from '../version.ts';
import { sourcesIn } from './program.ts';

const config = ['--config', 'src/cli/fixtures/one-feature.json'];

function mutants(...parameters: string[]) {
  const main = ['--require', 'ts-node/register', 'src/cli/mutants.ts', '--by-operator'];
  const options = { cwd: root, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...main, ...parameters], options);
  return { code: status, output: stdout, complaint: stderr };
}

test('the mutants of a file, by the scenarios of one feature; what is known is not done again', () => {
  const reports = temporaryFolder();
  const result = join(reports, 'result.json');
  const parameters = [...config, '--reports', reports, '--result', result, '--processes', '1'];
  const asked = [...parameters, '--folder', 'kernel/lib/id-pool.ts'];
  const first = mutants(...asked);
  assert.equal(first.code, 0, first.complaint);
  const measured = JSON.parse(readFileSync(result, 'utf8')) as Measurement;
  const [score] = measured.scores;
  assert.ok(score);
  // Ids come from it: without one nothing goes on. Of those that come back after a destroy this feature knows nothing.
  assert.ok(score.of.killed + score.of.crashed > 0, first.output);
  assert.ok(score.of.survived + score.of['not reached'] > 0, first.output);
  assert.equal(measured.alive.length, score.of.survived + score.of['not reached']);
  const second = mutants(...asked);
  assert.doesNotMatch(second.output, /scenarios run/);
  assert.deepEqual(JSON.parse(readFileSync(result, 'utf8')), measured);
  assert.equal(mutants(...asked, '--at-least', '99').code, 1);
});

test('nothing of the tree is mutated on disk', () => {
  const text = readFileSync(join(root, 'src/reference/kernel/lib/id-pool.ts'), 'utf8');
  assert.doesNotMatch(text, /stry/);
});

test('folders are files or folders of kernel and hardware, without tests', () => {
  const lib = sourcesIn(['kernel/lib/']);
  assert.ok(lib.includes('src/reference/kernel/lib/id-pool.ts'));
  assert.ok(lib.every((file) => !file.endsWith('.test.ts') && existsSync(join(root, file))));
  assert.deepEqual(sourcesIn(['src/reference/kernel/lib/math.ts']), [
    'src/reference/kernel/lib/math.ts',
  ]);
  assert.throws(
    () => sourcesIn(['kernel/li']),
    /there is no source file src\/reference\/kernel\/li$/,
  );
  assert.ok(sourcesIn([]).every((file) => !file.startsWith('src/reference/machine/')));
});

test('a wrong option is one sentence', () => {
  const wrong = mutants('--folder', 'kernel/nowhere');
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.complaint,
    /^there is no source file src\/reference\/kernel\/nowhere\nname files/,
  );
  assert.match(mutants('--shard', '3/2').complaint, /expected 1\/4 for the first of four/);
});
