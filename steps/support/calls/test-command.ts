import type { Fd } from '#port/process.ts';
import { IOMMU_TEST_CMD } from '#uapi/iommufd/selftest.ts';

import type { CallValues } from './call.ts';
import type { CallRecord } from './outcome.ts';

type Fields = Readonly<Record<string, unknown>>;
type Target = { readonly fd: Fd; readonly command: typeof IOMMU_TEST_CMD };

/** IOMMU_TEST_CMD as `World.call` and `World.probe` take it: `operation` is one member of its union, with its fields. */
export function testCommand(
  fd: Fd,
  op: number,
  operation: Readonly<Record<string, Fields>>,
  id = 0,
): [Target, CallValues<typeof IOMMU_TEST_CMD.struct>] {
  return [
    { fd, command: IOMMU_TEST_CMD },
    { op, id, operation: operation as never },
  ];
}

/** The fields of that operation, as the kernel left them. */
export function operationOf(
  { fields }: CallRecord,
  member: string,
): Readonly<Record<string, number>> {
  const operation = fields?.['operation'] as Record<string, Record<string, number>> | undefined;
  return operation?.[member] ?? {};
}
