import { field } from '#formats/bits.ts';
import { IDR0, IDR1, IDR5, outputSizeOf, IDR3 } from '#formats/smmuv3/registers.ts';
import { STALL_MAX } from './stalls.ts';

/** What may differ between the units of a machine. */
export interface SmmuModel {
  /** IDR0.S2P: there is a second stage of translation, and the first one can be nested in it. */
  readonly secondStage: boolean;
  /** IDR0.COHACC: table walks and queues snoop the caches of the processors. */
  readonly coherent: boolean;
  /** IDR5.GRAN4K; GRAN64K is always set. */
  readonly smallPages: boolean;
  /** IDR0.ATS: devices may ask for translations, and keep them. */
  readonly ats: boolean;
  /** IDR1.SSIDSIZE: bits of a substream; 0 without substreams. */
  readonly substreamBits: number;
  /** IDR0.STALL_MODEL: faults can wait for software. */
  readonly stalls: boolean;
  /** IDR0.HTTU: access flags and dirty bits of tables are kept up to date. */
  readonly updatesTables: boolean;
}

/** IDR5.OAS: addresses of 44 bits. */
export const ADDRESS_BITS = 44n;
/** IDR1.SIDSIZE: a stream is a requester id of PCI. */
export const STREAM_ID_BITS = 16;

const LITTLE_ENDIAN = 2;
const AARCH64_TABLES = 2;
/** Of STALL_MODEL. */
const [STALLS, NO_STALLS] = [0, 1];
const TWO_LEVELS = 1;
const ACCESS_AND_DIRTY = 2;
/** log2 of the entries of a queue. */
const [COMMANDS, EVENTS] = [8, 7];

/**
 * SMMUv3, 6.3.1 to 6.3.6: IDR0 to IDR5. Both ids of an address space have 16 bits; tables of two levels for streams, and
 * for context descriptors where there are substreams. Invalidations of ranges.
 */
export function identificationOf(model: SmmuModel): readonly number[] {
  const secondStage = model.secondStage ? 1 : 0;
  const idr0 =
    field(secondStage, ...IDR0.S2P) |
    field(1, ...IDR0.S1P) |
    field(AARCH64_TABLES, ...IDR0.TTF) |
    field(model.coherent ? 1 : 0, ...IDR0.COHACC) |
    field(model.updatesTables ? ACCESS_AND_DIRTY : 0, ...IDR0.HTTU) |
    field(model.ats ? 1 : 0, ...IDR0.ATS) |
    field(model.substreamBits > 0 ? 1 : 0, ...IDR0.CD2L) |
    field(1, ...IDR0.ASID16) |
    field(secondStage, ...IDR0.VMID16) |
    field(LITTLE_ENDIAN, ...IDR0.TTENDIAN) |
    field(model.stalls ? STALLS : NO_STALLS, ...IDR0.STALL_MODEL) |
    field(TWO_LEVELS, ...IDR0.ST_LEVEL);
  const queues = field(COMMANDS, ...IDR1.CMDQS) | field(EVENTS, ...IDR1.EVENTQS);
  const substreams = field(model.substreamBits, ...IDR1.SSIDSIZE);
  const idr1 = queues | substreams | field(STREAM_ID_BITS, ...IDR1.SIDSIZE);
  const granules = field(model.smallPages ? 1 : 0, ...IDR5.GRAN4K) | field(1, ...IDR5.GRAN64K);
  const stalls = field(model.stalls ? STALL_MAX : 0, ...IDR5.STALL_MAX);
  const idr5 = granules | stalls | field(outputSizeOf(ADDRESS_BITS), ...IDR5.OAS);
  return [idr0, idr1, 0n, field(1, ...IDR3.RIL), 0n, idr5].map(Number);
}

/** 6.3.7: implementer and product; 6.3.8: SMMUv3.2. */
export const IIDR = 0;
export const AIDR = 2;
