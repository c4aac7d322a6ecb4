/** What the entries of VT-d's tables have in common. */
export const PRESENT = 1n << 0n;
/** FPD: refusals by means of the entry are not recorded. */
export const FAULT_PROCESSING_DISABLE = 1n << 1n;
/** Of a table or a page. */
export const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;

/** Why an entry is none: reserved bits are set, or fields have values that go with no unit of this width. */
export type Defect = 'not-present' | 'reserved' | 'invalid';

export interface Decoded<Entry, Defects extends Defect = Defect> {
  /** FPD counts also where there is no entry. */
  readonly silent: boolean;
  readonly entry: Entry | Defects;
}

/** AW: address width to levels of the second-stage table; five levels are not offered (CAP.SAGAW). */
export function levelsOf(addressWidth: bigint): 3 | 4 | undefined {
  return addressWidth === 1n ? 3 : addressWidth === 2n ? 4 : undefined;
}

export function addressWidthOf(levels: 3 | 4): bigint {
  return BigInt(levels - 2);
}
