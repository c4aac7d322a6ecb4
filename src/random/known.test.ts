import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';

import { explain } from './known.ts';
import type { Observation } from './observation.ts';

const read = { kind: 'read', of: 'fault queue', nth: 0, length: 40 } as const;

/** One fault, whose cookie is as said. */
function fault(cookie: string, device = '02'): Observation {
  return { result: 40, text: `40 ${device.padEnd(72, '0')}${cookie} revents 1`, fields: new Map() };
}

test('a cookie of 0 on Linux is known, another fault is not', () => {
  const zero = { ...fault(''), text: '40 02 revents 1' };
  assert.equal(explain(read, [fault('02'), zero], '7.3.4')?.id, 'FAULT-14');
  assert.equal(explain(read, [fault('02', '03'), zero], '7.3.4'), undefined);
  assert.equal(explain(read, [zero, fault('02')], '7.3.4'), undefined);
});

test('what a release lacks is known of older ones only', () => {
  const call = { kind: 'ioctl', by: 'it', command: IOMMU_GET_HW_INFO, fields: {} } as const;
  assert.equal(explain(call, [fault('01'), fault('02')], '6.12.117')?.id, 'HWINFO');
  assert.equal(explain(call, [fault('01'), fault('02')], '7.3.4'), undefined);
});
