import { field } from '#formats/bits.ts';

/** What may differ between the units of a machine. */
export interface SmmuModel {
  /** IDR0.S2P: there is a second stage of translation, and the first one can be nested in it. */
  readonly secondStage: boolean;
  /** IDR0.COHACC: table walks and queues snoop the caches of the processors. */
  readonly coherent: boolean;
  /** IDR5.GRAN4K; GRAN64K is always set. */
  readonly smallPages: boolean;
}

/** IDR5.OAS: addresses of 44 bits. */
export const ADDRESS_BITS = 44n;
/** IDR1.SIDSIZE: a stream is a requester id of PCI. */
export const STREAM_ID_BITS = 16;

const LITTLE_ENDIAN = 2n;
const OAS_44_BITS = 4n;

/**
 * SMMUv3, 6.3.1 to 6.3.6: IDR0 to IDR5. Both ids of an address space have 16 bits; two-level stream tables; no stalls, no
 * ATS, no substreams, no hardware update of flags. Invalidations of ranges.
 */
export function identificationOf(model: SmmuModel): readonly number[] {
  const ttfAArch64 = field(2, 3, 2);
  const stages = field(model.secondStage ? 1 : 0, 0, 0) | field(1, 1, 1);
  const ids = field(1, 12, 12) | field(model.secondStage ? 1 : 0, 18, 18);
  const noStalls = field(1, 25, 24);
  const twoLevels = field(1, 28, 27);
  const endian = field(LITTLE_ENDIAN, 22, 21);
  const coherent = field(model.coherent ? 1 : 0, 4, 4);
  const idr0 = ttfAArch64 | stages | ids | noStalls | twoLevels | endian | coherent;
  const idr1 = field(8, 25, 21) | field(7, 20, 16) | field(STREAM_ID_BITS, 5, 0);
  const rangeInvalidation = field(1, 10, 10);
  const granules = field(model.smallPages ? 1 : 0, 4, 4) | field(1, 6, 6);
  const idr5 = field(OAS_44_BITS, 2, 0) | granules;
  return [idr0, idr1, 0n, rangeInvalidation, 0n, idr5].map(Number);
}

/** 6.3.7: implementer and product; 6.3.8: SMMUv3.2. */
export const IIDR = 0;
export const AIDR = 2;
