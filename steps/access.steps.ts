import {
  IOMMU_TEST_OP_ACCESS_PAGES,
  IOMMU_TEST_OP_ACCESS_REPLACE_IOAS,
  IOMMU_TEST_OP_ACCESS_RW,
  IOMMU_TEST_OP_CREATE_ACCESS,
  IOMMU_TEST_OP_DESTROY_ACCESS_PAGES,
  MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES,
  MOCK_ACCESS_RW_WRITE,
} from '#uapi/iommufd/selftest.ts';

import { operationOf, testCommand } from './support/calls/test-command.ts';
import { Given, When } from './support/cucumber.ts';
import type { ObjectOf } from './support/handles.ts';
import type { World } from './support/world.ts';

/** An in-kernel user of an IOAS, as an emulated device has one. */

Given('{newAccess} on {ioas}', async function ({ name, pins }, ioas) {
  this.require('test-cmd');
  const { iommufd, id } = ioas;
  const flags = pins ? MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES : 0;
  const operation = { create_access: { flags } };
  const record = await this.call(
    this.it,
    ...testCommand(iommufd.fd, IOMMU_TEST_OP_CREATE_ACCESS, operation, id),
  );
  if (record.result < 0) return;
  const { out_access_fd: fd = -1 } = operationOf(record, 'create_access');
  // The id is one that user space never learns; what names an access is its fd.
  this.handles.add({ kind: 'access', name, id: 0, iommufd, fd });
});

async function access(
  world: World,
  user: ObjectOf<'access'>,
  op: number,
  operation: Record<string, Record<string, unknown>>,
): Promise<void> {
  const { iommufd, fd } = user;
  const record = await world.call(world.it, ...testCommand(iommufd.fd, op, operation, fd ?? -1));
  if (op === IOMMU_TEST_OP_ACCESS_PAGES && record.result >= 0)
    user.pin = operationOf(record, 'access_pages')['out_access_pages_id'];
}

When(
  '{access} pins {size} at {iova} as {buffer}',
  async function (user, length, iova, { handle, offset }) {
    await access(this, user, IOMMU_TEST_OP_ACCESS_PAGES, {
      access_pages: { iova, length, uptr: handle.address + offset },
    });
  },
);

When('{access} drops its last pin', async function (user) {
  await access(this, user, IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, {
    destroy_access_pages: { access_pages_id: user.pin ?? 0 },
  });
});

When(
  '{access} reads {size} at {iova} into {buffer}',
  async function (user, length, iova, { handle, offset }) {
    await access(this, user, IOMMU_TEST_OP_ACCESS_RW, {
      access_rw: { iova, length, uptr: handle.address + offset },
    });
  },
);

When(
  '{access} writes {size} at {iova} from {buffer}',
  async function (user, length, iova, { handle, offset }) {
    await access(this, user, IOMMU_TEST_OP_ACCESS_RW, {
      access_rw: {
        iova,
        length,
        uptr: handle.address + offset,
        flags: MOCK_ACCESS_RW_WRITE,
      },
    });
  },
);

When('{access} moves to {ioas}', async function (user, ioas) {
  await access(this, user, IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, {
    access_replace_ioas: { ioas_id: ioas.id },
  });
});
