import { PAGE_MASK } from '../page.ts';
import type { PageRequestMessage } from '../pcie.ts';

export const PAGE_REQUEST_SIZE = 32n;
const TYPE = 1n;
const PASID_PRESENT = 1n << 8n;
const EXECUTE = 1n << 52n;
const PRIVILEGED = 1n << 53n;
const READ = 1n << 0n;
const WRITE = 1n << 1n;
const LAST = 1n << 2n;
const ADDRESS = BigInt.asUintN(64, PAGE_MASK);

/** VT-d, 7.6.1 Page Request Descriptor: the two words that are not zero. HW-VTD-60 */
export function encodePageRequest(message: PageRequestMessage): readonly [bigint, bigint] {
  const { rid, pasid, iova, read, write, execute, privileged, last, group } = message;
  const withPasid = pasid === undefined ? 0n : PASID_PRESENT | (BigInt(pasid) << 32n);
  const flags = (read ? READ : 0n) | (write ? WRITE : 0n) | (last ? LAST : 0n);
  const more = (execute ? EXECUTE : 0n) | (privileged ? PRIVILEGED : 0n);
  return [
    TYPE | withPasid | more | (BigInt(rid) << 16n),
    flags | (BigInt(group) << 3n) | (iova & ADDRESS),
  ];
}

export function decodePageRequest(low: bigint, high: bigint): PageRequestMessage {
  return {
    rid: Number((low >> 16n) & 0xffffn),
    ...(low & PASID_PRESENT ? { pasid: Number((low >> 32n) & 0xf_ffffn) } : {}),
    iova: high & ADDRESS,
    read: (high & READ) !== 0n,
    write: (high & WRITE) !== 0n,
    execute: (low & EXECUTE) !== 0n,
    privileged: (low & PRIVILEGED) !== 0n,
    last: (high & LAST) !== 0n,
    group: Number((high >> 3n) & 0x1ffn),
  };
}
