import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const path = JSON.stringify(join(__dirname, 'temporary-folder.ts'));
const make = `console.log(require(${path}).temporaryFolder());`;
const wait = 'setInterval(() => {}, 1000);';

const ends: readonly [way: string, code: string, signal: NodeJS.Signals | undefined][] = [
  ['ends', make, undefined],
  ['fails', `${make} throw new Error('on purpose');`, undefined],
  ['is interrupted', make + wait, 'SIGINT'],
  ['is terminated', make + wait, 'SIGTERM'],
];

for (const [way, code, signal] of ends) {
  test(`a program that ${way} leaves no folder behind`, async () => {
    const args = ['--require', 'ts-node/register', '-e', code];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [folder] = (await once(child.stdout, 'data')) as [Buffer];
    if (signal !== undefined) child.kill(signal);
    await once(child, 'exit');
    assert.equal(existsSync(folder.toString().trim()), false);
  });
}
