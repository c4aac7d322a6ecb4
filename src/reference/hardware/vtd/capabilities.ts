import { field } from '#formats/bits.ts';
import {
  ADDRESS_WIDTH,
  CAP,
  DOMAIN_IDS_16_BITS,
  ECAP,
  MAX_ADDRESS_MASK,
  PASID_SIZE,
  SECOND_STAGE_LARGE_PAGES,
  walksLevels,
} from '#formats/vtd/registers.ts';

/** What a remapping unit of this model has. */
export interface VtdModel {
  /** Scalable mode with PASIDs, both stages, nesting, dirty bits and page requests. */
  readonly scalable: boolean;
  /** It can make the accesses of a device snoop the caches, whatever the device says. */
  readonly snoopControl: boolean;
  /** Widest second-stage address, bits. */
  readonly addressBits: 39 | 48;
  /** In legacy mode as well it answers the translation requests of devices. */
  readonly deviceTlbs?: boolean;
  /** Context entries may let requests through as they are. */
  readonly passThrough?: boolean;
  /** It remembers also what is not present, as the units of hypervisors do that have to be told of every change. */
  readonly cachingMode?: boolean;
  /** It can abort every request without a record. */
  readonly abortMode?: boolean;
}

/** What the first machine of the reference has. */
export const legacyModel: VtdModel = { scalable: false, snoopControl: false, addressBits: 48 };

/** Page-selective invalidations cover at most 2^18 pages. */
export const LARGEST_ADDRESS_MASK = 18n;
const PASID_BITS = 20;

/** VT-d, 10.4.2 Capability Register: what this unit offers. HW-VTD-66 */
export function capabilityOf({ scalable, addressBits, cachingMode }: VtdModel): bigint {
  return (
    DOMAIN_IDS_16_BITS |
    SECOND_STAGE_LARGE_PAGES |
    walksLevels(addressBits === 48 ? 4 : 3) |
    (scalable ? walksLevels(3) | CAP.FirstStage1GiB : 0n) |
    field(addressBits - 1, ...ADDRESS_WIDTH) |
    CAP.PageSelectiveInvalidation |
    (cachingMode === true ? CAP.CachingMode : 0n) |
    field(LARGEST_ADDRESS_MASK, ...MAX_ADDRESS_MASK)
  );
}

const OF_SCALABLE_MODE =
  ECAP.ScalableMode |
  ECAP.ScalableCoherent |
  ECAP.DeviceTlb |
  ECAP.PageRequests |
  ECAP.PageRequestDrain |
  ECAP.Pasids |
  field(PASID_BITS - 1, ...PASID_SIZE) |
  ECAP.FirstStage |
  ECAP.SecondStage |
  ECAP.SecondStageDirty |
  ECAP.Nesting;

/** VT-d, 10.4.3 Extended Capability Register. HW-VTD-66 */
export function extendedCapabilityOf(model: VtdModel): bigint {
  const always = ECAP.Coherent | ECAP.QueuedInvalidation | ECAP.InterruptRemapping;
  const snooping = model.snoopControl ? ECAP.SnoopControl : 0n;
  const aborting = model.abortMode === true ? ECAP.AbortMode : 0n;
  const deviceTlbs = model.deviceTlbs === true ? ECAP.DeviceTlb : 0n;
  const passThrough = model.passThrough === true ? ECAP.PassThrough : 0n;
  const scalable = model.scalable ? OF_SCALABLE_MODE : 0n;
  return always | snooping | aborting | deviceTlbs | passThrough | scalable;
}
