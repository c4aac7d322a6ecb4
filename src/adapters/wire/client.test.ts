import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { implementation } from '#adapters/void/index.ts';
import { connect } from './client.ts';
import { greet, startMachine } from './machine.ts';
import { serve } from './serve.ts';

test('an implementation behind serve() is the implementation', async () => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const served = serve(implementation, there, back);
  const client = connect({ name: 'void', input: back, output: there, timeoutMs: 1000 });
  const { machines } = await greet(client, { says: 'yes' });
  assert.equal(machines[0]?.name, 'void');
  const options = { machine: 'void', timeoutMs: 1000, settings: {} };
  const machine = await startMachine(client, options, async () => {});
  const process = await machine.newProcess();
  assert.deepEqual(
    await Promise.all([process.open('/dev/iommu', 2), process.ioctl(3, 4, 5n)]),
    [3, 0],
  );
  assert.deepEqual(await process.load(0n, 2), Uint8Array.of(0, 0));
  await machine.stop();
  there.end();
  await served;
});
