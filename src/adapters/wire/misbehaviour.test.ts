import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';

import { ImplementationBroken } from '#port/implementation.ts';
import type { Implementation, Machine } from '#port/implementation.ts';
import { spawnChild } from './child.ts';
import { connect } from './client.ts';
import { wire } from './index.ts';
import { startMachine } from './machine.ts';

const program = resolve(__dirname, 'fixtures/misbehaving.cjs');

function misbehaving(fault: string): Implementation {
  const command = process.execPath;
  return wire({ name: './kernel', command, args: [program, fault] });
}

function start(fault: string, timeoutMs = 5000): Promise<Machine> {
  return misbehaving(fault).start({ machine: 'misbehaving', timeoutMs, settings: {} });
}

function broken(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ImplementationBroken, String(error));
    assert.match(error.message, /^adapter \.\/kernel /);
    assert.match(error.message, pattern);
    return true;
  };
}

const atIoctl: readonly [fault: string, says: RegExp][] = [
  ['dies', /ended before it answered ioctl: it exited with code 3\n  \| line 51\n[^]*line 60$/],
  ['is killed', /it was killed by SIGKILL/],
  ['babbles', /not JSON: Starting kernel \.\.\. \(standard output belongs to the protocol/],
  ['sends a number', /not a JSON-RPC response: 17$/],
  ['sends a notification', /not a JSON-RPC response: \{/],
  ['answers an unknown id', /answered a request that was never made: .*4711/],
  ['answers twice', /answered request \d+ twice/],
  ['answers with text', /answered ioctl wrongly: result is "0"; expected integer$/],
  [
    'answers with an errno that is too low',
    /result is -5000; expected integer to be greater or equal to -4095$/,
  ],
  ['answers from the deep', /ioctl wrongly: result is nested too deeply to be shown; expected/],
  ['answers nothing', /not a JSON-RPC response/],
  ['answers with an error', /answered ioctl with an error: assertion$/],
  ['does not understand', /did not understand a request/],
  ['closes its output', /closed its standard input or output, but still runs/],
];

for (const [fault, says] of atIoctl) {
  test(`a program that ${fault} is broken, and every call after it`, async () => {
    const machine = await start(fault);
    const process = await machine.newProcess();
    const calls = [process.ioctl(3, 1, 0n), process.open('/dev/iommu', 2)];
    await assert.rejects(calls[0]!, broken(says));
    await Promise.allSettled(calls);
    await assert.rejects(process.open('/dev/iommu', 2), broken(says));
    await machine.stop();
  });
}

test('a program that hangs is broken after the time that it has', async () => {
  const machine = await start('hangs', 2000);
  const process = await machine.newProcess();
  await process.open('/dev/iommu', 2);
  const before = performance.now();
  await assert.rejects(process.ioctl(3, 1, 0n), broken(/did not answer ioctl within 2000 ms; if/));
  const waited = performance.now() - before;
  assert.ok(waited >= 1995 && waited < 6000, `${waited} ms`);
  await machine.stop();
});

test('what comes before the fault is answered', async () => {
  const machine = await start('dies');
  const process = await machine.newProcess();
  const [opened, failed] = await Promise.allSettled([
    process.open('a', 0),
    process.ioctl(3, 1, 0n),
  ]);
  assert.deepEqual(opened, { status: 'fulfilled', value: 3 });
  assert.equal(failed.status, 'rejected');
  await machine.stop();
});

test('a line of more than the limit breaks the wire and is not kept', async () => {
  const machine = await start('sends a long line');
  const process = await machine.newProcess();
  await assert.rejects(process.ioctl(3, 1, 0n), broken(/a line longer than 16777216 characters/));
  await machine.stop();
});

/** Also where many programs begin at once. */
const helloMs = 3000;

const atHello: readonly [fault: string, says: RegExp][] = [
  ['dies at once', /ended before it answered hello: it exited with code 3\n  \| line 51/],
  ['never answers', /did not answer hello within 3000 ms/],
  ['speaks version 1', /speaks version 1 of the protocol; expected 2/],
  [
    'declares nonsense',
    /answered hello wrongly: result\/machines\/0\/devices\/0\/kind is "toaster"; expected "vfio" or /,
  ],
];

for (const [fault, says] of atHello) {
  test(`a program that ${fault} is broken at hello`, async () => {
    await assert.rejects(misbehaving(fault).machines({}, helloMs), broken(says));
    await assert.rejects(start(fault, helloMs), broken(says));
  });
}

test('a program is asked once what it offers', async () => {
  const asked = misbehaving('dies');
  assert.equal(await asked.machines({}), await asked.machines({}));
  assert.notEqual(await asked.machines({}), await asked.machines({ other: 'settings' }));
});

test('a program that does not exist is broken', async () => {
  const missing = wire({ name: './kernel', command: '/no/such/program' });
  await assert.rejects(missing.machines({}), broken(/it did not start: spawn \/no\/such\/program/));
});

async function startChild(fault: string) {
  const child = spawnChild({ command: process.execPath, args: [program, fault] });
  const name = 'adapter ./kernel';
  const client = connect({ name, input: child.stdout, output: child.stdin, timeoutMs: 5000 });
  const options = { machine: 'misbehaving', timeoutMs: 5000, settings: {} };
  return { child, machine: await startMachine(client, options, () => child.stop(50)) };
}

test('a program that ignores the end of its input is killed', async () => {
  const { child, machine } = await startChild('ignores the end');
  const call = (await machine.newProcess()).ioctl(3, 1, 0n);
  await Promise.allSettled([call, machine.stop()]);
  assert.match(await child.fate(), /killed by SIGKILL/);
});

test('what a program has started goes with it', async () => {
  const { child, machine } = await startChild('leaves a descendant');
  let ended = false;
  child.stdout.once('end', () => (ended = true));
  await machine.stop();
  assert.ok(ended, 'nobody holds its output any more');
});
