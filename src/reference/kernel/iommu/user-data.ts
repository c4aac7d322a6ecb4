import type { Struct, Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { isErrno } from '../lib/errno.ts';
import type { UserMemory } from '../mm/user-memory.ts';

/** struct iommu_user_data: a struct for the driver of an IOMMU, in the memory of the user. */
export interface UserData {
  readonly memory: UserMemory;
  readonly type: number;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

/** struct iommu_user_data_array: entries that follow each other. */
export interface UserDataArray {
  readonly memory: UserMemory;
  readonly type: number;
  readonly address: bigint;
  /** Bytes of one entry. */
  readonly entryLength: number;
  readonly entries: number;
}

/**
 * iommu_copy_struct_from_user(): there is no extension by zeros: what is longer than this kernel knows is refused. EINVAL for
 * less than `minimum` bytes and for too many, EFAULT. HWPT-20 21 INV-09 12
 */
export function copyUserData<S extends Struct>(
  { memory, address, length }: Omit<UserData, 'type'>,
  struct: S,
  minimum: number,
): Value<S> | ErrnoName {
  if (length < minimum || length > struct.size) return 'EINVAL';
  const bytes = memory.copyFromUser(address, length);
  return isErrno(bytes) ? bytes : (struct.unpack(bytes) as Value<S>);
}

/** iommu_copy_struct_to_user(): as much as the user has room for. EFAULT. VIOMMU-09 */
export function copyUserDataBack<S extends Struct>(
  { memory, address, length }: UserData,
  struct: S,
  values: Value<S>,
): ErrnoName | undefined {
  return memory.copyToUser(address, struct.pack(values).subarray(0, length));
}

/** iommu_copy_struct_from_user_array(). */
export function copyEntry<S extends Struct>(
  { memory, address, entryLength }: UserDataArray,
  index: number,
  { struct, minimum }: { readonly struct: S; readonly minimum: number },
): Value<S> | ErrnoName {
  const entry = address + BigInt(index) * BigInt(entryLength);
  return copyUserData({ memory, address: entry, length: entryLength }, struct, minimum);
}
