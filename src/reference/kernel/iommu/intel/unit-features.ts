/** What CAP_REG and ECAP_REG of a unit say, as far as the driver asks: intel/iommu.h, cap_*() and ecap_*(). */
export interface UnitFeatures {
  /** MGAW, bits. */
  readonly addressBits: number;
  /** ecap_sc_support() */
  readonly snoopControl: boolean;
  /** sm_supported() */
  readonly scalable: boolean;
  /** ecap_flts() */
  readonly firstStage: boolean;
  /** cap_fl5lp_support() */
  readonly fiveLevels: boolean;
  /** nested_supported() */
  readonly nesting: boolean;
  /** ssads_supported(): dirty bits, and walks that are coherent with the caches. */
  readonly dirtyBits: boolean;
  /** ecap_srs() and ecap_eafs(): requests of supervisors, and the extended accessed flag. */
  readonly supervisor: boolean;
  readonly extendedAccessed: boolean;
  /** Can it walk second-stage tables of that many levels? cap_sagaw() */
  takesLevels(levels: number): boolean;
}

export function featuresOf(capability: bigint, extended: bigint): UnitFeatures {
  const bit = (register: bigint, index: bigint): boolean => ((register >> index) & 1n) !== 0n;
  const scalable = bit(extended, 43n);
  return {
    addressBits: Number((capability >> 16n) & 0x3fn) + 1,
    snoopControl: bit(extended, 7n),
    scalable,
    firstStage: scalable && bit(extended, 47n),
    fiveLevels: bit(capability, 60n),
    nesting: scalable && bit(extended, 26n),
    dirtyBits: scalable && bit(extended, 45n) && bit(extended, 48n),
    supervisor: bit(extended, 31n),
    extendedAccessed: bit(extended, 34n),
    takesLevels: (levels) => bit(capability, BigInt(8 + levels - 2)),
  };
}
