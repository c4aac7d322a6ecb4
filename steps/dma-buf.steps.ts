import { AssertionError } from 'chai';

import { IOMMU_TEST_OP_DMABUF_GET, IOMMU_TEST_OP_DMABUF_REVOKE } from '#uapi/iommufd/selftest.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';

import { Given, Then, When } from './support/cucumber.ts';
import { exportRegisters } from './support/calls/dma-buf.ts';
import { readRegion } from './support/calls/registers.ts';
import { testCommand } from './support/calls/test-command.ts';
import { bytesOf } from './support/looks/dma.ts';

Given('{newDmaBuf} of {size}', async function ({ name, exporter, ranges }, length) {
  if (exporter === undefined) this.require('dma-buf');
  else this.require('vfio-dma-buf');
  const result =
    exporter === undefined
      ? await this.call(
          this.it,
          ...testCommand(this.handles.first('iommufd').fd, IOMMU_TEST_OP_DMABUF_GET, {
            dmabuf_get: { length: Number(length), open_flags: O_RDWR | O_CLOEXEC },
          }),
        )
      : await exportRegisters(this, exporter, { length, ranges });
  this.examine({ kind: 'succeeds' });
  this.handles.add({ kind: 'memfd', name, fd: Number(result.result), length });
});

When('{process} {ownership} {dmaBuf}', async function (process, ownership, { fd }) {
  await this.call(
    process,
    ...testCommand(this.handles.first('iommufd').fd, IOMMU_TEST_OP_DMABUF_REVOKE, {
      dmabuf_revoke: { dmabuf_fd: fd, revoked: ownership === 'revokes' ? 1 : 0 },
    }),
  );
});

Then('the device got the registers of {bar}', async function ({ device, index }) {
  const bytes = bytesOf(this, `the registers of device "${device.name}"`);
  const expected = await readRegion(this, device, { index, offset: 0n, length: bytes.length });
  if (Buffer.compare(bytes, expected) === 0) return;
  const [got, wanted] = [bytes, expected].map((side) => Buffer.from(side).toString('hex'));
  throw new AssertionError(
    `the device got ${got}; expected ${wanted}, the first registers of device "${device.name}"`,
  );
});
