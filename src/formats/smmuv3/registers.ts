/** SMMUv3, 6.3.1 to 6.3.6: fields of IDR0 to IDR5, each by its highest and its lowest bit. */
export const IDR0 = {
  /** Is there a second stage, is there a first one? */
  S2P: [0, 0],
  S1P: [1, 1],
  TTF: [3, 2],
  COHACC: [4, 4],
  HTTU: [7, 6],
  ATS: [10, 10],
  ASID16: [12, 12],
  VMID16: [18, 18],
  CD2L: [19, 19],
  TTENDIAN: [22, 21],
  STALL_MODEL: [25, 24],
  ST_LEVEL: [28, 27],
} as const;

export const IDR1 = {
  SIDSIZE: [5, 0],
  SSIDSIZE: [10, 6],
  EVENTQS: [20, 16],
  CMDQS: [25, 21],
} as const;

/** RIL: invalidations of ranges. */
export const IDR3 = { RIL: [10, 10] } as const;

export const IDR5 = {
  OAS: [2, 0],
  GRAN4K: [4, 4],
  GRAN64K: [6, 6],
  /** Accesses that can wait at a time. */
  STALL_MAX: [31, 16],
} as const;

/** Bits of an output address, by what IDR5.OAS says of the unit, and CD.IPS and STE.S2PS of a table. */
const outputSizes: readonly bigint[] = [32n, 36n, 40n, 42n, 44n, 48n, 52n];

export function outputBits(size: bigint): bigint {
  return outputSizes[Number(size)] ?? 0n;
}

export function outputSizeOf(bits: bigint): bigint {
  return BigInt(outputSizes.indexOf(bits));
}
