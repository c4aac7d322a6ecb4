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
