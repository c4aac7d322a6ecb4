import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { everyHardware } from '#lab/hardware.ts';
import type { Hardware } from '#lab/hardware.ts';
import { atLeast } from '#lab/kernel-image.ts';
import { featuresOf } from '#port/derived-features.ts';
import { declarationFlaws } from '../checked.ts';
import { declaredByUser, declaredOf, hardwareFeatures } from './features.ts';
import { describeHardware, mostFacts } from './hardware-description.ts';

describe('the features of a Linux', () => {
  it('follow from its release', () => {
    assert.ok(!declaredOf('6.12.117').includes('ioas-map-file'));
    assert.ok(declaredOf('6.13.1').includes('ioas-map-file'));
    assert.ok(!declaredOf('6.13.1').includes('change-process'));
    assert.ok(declaredOf('7.3.4').includes('change-process'));
    assert.ok(!hardwareFeatures('selftest', '6.12.117').includes('pasid'));
    assert.ok(hardwareFeatures('selftest', '7.3.4').includes('pasid'));
  });

  it('are those of the test driver in that release', () => {
    assert.ok(hardwareFeatures('selftest', '6.12.117').includes('page-requests'));
    assert.ok(!hardwareFeatures('selftest', '6.12.117').includes('page-table-types'));
    assert.ok(!hardwareFeatures('edu', '7.3.4').includes('dirty-tracking'));
  });

  it('are those that there are devices for', () => {
    const facts = { ...mostFacts, told: ['noiommu', 'noiommu-device'] as const };
    const derived = (hardware: Hardware): readonly string[] =>
      featuresOf({ name: hardware, features: [], ...describeHardware(hardware, facts) });
    assert.deepEqual(derived('noiommu'), [
      'narrow-iommu',
      'device-without-iommu',
      'noiommu-device',
    ]);
    assert.deepEqual(derived('selftest'), ['narrow-iommu']);
    assert.ok(!derived('virtio-iommu').includes('narrow-iommu'));
    assert.ok(derived('edu').includes('host-driver'));
    assert.ok(derived('smmuv3-stage1').includes('iommu-without-nesting'));
    const ofGroups = derived('smmuv3-groups');
    assert.ok(ofGroups.includes('shared-group') && ofGroups.includes('smmuv3-nesting'));
    assert.ok(!derived('smmuv3').includes('shared-group'));
  });

  it('do not contradict each other on any machine', () => {
    for (const release of ['6.6.1', '6.12.117', '7.3.4']) {
      for (const hardware of everyHardware) {
        const features = declaredOf(release, hardwareFeatures(hardware, release));
        const facts = { ...mostFacts, coherentDevices: atLeast(release, '6.13') };
        const machine = { name: hardware, features, ...describeHardware(hardware, facts) };
        assert.deepEqual(declarationFlaws('linux-vm', [machine]), []);
      }
    }
  });

  it('are completed by the user', () => {
    assert.deepEqual(declaredByUser({}), []);
    assert.deepEqual(declaredByUser({ features: 'noiommu,dma-buf' }), ['noiommu', 'dma-buf']);
    assert.throws(() => declaredByUser({ features: 'warp' }), /there is no such feature/);
    assert.throws(() => declaredByUser({ features: 'intel-iommu' }), /follows from the devices/);
  });
});
