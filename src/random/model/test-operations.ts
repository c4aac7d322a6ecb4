import * as test from '#uapi/iommufd/selftest.ts';

import type { Model } from './model.ts';
import type { Note } from './operations.ts';

/** What the operations of IOMMU_TEST_CMD change, where they succeed. */

type Member = 'mock_domain' | 'mock_domain_flags';

function plug(model: Model, { number, out }: Note, member: Member): void {
  const table = Number(out(`${member}.out_hwpt_id`));
  model.know(table, Number(number('id')));
  const stdev = Number(out(`${member}.out_stdev_id`));
  const bound = Number(out(`${member}.out_idev_id`));
  const flags = Number(number(`${member}.dev_flags`));
  const hasPasids = (flags & test.MOCK_FLAGS_DEVICE_PASID) !== 0;
  model.attachments.devices.set(stdev, { bound, tables: new Map([[0, table]]), hasPasids });
  if (hasPasids) model.pool.add('pasid device', stdev);
}

function attach(model: Model, { number, out }: Note, member: string): void {
  const table = Number(out(`${member}.pt_id`));
  model.know(table, Number(number(`${member}.pt_id`)));
  const pasid = Number(number(`${member}.pasid`));
  model.attachments.devices.get(Number(number('id')))?.tables.set(pasid, table);
  model.dropUnused();
}

function pin(model: Model, { by, number, out }: Note): void {
  const access = model.accesses.get(by, number('id'));
  const iova = number('access_pages.iova');
  const length = number('access_pages.length');
  const held = model.pin(access?.ioas ?? 0, { first: iova, last: iova + length - 1n });
  access?.items.set(Number(out('access_pages.out_access_pages_id')), { iova, length, held });
}

/** All that it had pinned is unpinned. */
function move(model: Model, { by, number }: Note): void {
  const access = model.accesses.get(by, number('id'));
  const ioas = Number(number('access_replace_ioas.ioas_id'));
  if (!access || access.ioas === ioas) return;
  access.ioas = ioas;
  access.items.clear();
}

export const testOperations: Readonly<Record<number, (model: Model, note: Note) => void>> = {
  [test.IOMMU_TEST_OP_MOCK_DOMAIN]: (model, note) => plug(model, note, 'mock_domain'),
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS]: (model, note) => plug(model, note, 'mock_domain_flags'),
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE]: (model, note) =>
    attach(model, note, 'mock_domain_replace'),
  [test.IOMMU_TEST_OP_PASID_ATTACH]: (model, note) => attach(model, note, 'pasid_attach'),
  [test.IOMMU_TEST_OP_PASID_REPLACE]: (model, note) => attach(model, note, 'pasid_replace'),
  [test.IOMMU_TEST_OP_PASID_DETACH]: (model, { number }) => {
    const device = model.attachments.devices.get(Number(number('id')));
    device?.tables.delete(Number(number('pasid_detach.pasid')));
    model.dropUnused();
  },
  [test.IOMMU_TEST_OP_CREATE_ACCESS]: (model, { by, number, out }) =>
    model.openAccess(by, out('create_access.out_access_fd'), {
      ioas: Number(number('id')),
      pins: number('create_access.flags') !== 0n,
    }),
  [test.IOMMU_TEST_OP_ACCESS_PAGES]: pin,
  [test.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES]: (model, { by, number }) => {
    const id = Number(number('destroy_access_pages.access_pages_id'));
    model.accesses.get(by, number('id'))?.items.delete(id);
  },
  [test.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS]: move,
};
