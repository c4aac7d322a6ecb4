import type { Feature } from '#port/features.ts';
import { IOMMU_HWPT_ALLOC_PASID } from '#uapi/iommufd/hwpt.ts';
import * as test from '#uapi/iommufd/selftest.ts';

import type { Call, Operands } from './call.ts';

/** What a machine has to have for a call to be worth making: the tags of a scenario that makes it. */

const ofCommands: Readonly<Record<string, Feature>> = {
  IOMMU_IOAS_MAP_FILE: 'ioas-map-file',
  IOMMU_IOAS_CHANGE_PROCESS: 'change-process',
  IOMMU_VIOMMU_ALLOC: 'viommu',
  IOMMU_VDEVICE_ALLOC: 'viommu',
  IOMMU_VEVENTQ_ALLOC: 'veventq',
  IOMMU_HW_QUEUE_ALLOC: 'hw-queue',
  IOMMU_FAULT_QUEUE_ALLOC: 'fault-queue',
  IOMMU_HWPT_INVALIDATE: 'nesting',
  IOMMU_HWPT_SET_DIRTY_TRACKING: 'dirty-tracking',
  IOMMU_HWPT_GET_DIRTY_BITMAP: 'dirty-tracking',
};

const ofOperations: Readonly<Record<number, Feature>> = {
  [test.IOMMU_TEST_OP_DIRTY]: 'dirty-tracking',
  [test.IOMMU_TEST_OP_MD_CHECK_IOTLB]: 'nesting',
  [test.IOMMU_TEST_OP_TRIGGER_IOPF]: 'page-requests',
  [test.IOMMU_TEST_OP_DEV_CHECK_CACHE]: 'viommu',
  [test.IOMMU_TEST_OP_TRIGGER_VEVENT]: 'veventq',
  [test.IOMMU_TEST_OP_PASID_ATTACH]: 'pasid',
  [test.IOMMU_TEST_OP_PASID_REPLACE]: 'pasid',
  [test.IOMMU_TEST_OP_PASID_DETACH]: 'pasid',
  [test.IOMMU_TEST_OP_PASID_CHECK_HWPT]: 'pasid',
  [test.IOMMU_TEST_OP_DMABUF_GET]: 'dma-buf',
  [test.IOMMU_TEST_OP_DMABUF_REVOKE]: 'dma-buf',
};

function number(fields: Operands, path: string): number {
  const operand = fields[path];
  return operand?.kind === 'value' ? Number(operand.value) : 0;
}

function ofIoctl(name: string, fields: Operands): Feature[] {
  const needs: (Feature | undefined)[] = [ofCommands[name]];
  if (name === test.IOMMU_TEST_CMD.name) needs.push('test-cmd', ofOperations[number(fields, 'op')]);
  if (name === 'IOMMU_HWPT_ALLOC') needs.push(...ofTable(fields));
  if (name.startsWith('VFIO_')) needs.push('vfio-compat');
  const pasids = number(fields, 'mock_domain_flags.dev_flags') & test.MOCK_FLAGS_DEVICE_PASID;
  if (pasids !== 0) needs.push('pasid');
  return needs.filter((need) => need !== undefined);
}

/** A page table of a release that has no such data takes the flags alone. */
function ofTable(fields: Operands): Feature[] {
  const data = number(fields, 'data_type') !== 0;
  const nested = fields['pt_id']?.kind === 'id' && fields['pt_id'].of !== 'ioas';
  return [
    'hwpt-alloc',
    ...(data ? ([nested ? 'nesting' : 'page-table-types'] as const) : []),
    ...(number(fields, 'flags') & IOMMU_HWPT_ALLOC_PASID ? (['pasid'] as const) : []),
  ];
}

export function needsOf(call: Call): readonly Feature[] {
  switch (call.kind) {
    case 'ioctl':
      return ofIoctl(call.command.name, call.fields);
    case 'plain ioctl':
      return ['vfio-compat'];
    case 'mmap':
    case 'munmap':
      return ['hw-queue'];
    case 'fork':
      return call.privileged ? ['processes'] : ['processes', 'limits'];
    case 'read':
      return [call.of === 'fault' ? 'fault-queue' : 'veventq'];
    default:
      return [];
  }
}
