import { iommu_hwpt_pgfault } from '#uapi/iommufd/fault.ts';
import { IOMMU_TEST_OP_DIRTY, IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS } from '#uapi/iommufd/selftest.ts';

import type { Call } from './call.ts';
import type { Observation } from './observation.ts';

interface Difference {
  /** Where it is told of: a requirement, or what a release changed. */
  readonly id: string;
  readonly reason: string;
  /** Only where the other machine is a release before that one. */
  readonly before?: string;
  /** Told from one call; absent where it shows only in the invariants. */
  readonly matches?: (call: Call, reference: Observation, other: Observation) => boolean;
}

/** The faults that a read returned, in hexadecimal digits; the cookie is the end of each. */
function faultsIn({ result, text }: Observation): string[] {
  const [, digits = ''] = /^\d+ ([0-9a-f]*) /.exec(text) ?? [];
  const size = iommu_hwpt_pgfault.size * 2;
  const all = digits.padEnd(result * 2, '0');
  return Array.from({ length: result / iommu_hwpt_pgfault.size }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** The same faults, the first of which has cookie 0 there. */
function hasCookieZero(call: Call, reference: Observation, other: Observation): boolean {
  if (call.kind !== 'read' || call.of !== 'fault queue' || reference.result !== other.result)
    return false;
  const [faults, others] = [reference, other].map((each) => faultsIn(each));
  const withoutCookie = (all: readonly string[] = []): string =>
    all.map((each) => each.slice(0, -8)).join();
  const first = others?.[0] ?? '';
  return first.endsWith('00000000') && withoutCookie(faults) === withoutCookie(others);
}

/** 6.9 is before 6.12. */
function isBefore(kernel: string, release: string): boolean {
  return kernel.localeCompare(release, undefined, { numeric: true }) < 0;
}

/** The difference that explains why a call ended otherwise on a machine with that kernel. */
export function explain(
  call: Call,
  [reference, other]: readonly [Observation, Observation],
  kernel: string,
): Difference | undefined {
  return knownDifferences.find(
    ({ before, matches }) =>
      (before === undefined || isBefore(kernel, before)) && matches?.(call, reference, other),
  );
}

function isCall(name: string, ...ops: number[]): (call: Call) => boolean {
  return (call) => {
    if (call.kind !== 'ioctl' || call.command.name !== name) return false;
    const op = call.fields['op'];
    return ops.length === 0 || (op?.kind === 'value' && ops.includes(Number(op.value)));
  };
}

/** Where Linux does otherwise than the reference, and why that is no news. */
export const knownDifferences: readonly Difference[] = [
  {
    id: 'OPT-28',
    reason:
      'after CHANGE_PROCESS with CAP_IPC_LOCK Linux 7.3 debits the caller at unmap, whose VmPin wraps',
  },
  {
    id: 'FAULT-14',
    reason: 'after a response to cookie 0, which fails, Linux gives the next group cookie 0',
    matches: hasCookieZero,
  },
  {
    id: 'HWINFO',
    reason: 'Linux 6.12 knows fewer fields and capabilities of hardware information',
    before: '6.15',
    matches: isCall('IOMMU_GET_HW_INFO'),
  },
  {
    id: 'VFIO-16',
    reason: 'mock page tables of Linux 6.12 have pages of one size',
    before: '6.19',
    matches: isCall('VFIO_IOMMU_GET_INFO'),
  },
  {
    id: 'INV',
    reason: 'Linux 6.12 invalidates caches of page tables only, and looks for nothing else',
    before: '6.13',
    matches: isCall('IOMMU_HWPT_INVALIDATE'),
  },
  {
    id: 'MOCK-06',
    reason: 'mock devices of Linux 6.12 have other flags',
    before: '6.15',
    matches: isCall('IOMMU_TEST_CMD', IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS),
  },
  {
    id: 'HWPT',
    reason: 'Linux 6.12 refuses flags, data and fault ids of page tables that later releases take',
    before: '6.19',
    matches: isCall('IOMMU_HWPT_ALLOC'),
  },
  {
    id: 'MOCK-17',
    reason: 'Linux 6.12 makes entries dirty at a page size of 2048 only',
    before: '6.19',
    matches: isCall('IOMMU_TEST_CMD', IOMMU_TEST_OP_DIRTY),
  },
];
