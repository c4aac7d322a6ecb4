import type { Hpa, Iova, Rid } from '../addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '../page.ts';
import { sizeInAddress } from './page-table-entry.ts';

export const COMMAND_SIZE = 16n;

/** AMD IOMMU, 2.4 Commands. HW-AMD-06 */
export const Opcode = { CompletionWait: 1n, DeviceEntry: 2n, Pages: 3n, All: 8n } as const;
const STORE = 1n << 0n;
/** Where a wait stores: a multiple of 8. */
const STORE_ADDRESS = 0x000f_ffff_ffff_fff8n;
/** S: the address tells the size. */
const SIZE = 1n << 0n;
/** INVALIDATE_IOMMU_PAGES of a whole domain. */
const ALL_PAGES = 0x7fff_ffff_ffff_f000n;

/** Two words, as they lie in the buffer. */
export type Command = readonly [low: bigint, high: bigint];

/** 2.4.1 COMPLETION_WAIT, with a store of `data` to an address that is a multiple of 8. */
export function completionWait(address: Hpa, data: bigint): Command {
  return [(Opcode.CompletionWait << 60n) | address | STORE, data];
}

/** 2.4.2 INVALIDATE_DEVTAB_ENTRY */
export function invalidateDeviceEntry(rid: Rid): Command {
  return [(Opcode.DeviceEntry << 60n) | BigInt(rid), 0n];
}

/** 2.4.3 INVALIDATE_IOMMU_PAGES: `size` bytes around `address`, a power of two from 4 KiB on. */
export function invalidatePages(domainId: number, address: Iova, size: bigint): Command {
  const low = (Opcode.Pages << 60n) | (BigInt(domainId) << 32n);
  const first = address - (address % size);
  if (size === PAGE_SIZE) return [low, first];
  return [low, first | (size / 2n - PAGE_SIZE) | SIZE];
}

export function invalidateDomain(domainId: number): Command {
  return [(Opcode.Pages << 60n) | (BigInt(domainId) << 32n), ALL_PAGES | SIZE];
}

export function opcodeOf([low]: Command): bigint {
  return low >> 60n;
}

/** Of a wait: what is to be stored where, if anything is. */
export function storeOf([low, high]: Command):
  { readonly address: Hpa; readonly data: bigint } | undefined {
  return low & STORE ? { address: low & STORE_ADDRESS, data: high } : undefined;
}

export function deviceOf([low]: Command): Rid {
  return Number(low & 0xffffn);
}

export function domainOf([low]: Command): number {
  return Number((low >> 32n) & 0xffffn);
}

/** Of INVALIDATE_IOMMU_PAGES: undefined for all that the domain has. */
export function pagesOf([, high]: Command):
  { readonly first: Iova; readonly length: bigint } | undefined {
  const address = high & PAGE_MASK;
  if (!(high & SIZE)) return { first: address, length: PAGE_SIZE };
  if (address === ALL_PAGES) return undefined;
  const length = sizeInAddress(address);
  return { first: address - (address % length), length };
}
