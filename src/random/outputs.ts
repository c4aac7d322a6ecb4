import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';
import type { Command } from '#uapi/ioctl.ts';

import type { FileKind, ObjectKind, Resolved, SpecialKind } from './call.ts';

/** What a successful call makes: where its id stands in the struct, and where its file descriptor. */
export interface Output {
  readonly kind: Exclude<ObjectKind, SpecialKind | 'any'> | 'access' | 'dma-buf';
  readonly id?: string;
  /** A path, or `result` where ioctl(2) itself returns it. */
  readonly file?: { readonly kind: FileKind; readonly path: string };
}

const plain: Readonly<Record<string, Output>> = {
  [IOMMU_IOAS_ALLOC.name]: { kind: 'ioas', id: 'out_ioas_id' },
  [IOMMU_HWPT_ALLOC.name]: { kind: 'hwpt', id: 'out_hwpt_id' },
  [viommu.IOMMU_VIOMMU_ALLOC.name]: { kind: 'viommu', id: 'out_viommu_id' },
  [viommu.IOMMU_VDEVICE_ALLOC.name]: { kind: 'vdevice', id: 'out_vdevice_id' },
  [viommu.IOMMU_HW_QUEUE_ALLOC.name]: { kind: 'hw queue', id: 'out_hw_queue_id' },
  [viommu.IOMMU_VEVENTQ_ALLOC.name]: {
    kind: 'veventq',
    id: 'out_veventq_id',
    file: { kind: 'veventq', path: 'out_veventq_fd' },
  },
  [IOMMU_FAULT_QUEUE_ALLOC.name]: {
    kind: 'fault',
    id: 'out_fault_id',
    file: { kind: 'fault', path: 'out_fault_fd' },
  },
};

function device(member: 'mock_domain' | 'mock_domain_flags'): readonly Output[] {
  return [
    { kind: 'stdev', id: `${member}.out_stdev_id` },
    { kind: 'device', id: `${member}.out_idev_id` },
    { kind: 'hwpt', id: `${member}.out_hwpt_id` },
  ];
}

const operations: Readonly<Record<number, readonly Output[]>> = {
  [test.IOMMU_TEST_OP_MOCK_DOMAIN]: device('mock_domain'),
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS]: device('mock_domain_flags'),
  [test.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE]: [{ kind: 'hwpt', id: 'mock_domain_replace.pt_id' }],
  [test.IOMMU_TEST_OP_PASID_ATTACH]: [{ kind: 'hwpt', id: 'pasid_attach.pt_id' }],
  [test.IOMMU_TEST_OP_PASID_REPLACE]: [{ kind: 'hwpt', id: 'pasid_replace.pt_id' }],
  [test.IOMMU_TEST_OP_CREATE_ACCESS]: [
    { kind: 'access', file: { kind: 'access', path: 'create_access.out_access_fd' } },
  ],
  [test.IOMMU_TEST_OP_DMABUF_GET]: [{ kind: 'dma-buf', file: { kind: 'dma-buf', path: 'result' } }],
};

/** Nothing, for a call that makes nothing. */
export function outputsOf({ name }: Command, fields: Resolved): readonly Output[] {
  if (name === test.IOMMU_TEST_CMD.name) return operations[Number(fields.get('op'))] ?? [];
  const output = plain[name];
  return output === undefined ? [] : [output];
}
