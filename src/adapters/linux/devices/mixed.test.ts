import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { DeviceInfo } from '#port/bench.ts';
import { EmulatedBench } from './emulated.ts';
import { MixedBench } from './mixed.ts';
import { bareOffers, mockHardware } from './offers.ts';
import { SelftestBench } from './selftest.ts';

function newBench(): MixedBench {
  let made = 0;
  const driver = {
    create: async (): Promise<DeviceInfo> => ({ id: `port${made++}`, kind: 'vfio' }),
    remove: async (): Promise<void> => void (made -= 1),
  };
  const { iommus, devices } = mockHardware({ hasPasids: true });
  const described = { name: 'mixed', iommus, devices: [...devices, bareOffers.emulated] };
  return new MixedBench(
    described,
    new SelftestBench(described),
    new Map([[bareOffers.emulated, new EmulatedBench(driver)]]),
  );
}

async function names(bench: MixedBench): Promise<readonly string[]> {
  return (await bench.devices()).map(({ id }) => id);
}

describe('a bench of several', () => {
  it('plugs each kind of device where it belongs, and forgets it', async () => {
    const bench = newBench();
    await bench.plug({});
    await bench.plug({ bound: 'mdev' });
    await bench.plug({ bound: 'mdev' });
    assert.deepEqual(await names(bench), ['mock1', 'port0', 'port1']);
    await bench.unplug('port0');
    assert.deepEqual(await names(bench), ['mock1', 'port1']);
    await bench.reset();
    assert.deepEqual(await names(bench), []);
    assert.equal((await bench.plug({ bound: 'mdev' })).id, 'port0');
  });

  it('says what it does not have', async () => {
    const bench = newBench();
    await assert.rejects(
      bench.plug({ bound: 'mdev', function: { pasidBits: 1 } }),
      /^Error: machine "mixed" has no device with function.pasidBits 1: the most is 0$/,
    );
    await assert.rejects(bench.unplug('mock1'), /no device "mock1" is plugged/);
  });
});
