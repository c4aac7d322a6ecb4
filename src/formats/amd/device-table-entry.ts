import type { Hpa, Rid } from '../addresses.ts';

/** AMD IOMMU, 2.2.2.1 Device Table Entry Format. HW-AMD-01 */
export const DEVICE_TABLE_ENTRY_SIZE = 32n;

const VALID = 1n << 0n;
const TRANSLATION_VALID = 1n << 1n;
const ROOT_MASK = 0x000f_ffff_ffff_f000n;
/** Guest translation valid. */
const GUEST_VALID = 1n << 55n;
/** As in the entries of page tables. */
const READ = 1n << 61n;
const WRITE = 1n << 62n;
const RESERVED_MODE = 7;

export interface DeviceTableEntry {
  /** V: without it, requests go through as they are. */
  readonly isValid: boolean;
  /** TV: without it, they are refused. */
  readonly translates: boolean;
  /** Levels of the host page table; 0 without one. */
  readonly mode: number;
  readonly root: Hpa;
  readonly domainId: number;
  /** IR and IW: rights that no page table adds to. */
  readonly read: boolean;
  readonly write: boolean;
}

export function deviceTableEntryAddress(deviceTable: Hpa, rid: Rid): Hpa {
  return deviceTable + BigInt(rid) * DEVICE_TABLE_ENTRY_SIZE;
}

/** The first two words of an entry with a host page table and both rights; the others are 0. */
export function encodeDeviceTableEntry(
  entry: Pick<DeviceTableEntry, 'domainId' | 'mode' | 'root'>,
): readonly [bigint, bigint] {
  const { domainId, mode, root } = entry;
  const flags = VALID | TRANSLATION_VALID | READ | WRITE;
  return [flags | (BigInt(mode) << 9n) | root, BigInt(domainId)];
}

/** An entry by which every request is refused. */
export const BLOCKED_ENTRY: readonly [bigint, bigint] = [VALID, 0n];

/** Undefined for what no unit takes: a reserved mode, or a guest's page table, which no unit here walks. */
export function decodeDeviceTableEntry(low: bigint, high: bigint): DeviceTableEntry | undefined {
  const mode = Number((low >> 9n) & 7n);
  if (low & VALID && (mode === RESERVED_MODE || low & GUEST_VALID)) return undefined;
  return {
    isValid: (low & VALID) !== 0n,
    translates: (low & TRANSLATION_VALID) !== 0n,
    mode,
    root: low & ROOT_MASK,
    domainId: Number(high & 0xffffn),
    read: (low & READ) !== 0n,
    write: (low & WRITE) !== 0n,
  };
}
