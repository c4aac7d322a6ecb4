import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { DeviceInfo } from '#port/bench.ts';
import { EmulatedBench } from './emulated.ts';
import { MixedBench } from './mixed.ts';
import { SelftestBench } from './selftest.ts';

function newBench(): MixedBench {
  let made = 0;
  const create = async (): Promise<DeviceInfo> => ({ id: `port${made++}`, kind: 'vfio' });
  return new MixedBench(
    new SelftestBench(),
    new Map([['is emulated', new EmulatedBench(create)] as const]),
  );
}

async function names(bench: MixedBench): Promise<readonly string[]> {
  return (await bench.devices()).map(({ id }) => id);
}

describe('a bench of several', () => {
  it('plugs each kind of device where it belongs, and uses what was made before', async () => {
    const bench = newBench();
    await bench.plug({});
    await bench.plug({ variety: 'is emulated' });
    await bench.plug({ variety: 'is emulated' });
    assert.deepEqual(await names(bench), ['mock1', 'port0', 'port1']);
    await bench.unplug('port0');
    assert.deepEqual(await names(bench), ['mock1', 'port1']);
    await bench.reset();
    assert.deepEqual(await names(bench), []);
    assert.equal((await bench.plug({ variety: 'is emulated' })).id, 'port0');
  });

  it('says what it does not have', async () => {
    const bench = newBench();
    await assert.rejects(bench.plug({ variety: 'has PASIDs' }), /has no device that has PASIDs/);
    await assert.rejects(bench.unplug('mock1'), /no device "mock1" is plugged/);
  });
});
