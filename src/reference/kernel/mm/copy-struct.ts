import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from './user-memory.ts';
import type { UserMemory } from './user-memory.ts';

export interface StructSizes {
  /** Bytes that the user's struct must have. */
  readonly minSize: number;
  /** Bytes that this kernel knows. */
  readonly size: number;
}

/**
 * copy_struct_from_user() of a struct that begins with its size: what this kernel does not know must be zero. EINVAL for
 * less than the minimum, then E2BIG or EFAULT for the end, then EFAULT for the known part. ABI-06 07 08 09 10 11
 */
export function copyStructFromUser(
  memory: UserMemory,
  address: bigint,
  { minSize, size }: StructSizes,
): Uint8Array | ErrnoName {
  const userSize = sizeOf(memory, address);
  if (isErrno(userSize)) return userSize;
  if (userSize < minSize) return 'EINVAL';
  return copySizedStruct(memory, address, { userSize, size });
}

/** copy_struct_from_user() of a struct whose size is told apart from it. E2BIG, EFAULT. INV-15 */
export function copySizedStruct(
  memory: UserMemory,
  address: bigint,
  { userSize, size }: { readonly userSize: number; readonly size: number },
): Uint8Array | ErrnoName {
  const error = checkTail(memory, address + BigInt(size), userSize - size);
  if (error) return error;
  const head = memory.copyFromUser(address, Math.min(userSize, size));
  if (isErrno(head)) return head;
  const bytes = new Uint8Array(size);
  bytes.set(head);
  return bytes;
}

/** get_user() of the first four bytes. */
export function sizeOf(memory: UserMemory, address: bigint): number | ErrnoName {
  const bytes = memory.copyFromUser(address, 4);
  if (isErrno(bytes)) return bytes;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** check_zeroed_user(), page by page: what comes first decides between E2BIG and EFAULT. */
function checkTail(memory: UserMemory, address: bigint, length: number): ErrnoName | undefined {
  const end = address + BigInt(Math.max(length, 0));
  for (let next = address; next < end;) {
    const piece = Number(PAGE_SIZE - (next % PAGE_SIZE));
    const bytes = memory.copyFromUser(next, Math.min(piece, Number(end - next)));
    if (isErrno(bytes)) return bytes;
    if (bytes.some((byte) => byte !== 0)) return 'E2BIG';
    next += BigInt(piece);
  }
  return undefined;
}
