import { AssertionError } from 'chai';

import { failure } from '#uapi/errno.ts';
import {
  IOMMU_TEST_OP_PASID_CHECK_HWPT,
  IOMMU_TEST_OP_PASID_REPLACE,
} from '#uapi/iommufd/selftest.ts';

import { Then, When } from './support/cucumber.ts';
import type { DeviceHandle, Handle } from './support/handles.ts';
import { idOf } from './support/words/names.ts';
import { attachPasid, detachPasid, mockOf } from './support/calls/pasid.ts';
import { testCommand } from './support/calls/test-command.ts';
import type { World } from './support/world.ts';

When(
  '{process} attaches PASID {int} of {device} to {object}',
  async function (process, pasid, device, object) {
    await attachPasid(this, process, device, { pasid, pt_id: idOf(object) });
  },
);

When(
  '{process} moves PASID {int} of {device} to {object}',
  async function (process, pasid, device, object) {
    this.require('pasid');
    const { fd, id } = mockOf(device);
    const operation = { pasid_replace: { pasid, pt_id: idOf(object) } };
    await this.call(process, ...testCommand(fd, IOMMU_TEST_OP_PASID_REPLACE, operation, id));
  },
);

When('{process} detaches PASID {int} of {device}', async function (process, pasid, device) {
  await detachPasid(this, process, device, pasid);
});

Then('PASID {int} of {device} is attached to {object}', async function (pasid, device, table) {
  await checkPasid(this, device, pasid, table);
});

Then('PASID {int} of {device} is not attached', async function (pasid, device) {
  await checkPasid(this, device, pasid);
});

async function checkPasid(
  world: World,
  device: DeviceHandle,
  pasid: number,
  table?: Handle,
): Promise<void> {
  world.require('pasid');
  const { fd, id } = mockOf(device);
  const hwpt_id = table === undefined ? 0 : idOf(table);
  const { result } = await world.probe(
    world.ownerOf(device),
    ...testCommand(fd, IOMMU_TEST_OP_PASID_CHECK_HWPT, { pasid_check: { pasid, hwpt_id } }, id),
  );
  if (result === 0) return;
  const expected = table === undefined ? 'not attached' : `attached to HWPT "${table.name}"`;
  const elsewhere = result === failure('EINVAL') ? 'elsewhere' : `not checked: ${result}`;
  throw new AssertionError(
    `PASID ${pasid} of device "${device.name}" is ${elsewhere}; expected it to be ${expected}`,
  );
}
