import { equal } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { Machines } from './machines.ts';

/** An adapter whose machines tell by their version how many were started before. */
function countingAdapter(): string {
  const file = join(temporaryFolder(), 'counting.cjs');
  writeFileSync(
    file,
    `let started = 0;
    const identity = { name: 'counting', kernel: '7.3.0', architecture: 'none', pageSize: 4096 };
    exports.implementation = {
      name: 'counting',
      settings: async () => ({}),
      machines: async () => [{ name: 'only', features: [], iommus: [], devices: [] }],
      start: async () => ({
        identity: { ...identity, version: String((started += 1)) },
        stop: async () => undefined,
      }),
    };`,
  );
  return file;
}

/** Which machine each of three scenarios runs on. */
async function machinesOfThree(alone: boolean): Promise<string> {
  const machines = new Machines({
    adapter: countingAdapter(),
    settings: {},
    timeoutMs: 1000,
    alone,
  });
  const versions: string[] = [];
  for (let scenario = 0; scenario < 3; scenario += 1) {
    const chosen = await machines.choose([]);
    if (typeof chosen === 'string') throw new Error(chosen);
    const running = await machines.start(chosen);
    versions.push(running.machine.identity.version);
    await machines.leave(running);
  }
  await machines.stop();
  return versions.join(' ');
}

test('scenarios share a machine', async () => {
  equal(await machinesOfThree(false), '1 1 1');
});

test('with --alone each scenario has one that was just started', async () => {
  equal(await machinesOfThree(true), '1 2 3');
});

/** An adapter that never answers the first time that it is asked for its machines, and the first time to start one. */
function lateAdapter(): string {
  const file = join(temporaryFolder(), 'late.cjs');
  writeFileSync(
    file,
    `const asked = new Set();
    const never = new Promise(() => {});
    const second = (what, answer) => (asked.has(what) ? answer : (asked.add(what), never));
    const only = { name: 'only', features: [], iommus: [], devices: [] };
    const identity = { name: 'late', version: '1', kernel: '7.3.0', architecture: 'none', pageSize: 4096 };
    exports.implementation = {
      name: 'late',
      settings: async () => ({}),
      machines: () => second('machines', Promise.resolve([only])),
      start: () => second('start', Promise.resolve({ identity, stop: async () => undefined })),
    };`,
  );
  return file;
}

test('an answer that was lost with what was ended is asked for again', async () => {
  const machines = new Machines({ adapter: lateAdapter(), settings: {}, timeoutMs: 60_000 });
  void machines.choose([]).catch(() => undefined);
  const chosen = await machines.choose([]);
  if (typeof chosen === 'string') throw new Error(chosen);
  void machines.start(chosen).catch(() => undefined);
  const { machine } = await machines.start(chosen);
  equal(machine.identity.name, 'late');
  await machines.stop();
});
