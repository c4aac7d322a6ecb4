import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_test_cmd } from '#uapi/iommufd/selftest.ts';
import type { UserCommand } from '../user-command.ts';

export type TestCommand = UserCommand<typeof iommu_test_cmd>;

type Operations = Value<typeof iommu_test_cmd>['operation'];

/** Writes outputs of one operation back; the rest of the struct stays as the user gave it. */
export function respondWith<Name extends keyof Operations>(
  command: TestCommand,
  name: Name,
  values: Partial<Operations[Name]>,
): ErrnoName | undefined {
  return command.respond({ operation: { [name]: values } as unknown as Operations });
}
