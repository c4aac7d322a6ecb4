import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { DeviceWish } from '#port/device-wish.ts';
import type { DeviceOffer } from '#port/machine-description.ts';
import { offerFor } from './offer-for.ts';

const plain: DeviceOffer = { kind: 'vfio', bound: ['vfio-pci'], iommus: ['vt-d'] };
const rich: DeviceOffer = {
  ...plain,
  bound: ['vfio-pci', 'host'],
  function: { pasidBits: 20, msixVectors: 8 },
  shareGroups: true,
};
const poor = { name: 'edu', iommus: [], devices: [plain] };
const machine = { name: 'edu', iommus: [], devices: [plain, rich] };

describe('a wish', () => {
  it('is honoured by the first sort of devices that has all of it', () => {
    assert.equal(offerFor(machine, {}), plain);
    assert.equal(offerFor(machine, { iommu: 'vt-d', bound: 'vfio-pci' }), plain);
    assert.equal(offerFor(machine, { function: { pasidBits: 20 } }), rich);
    assert.equal(offerFor(machine, { group: { with: 'nic' }, function: { msixVectors: 5 } }), rich);
  });

  const refusals: readonly (readonly [DeviceWish, string])[] = [
    [{ function: { pasidBits: 20 } }, 'function.pasidBits 20: the most is 0'],
    [{ function: { pageRequests: true } }, 'function.pageRequests true: the most is 0'],
    [{ function: { flr: true } as never }, 'function.flr true: nobody knows that key'],
    [{ group: { with: 'nic' } }, 'group.with "nic": each has a group of its own'],
    [{ iommu: 'none' }, 'iommu "none": there are vt-d'],
    [{ bound: 'mdev' }, 'bound "mdev": there are vfio-pci'],
    [{ colour: 'red' } as never, 'colour "red": nobody knows that key'],
  ];
  for (const [wish, why] of refusals)
    it(`is refused with its key, value and machine: ${why}`, () => {
      assert.throws(() => offerFor(poor, wish), {
        message: `machine "edu" has no device with ${why}`,
      });
    });

  it('is refused as a whole where no sort of devices has all of it', () => {
    const wish = { function: { pasidBits: 20, msixVectors: 9 }, group: { with: 'nic' } };
    assert.throws(() => offerFor(machine, wish), /function.msixVectors 9: the most is 8$/);
  });
});
