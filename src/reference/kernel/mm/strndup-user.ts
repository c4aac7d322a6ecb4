import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from './user-memory.ts';
import type { UserMemory } from './user-memory.ts';

/** mm/util.c: strndup_user(): a string with its end. EFAULT, and EINVAL for one of more than `limit` bytes with it. */
export function strndupUser(
  memory: UserMemory,
  address: bigint,
  limit: number,
): { readonly text: string } | ErrnoName {
  let text = '';
  while (text.length < limit) {
    const next = address + BigInt(text.length);
    const restOfPage = Number(PAGE_SIZE - (next % PAGE_SIZE));
    const piece = memory.copyFromUser(next, Math.min(restOfPage, limit - text.length));
    if (isErrno(piece)) return piece;
    const end = piece.indexOf(0);
    text += Buffer.from(end < 0 ? piece : piece.subarray(0, end)).toString('latin1');
    if (end >= 0) return { text };
  }
  return 'EINVAL';
}
