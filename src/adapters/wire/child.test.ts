import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { spawnChild } from './child.ts';
import type { Child } from './child.ts';

const folder = temporaryFolder();

const ends: readonly [way: string, end: (parent: ChildProcess) => void, code: number | null][] = [
  ['is interrupted', (parent) => parent.kill('SIGINT'), 130],
  ['is terminated', (parent) => parent.kill('SIGTERM'), 143],
  ['exits', (parent) => parent.stdin?.write('now'), 0],
  ['is killed', (parent) => parent.kill('SIGKILL'), null],
  ['has a handler', (parent) => parent.kill('SIGINT'), 7],
];

for (const [way, end, code] of ends) {
  test(`a program that ${way} leaves no child behind`, { timeout: 60_000 }, async () => {
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const args = [
      '--require',
      'ts-node/register',
      join(__dirname, 'fixtures/parent.ts'),
      path,
      way,
    ];
    const parent = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    const [child] = (await once(server, 'connection')) as [Socket];
    child.resume();
    end(parent);
    await Promise.all([once(parent, 'exit'), once(child, 'close')]);
    assert.equal(parent.exitCode, code);
    server.close();
  });
}

/** It may take long to begin. */
async function ended({ stdout }: Child): Promise<void> {
  stdout.resume();
  await once(stdout, 'close');
}

test('the last words of a program are kept, up to a length', async () => {
  const code = `console.error('first'); console.error('x'.repeat(5000)); console.error('last')`;
  const child = spawnChild({ command: process.execPath, args: ['-e', code] });
  await ended(child);
  assert.equal(await child.fate(), 'it exited with code 0');
  assert.deepEqual(child.lastWords(), ['first', '(a very long line)', 'last']);
  await child.stop();
});

test('a shell takes a command apart', async () => {
  const child = spawnChild({ command: `node -e "console.error('a b')"`, shell: true });
  await ended(child);
  await child.fate();
  assert.deepEqual(child.lastWords(), ['a b']);
});
