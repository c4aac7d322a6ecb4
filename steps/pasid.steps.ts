import { AssertionError } from 'chai';

import { failure } from '#uapi/errno.ts';
import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_TEST_OP_PASID_CHECK_HWPT,
  IOMMU_TEST_OP_PASID_REPLACE,
} from '#uapi/iommufd/selftest.ts';

import { Given, Then, When } from './support/cucumber.ts';
import { idOf } from './support/words/names.ts';
import { attachPasid, detachPasid, mockOf, pasidHwptValues } from './support/calls/pasid.ts';
import { testCommand } from './support/calls/test-command.ts';

Given('{newPasidHwpt} for {device} on {object}', async function (sort, device, base) {
  this.require('hwpt-alloc');
  const process = this.ownerOf(device);
  const iommufd = device.iommufd ?? this.handles.first('iommufd');
  const values = {
    dev_id: idOf(device),
    pt_id: idOf(base),
    ...(await pasidHwptValues(process, sort)),
  };
  const fields = await this.must(process, { fd: iommufd.fd, command: IOMMU_HWPT_ALLOC }, values);
  const id = Number(fields['out_hwpt_id']);
  const ioas = base.kind === 'hwpt' ? base.ioas : idOf(base);
  this.handles.add({ kind: 'hwpt', name: sort.name, id, iommufd, ioas });
});

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

Then('PASID {int} of {device} {standing}', async function (pasid, device, table) {
  this.require('pasid');
  const { fd, id } = mockOf(device);
  const hwpt_id = table === undefined ? 0 : idOf(table);
  const { result } = await this.probe(
    this.ownerOf(device),
    ...testCommand(fd, IOMMU_TEST_OP_PASID_CHECK_HWPT, { pasid_check: { pasid, hwpt_id } }, id),
  );
  if (result === 0) return;
  const expected = table === undefined ? 'not attached' : `attached to HWPT "${table.name}"`;
  const elsewhere = result === failure('EINVAL') ? 'elsewhere' : `not checked: ${result}`;
  throw new AssertionError(
    `PASID ${pasid} of device "${device.name}" is ${elsewhere}; expected it to be ${expected}`,
  );
});
