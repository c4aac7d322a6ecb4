import { PAGE_MASK } from '../page.ts';
import type { PageRequestMessage } from '../pcie.ts';

/** Bytes of an entry of the log: two words. */
export const PPR_ENTRY_SIZE = 16n;
/** Bits 63:60: PAGE_SERVICE_REQUEST. */
const TYPE = 1n;
/** Bits 59:48. */
const READ = 1n << 50n;
const WRITE = 1n << 53n;
const USER = 1n << 54n;
const GUEST = 1n << 56n;
const LAST = 1n << 41n;
const ADDRESS = BigInt.asUintN(64, PAGE_MASK);

/** AMD IOMMU, 2.6 Peripheral Page Request Logging: the tag is the number of the group; PASIDs are in two pieces. HW-AMD-06 */
export function encodePprEntry(message: PageRequestMessage): readonly [bigint, bigint] {
  const { rid, pasid, iova, read, write, last, group } = message;
  const bits = BigInt(pasid ?? 0);
  const withPasid =
    pasid === undefined ? 0n : GUEST | ((bits & 0xffffn) << 16n) | ((bits >> 16n) << 42n);
  const flags = USER | (read ? READ : 0n) | (write ? WRITE : 0n) | (last ? LAST : 0n);
  return [(TYPE << 60n) | withPasid | flags | (BigInt(group) << 32n) | BigInt(rid), iova & ADDRESS];
}

/** Undefined for an entry of another type. */
export function decodePprEntry(low: bigint, high: bigint): PageRequestMessage | undefined {
  if (low >> 60n !== TYPE) return undefined;
  return {
    rid: Number(low & 0xffffn),
    ...(low & GUEST && {
      pasid: Number((((low >> 42n) & 0xfn) << 16n) | ((low >> 16n) & 0xffffn)),
    }),
    iova: high & ADDRESS,
    read: (low & READ) !== 0n,
    write: (low & WRITE) !== 0n,
    last: (low & LAST) !== 0n,
    group: Number((low >> 32n) & 0x1ffn),
  };
}
