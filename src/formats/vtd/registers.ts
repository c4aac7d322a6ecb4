import { field } from '../bits.ts';

/** VT-d, 10.4.2 Capability Register: its flags. HW-VTD-66 */
export const CAP = {
  /** CM: what is not present may be cached as well. */
  CachingMode: 1n << 7n,
  /** PSI: invalidations of pages. */
  PageSelectiveInvalidation: 1n << 39n,
  /** FS1GP: first-stage pages of 1 GiB. */
  FirstStage1GiB: 1n << 56n,
  /** FS5LP: first-stage tables of five levels. */
  FirstStage5Levels: 1n << 60n,
} as const;

/** ND: domain ids of 16 bits. */
export const DOMAIN_IDS_16_BITS = field(6, 2, 0);
/** SSLPS: second-stage pages of 2 MiB and 1 GiB. */
export const SECOND_STAGE_LARGE_PAGES = field(3, 37, 34);

/** SAGAW: second-stage tables of that many levels. */
export function walksLevels(levels: number): bigint {
  return 1n << BigInt(8 + levels - 2);
}

/** MGAW: the widest address, bits; high and low bit of the field. */
export const ADDRESS_WIDTH = [21, 16] as const;
/** MAMV: the most that AM of an invalidation may be. */
export const MAX_ADDRESS_MASK = [53, 48] as const;

/** VT-d, 10.4.3 Extended Capability Register: its flags. HW-VTD-66 */
export const ECAP = {
  /** C: walks snoop the caches. */
  Coherent: 1n << 0n,
  /** QI */
  QueuedInvalidation: 1n << 1n,
  /** DT */
  DeviceTlb: 1n << 2n,
  /** IR */
  InterruptRemapping: 1n << 3n,
  /** PT */
  PassThrough: 1n << 6n,
  /** SC */
  SnoopControl: 1n << 7n,
  /** NEST */
  Nesting: 1n << 26n,
  /** PRS */
  PageRequests: 1n << 29n,
  /** SRS: requests of supervisors. */
  Supervisor: 1n << 31n,
  /** EAFS: the extended accessed flag. */
  ExtendedAccessed: 1n << 34n,
  /** PASID */
  Pasids: 1n << 40n,
  /** PDS */
  PageRequestDrain: 1n << 42n,
  /** SMTS */
  ScalableMode: 1n << 43n,
  /** SSADS: accessed and dirty bits of second stages. */
  SecondStageDirty: 1n << 45n,
  /** SSTS */
  SecondStage: 1n << 46n,
  /** FSTS */
  FirstStage: 1n << 47n,
  /** SMPWCS: walks of scalable mode snoop the caches. */
  ScalableCoherent: 1n << 48n,
  /** ADMS: the mode that aborts. */
  AbortMode: 1n << 52n,
} as const;

/** PSS: bits of a PASID, less one; high and low bit of the field. */
export const PASID_SIZE = [39, 35] as const;
