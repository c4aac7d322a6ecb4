import { bits } from '#formats/bits.ts';
import { ADDRESS_WIDTH, CAP, ECAP, MAX_ADDRESS_MASK, walksLevels } from '#formats/vtd/registers.ts';

/** What CAP_REG and ECAP_REG of a unit say, as far as the driver asks: intel/iommu.h, cap_*() and ecap_*(). */
export interface UnitFeatures {
  /** MGAW, bits. */
  readonly addressBits: number;
  /** cap_max_amask_val(): log2 of the pages that one invalidation covers at most. */
  readonly maxAddressMask: bigint;
  /** ecap_sc_support() */
  readonly snoopControl: boolean;
  /** cap_caching_mode(): what is not present is cached as well. */
  readonly cachingMode: boolean;
  /** ecap_dev_iotlb_support() */
  readonly deviceTlbs: boolean;
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
  const has = (flags: bigint): boolean => (extended & flags) === flags;
  const scalable = has(ECAP.ScalableMode);
  return {
    addressBits: Number(bits(capability, ...ADDRESS_WIDTH)) + 1,
    maxAddressMask: bits(capability, ...MAX_ADDRESS_MASK),
    snoopControl: has(ECAP.SnoopControl),
    cachingMode: (capability & CAP.CachingMode) !== 0n,
    deviceTlbs: has(ECAP.DeviceTlb),
    scalable,
    firstStage: scalable && has(ECAP.FirstStage),
    fiveLevels: (capability & CAP.FirstStage5Levels) !== 0n,
    nesting: scalable && has(ECAP.Nesting),
    dirtyBits: scalable && has(ECAP.SecondStageDirty | ECAP.ScalableCoherent),
    supervisor: has(ECAP.Supervisor),
    extendedAccessed: has(ECAP.ExtendedAccessed),
    takesLevels: (levels) => (capability & walksLevels(levels)) !== 0n,
  };
}
