import type { Hpa, Rid } from '../addresses.ts';

/** AMD IOMMU, 2.2.2.1 Device Table Entry Format. HW-AMD-01 */
export const DEVICE_TABLE_ENTRY_SIZE = 32n;

const VALID = 1n << 0n;
const TRANSLATION_VALID = 1n << 1n;
/** HAD: the unit marks what was used and what was written, in host page tables. */
const HOST_MARKS = 3n << 7n;
const ROOT_MASK = 0x000f_ffff_ffff_f000n;
/** PPR: requests for pages are logged. */
const PAGE_REQUESTS = 1n << 52n;
/** GIOV: requests without a PASID go by the guest's table of PASID 0. */
const GUEST_IO = 1n << 54n;
/** GV: guest translation valid. */
const GUEST_VALID = 1n << 55n;
/** As in the entries of page tables. */
const READ = 1n << 61n;
const WRITE = 1n << 62n;
/** I, in the second word: the device may ask for translations. */
const DEVICE_TLB = 1n << 32n;
const RESERVED_MODE = 7;
const RESERVED_GLX = 3;

/** Where the page tables of PASIDs are. */
export interface GuestTables {
  /** GCR3 table root pointer: of the guest where there is a host page table, of the host otherwise. */
  readonly root: Hpa;
  /** GLX: levels of the GCR3 table, less one; 0 to 2. */
  readonly glx: number;
  /** GuestPagingMode: 0 for page tables of four levels, 1 for five. */
  readonly pagingMode: number;
  /** GIOV */
  readonly withoutPasid: boolean;
}

export interface DeviceTableEntry {
  /** V: without it, requests go through as they are. */
  readonly isValid: boolean;
  /** TV: without it, they are refused. */
  readonly translates: boolean;
  /** Levels of the host page table; 0 without one. */
  readonly mode: number;
  readonly root: Hpa;
  /** HAD */
  readonly marks: boolean;
  readonly domainId: number;
  /** IR and IW: rights that no page table adds to. */
  readonly read: boolean;
  readonly write: boolean;
  /** I */
  readonly deviceTlb: boolean;
  readonly pageRequests: boolean;
  /** GV */
  readonly guest: GuestTables | undefined;
}

/** Four words; those behind the third are for interrupts. */
export type DeviceTableWords = readonly [bigint, bigint, bigint, bigint];

export function deviceTableEntryAddress(deviceTable: Hpa, rid: Rid): Hpa {
  return deviceTable + BigInt(rid) * DEVICE_TABLE_ENTRY_SIZE;
}

/** An entry that is valid, and translates with both rights. */
export function encodeDeviceTableEntry(
  entry: Pick<DeviceTableEntry, 'domainId' | 'mode' | 'root'> & Partial<DeviceTableEntry>,
): DeviceTableWords {
  const { domainId, mode, root, marks, deviceTlb, pageRequests, guest } = entry;
  const [first, second, third] = guest ? guestBits(guest) : [0n, 0n, 0n];
  const flags = VALID | TRANSLATION_VALID | READ | WRITE;
  const marking = (marks ? HOST_MARKS : 0n) | (pageRequests ? PAGE_REQUESTS : 0n);
  return [
    flags | marking | (BigInt(mode) << 9n) | root | first,
    BigInt(domainId) | (deviceTlb ? DEVICE_TLB : 0n) | second,
    third,
    0n,
  ];
}

/** The address of the GCR3 table is in three fields: bits 14:12, 30:15 and 51:31. */
function guestBits({ root, glx, pagingMode, withoutPasid }: GuestTables) {
  const [low, middle, high] = [(root >> 12n) & 7n, (root >> 15n) & 0xffffn, root >> 31n];
  const first = GUEST_VALID | (withoutPasid ? GUEST_IO : 0n) | (BigInt(glx) << 56n) | (low << 58n);
  return [first, (middle << 16n) | (high << 43n), BigInt(pagingMode) << 54n] as const;
}

/** An entry by which every request is refused. */
export const BLOCKED_ENTRY: DeviceTableWords = [VALID, 0n, 0n, 0n];

/** Undefined for what no unit takes: a reserved number of levels of either table. */
export function decodeDeviceTableEntry(words: DeviceTableWords): DeviceTableEntry | undefined {
  const [low, high] = words;
  const mode = Number((low >> 9n) & 7n);
  const guest = low & GUEST_VALID ? guestTablesIn(words) : undefined;
  if (low & VALID && (mode === RESERVED_MODE || guest?.glx === RESERVED_GLX)) return undefined;
  return {
    isValid: (low & VALID) !== 0n,
    translates: (low & TRANSLATION_VALID) !== 0n,
    mode,
    root: low & ROOT_MASK,
    marks: (low & HOST_MARKS) === HOST_MARKS,
    domainId: Number(high & 0xffffn),
    read: (low & READ) !== 0n,
    write: (low & WRITE) !== 0n,
    deviceTlb: (high & DEVICE_TLB) !== 0n,
    pageRequests: (low & PAGE_REQUESTS) !== 0n,
    guest,
  };
}

/** The fields of guest translation, whether or not GV is set. */
export function guestTablesIn([low, high, third]: DeviceTableWords): GuestTables {
  const root =
    (((low >> 58n) & 7n) << 12n) | (((high >> 16n) & 0xffffn) << 15n) | ((high >> 43n) << 31n);
  return {
    root,
    glx: Number((low >> 56n) & 3n),
    pagingMode: Number((third >> 54n) & 3n),
    withoutPasid: (low & GUEST_IO) !== 0n,
  };
}

/** V and GV. */
export function isGuestEntryInUse([low]: DeviceTableWords): boolean {
  return (low & VALID) !== 0n && (low & GUEST_VALID) !== 0n;
}

/** What a guest says of a host page table, which is none of its business. */
export function hasHostTable([low]: DeviceTableWords): boolean {
  return (low & (ROOT_MASK | (7n << 9n))) !== 0n;
}

export function guestDomainOf([, high]: DeviceTableWords): number {
  return Number(high & 0xffffn);
}

export function asksForPageRequests([low]: DeviceTableWords): boolean {
  return (low & PAGE_REQUESTS) !== 0n;
}
