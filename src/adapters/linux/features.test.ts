import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { everyHardware } from '#lab/hardware.ts';
import { declarationFlaws } from '../checked.ts';
import { declaredByUser, featuresOf, hardwareFeatures, offeredOn } from './features.ts';

describe('the features of a Linux', () => {
  it('follow from its release', () => {
    assert.ok(!featuresOf('6.12.117').includes('ioas-map-file'));
    assert.ok(featuresOf('6.13.1').includes('ioas-map-file'));
    assert.ok(!featuresOf('6.13.1').includes('change-process'));
    assert.ok(featuresOf('7.3.4').includes('change-process'));
    assert.ok(!hardwareFeatures('selftest', '6.12.117').includes('pasid'));
    assert.ok(hardwareFeatures('selftest', '7.3.4').includes('pasid'));
  });

  it('are those of the test driver in that release', () => {
    assert.ok(hardwareFeatures('selftest', '6.12.117').includes('page-requests'));
    assert.ok(!hardwareFeatures('selftest', '6.12.117').includes('page-table-types'));
    assert.ok(!hardwareFeatures('edu', '7.3.4').includes('dirty-tracking'));
  });

  it('are those that there are devices for', () => {
    const told = ['noiommu', 'noiommu-device'] as const;
    assert.deepEqual(offeredOn('noiommu', told), told);
    assert.deepEqual(offeredOn('selftest', told), ['noiommu']);
  });

  it('do not contradict each other on any machine', () => {
    for (const release of ['6.6.1', '6.12.117', '7.3.4']) {
      for (const hardware of everyHardware) {
        const features = featuresOf(release, hardwareFeatures(hardware, release));
        assert.deepEqual(declarationFlaws('linux-vm', [{ name: hardware, features }]), []);
      }
    }
  });

  it('are completed by the user', () => {
    assert.deepEqual(declaredByUser({}), []);
    assert.deepEqual(declaredByUser({ features: 'noiommu,dma-buf' }), ['noiommu', 'dma-buf']);
    assert.throws(() => declaredByUser({ features: 'warp' }), /there is no such feature/);
  });
});
