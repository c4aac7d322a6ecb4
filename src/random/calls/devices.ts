import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import { among, id, ioctl, list, often, testCommand, type Weighted } from '../operands.ts';
import { pageTable } from './page-tables.ts';

/** Mock devices and their PASIDs. */

/** 1024 is the one that the mock device fails to replace; 2^20 is beyond those that it has; 0 is the device itself. */
const pasid = often(
  among(1, 1, 2, test.IOMMU_TEST_PASID_RESERVED),
  among(0, 1 << test.MOCK_PASID_WIDTH),
);
const pasidTable = id('pasid table', 'pasid table', 'pasid table', 'hwpt', 'ioas');
const flags = test.MOCK_FLAGS_DEVICE_PASID;

export const devices: readonly Weighted[] = [
  [6, testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN, { id: pageTable })],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS, {
      id: pageTable,
      'mock_domain_flags.dev_flags': among(0, flags, flags, flags, 1, flags | 1, 8),
    }),
  ],
  [
    8,
    testCommand(test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, { 'mock_domain_replace.pt_id': pageTable }),
  ],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_PASID_ATTACH, {
      'pasid_attach.pasid': pasid,
      'pasid_attach.pt_id': pasidTable,
    }),
  ],
  [
    4,
    testCommand(test.IOMMU_TEST_OP_PASID_REPLACE, {
      'pasid_replace.pasid': pasid,
      'pasid_replace.pt_id': pasidTable,
    }),
  ],
  [2, testCommand(test.IOMMU_TEST_OP_PASID_DETACH, { 'pasid_detach.pasid': pasid })],
  [
    2,
    testCommand(test.IOMMU_TEST_OP_PASID_CHECK_HWPT, {
      'pasid_check.pasid': pasid,
      'pasid_check.hwpt_id': often(id('pasid table'), among(0)),
    }),
  ],
  [
    1,
    ioctl(IOMMU_GET_HW_INFO, {
      flags: often(among(0), among(1)),
      data_len: among(0, 8, 64),
      data_uptr: list,
    }),
  ],
  [2, testCommand(test.IOMMU_TEST_OP_ADD_RESERVED)],
];
