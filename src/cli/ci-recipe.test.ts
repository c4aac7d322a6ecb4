import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { Result } from '#report/result.ts';

import { root } from './version.ts';

/** The commands of docs/ci.md, as they stand there, in a folder as that of somebody who follows it. */

const page = readFileSync(join(root, 'docs', 'ci.md'), 'utf8');
const recipes = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const commands = recipes.map((text) =>
  [...text.matchAll(/^ *- run: (.*)$/gm)].map(([, line = '']) => line.replace(/^'(.*)'$/, '$1')),
);
const artefacts = recipes.map((text) =>
  [...text.matchAll(/upload-artifact@v4\n(?: +if.*\n)? +with:\n +name: .*\n +path: (.*)$/gm)].map(
    ([, path = '']) => path,
  ),
);
const shards = (recipes[0]?.match(/shard: \[(.*)\]/)?.[1] ?? '').split(', ');

const folder = temporaryFolder();
const bin = join(folder, 'bin');
const program = [
  ...['--require', join(root, 'node_modules/ts-node/register'), join(root, 'src/cli/program.ts')],
].join(' ');

function executable(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Tools that a runner has, and the two programs of the user; a few scenarios stand for all, and no page is made. */
function prepare(): void {
  for (const each of [bin, join(folder, 'ci')]) mkdirSync(each);
  executable(join(bin, 'npm'), 'exit 0');
  executable(join(bin, 'make'), 'exit 0');
  const few = `case "$*" in *--adapter*) set -- "$@" features/iommufd/ioas/alloc.feature;; esac`;
  const noPage = `[ "$1" = merge ] && set -- "$@" --no-html`;
  executable(
    join(bin, 'npx'),
    `shift\n${few}\n${noPage}\nexec ${process.execPath} ${program} "$@"`,
  );
  const adapter = join(root, 'examples/adapter-python/iommufd_adapter.py');
  executable(join(folder, 'my-program'), `exec ${adapter}`);
  executable(join(folder, 'my-tests'), '[ -c /dev/iommu ]');
  writeFileSync(join(folder, 'ci', 'known-failures.txt'), '');
}

function run(command: string): { code: number | null; said: string } {
  const environment = {
    PATH: bin + delimiter + process.env['PATH'],
    TS_NODE_PROJECT: join(root, 'tsconfig.json'),
  };
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', command], {
    cwd: folder,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { code: status, said: stdout + stderr };
}

function succeed(command: string): void {
  const { code, said } = run(command);
  equal(code, 0, `${command}\n${said}`);
}

function reported(path: string): Result {
  return JSON.parse(readFileSync(join(folder, path, 'result.json'), 'utf8')) as Result;
}

test('the recipe for an implementation makes what it keeps, of all shards', () => {
  prepare();
  const [first = [], ...others] = commands;
  ok(shards.length > 1 && others.length > 1);
  const [merge = '', ...rest] = first.filter((line) => line.includes(' merge '));
  deepEqual(rest, []);
  for (const shard of shards) {
    const here = (line: string): string => line.replaceAll('${{ matrix.shard }}', shard);
    for (const line of first.filter((each) => each !== merge)) succeed(here(line));
    mkdirSync(join(folder, 'shards'), { recursive: true });
    renameSync(join(folder, 'reports'), join(folder, 'shards', `shard-${shard}`));
  }
  succeed(merge);
  const whole = reported('reports/my-program');
  ok(whole.counts.pass > 5);
  equal(
    whole.scenarios.length,
    shards
      .map((shard) => `shards/shard-${shard}/my-program-shard-${shard}-of-${shards.length}`)
      .reduce((sum, path) => sum + reported(path).scenarios.length, 0),
  );
  const [kept = []] = artefacts;
  equal(kept.length, 3);
  for (const path of kept) ok(existsSync(join(folder, path)), path);
});

test('the recipe for a program runs it, and one that notices nothing is told', () => {
  const [, emulate = [], [mutant = ''] = []] = commands;
  for (const line of emulate) succeed(line);
  for (const path of artefacts[1] ?? []) ok(existsSync(join(folder, path)), path);
  equal(run(mutant).code, 1);
});
