import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import type { Command } from '#uapi/ioctl.ts';

import { value, type Call, type ObjectKind, type Operand, type Operands } from './call.ts';
import { base, buffer, pages } from './operands.ts';

function now(command: Command, fields: Operands): Call {
  return { kind: 'ioctl', by: 'it', command, fields };
}

function first(of: ObjectKind, which = 0): Operand {
  return { kind: 'id', of, nth: which };
}

function plug(which: number): Call {
  return now(test.IOMMU_TEST_CMD, {
    op: value(test.IOMMU_TEST_OP_MOCK_DOMAIN),
    id: first('ioas', which),
  });
}

/** What each sequence begins with, so that there is something to share, to replace and to destroy. */
export const opening: readonly Call[] = [
  now(ioas.IOMMU_IOAS_ALLOC, {}),
  now(ioas.IOMMU_IOAS_ALLOC, {}),
  now(ioas.IOMMU_IOAS_MAP, {
    flags: value(7),
    ioas_id: first('ioas'),
    user_va: buffer('ram', 0n),
    length: value(pages(4)),
    iova: value(base),
  }),
  plug(0),
  now(hwpt.IOMMU_HWPT_ALLOC, {
    flags: value(hwpt.IOMMU_HWPT_ALLOC_NEST_PARENT),
    dev_id: first('device'),
    pt_id: first('ioas', 1),
  }),
  now(test.IOMMU_TEST_CMD, {
    op: value(test.IOMMU_TEST_OP_CREATE_ACCESS),
    id: first('ioas', 1),
    'create_access.flags': value(test.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES),
  }),
];
