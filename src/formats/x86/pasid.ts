/**
 * PASIDs of an x86 processor: what it puts into the commands of ENQCMD, and how it translates those of a guest. The tables
 * are as one public description has them; no text of the book could be had (unchecked).
 */

const PASID_MASK = 0xf_ffff;
const VALID = 1 << 31;
const PRIVILEGED = 1 << 31;
/** Of the first 32 bits of a command: between the PASID and the privilege. */
const RESERVED = 0x7ff0_0000;
export const COMMAND_SIZE = 64;

/** IA32_PASID, MSR d93: the PASID of what runs, if it has one. HW-ENQ-01 */
export function pasidOfMsr(value: bigint): number | undefined {
  const low = Number(BigInt.asUintN(32, value));
  return low & VALID ? low & PASID_MASK : undefined;
}

/** The first 32 bits of what ENQCMDS takes from memory: undefined where reserved bits are set. HW-ENQ-02 06 */
export function decodeCommandHead(
  head: number,
): { readonly pasid: number; readonly privileged: boolean } | undefined {
  if (head & RESERVED) return undefined;
  return { pasid: head & PASID_MASK, privileged: (head & PRIVILEGED) !== 0 };
}

export function encodeCommandHead(pasid: number, privileged: boolean): number {
  return (pasid | (privileged ? PRIVILEGED : 0)) >>> 0;
}

/** VMX, secondary processor-based controls: PASID translation. HW-ENQ-03 */
export const PASID_TRANSLATION = 1 << 21;
/** Encodings of the fields that hold the two directories of a guest. */
export const VmcsField = { lowPasidDirectory: 0x2038, highPasidDirectory: 0x203a } as const;
/** Basic exit reasons. */
export const ExitReason = { Enqcmd: 72, Enqcmds: 73 } as const;

const PRESENT = 1n;
const ADDRESS = ~0xfffn;

/** Bit 19 chooses the directory, 18:10 an entry of 8 bytes in it, 9:0 one of 4 bytes in the table that this leads to. */
export function isInHighDirectory(pasid: number): boolean {
  return (pasid & (1 << 19)) !== 0;
}

export function directoryEntryOffset(pasid: number): bigint {
  return BigInt((pasid >> 10) & 0x1ff) * 8n;
}

/** Undefined where it is not present. */
export function tableOf(directoryEntry: bigint): bigint | undefined {
  return directoryEntry & PRESENT ? BigInt.asUintN(64, directoryEntry & ADDRESS) : undefined;
}

export function tableEntryOffset(pasid: number): bigint {
  return BigInt(pasid & 0x3ff) * 4n;
}

/** The host's PASID; undefined where the entry is not valid. */
export function hostPasidOf(tableEntry: number): number | undefined {
  return tableEntry & VALID ? tableEntry & PASID_MASK : undefined;
}
