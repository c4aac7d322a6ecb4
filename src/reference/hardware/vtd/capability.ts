import { MAX_ADDRESS_MASK } from './invalidation-queue.ts';

/** VT-d, 11.4.2 Capability Register: what the unit of this machine can do. */
export const CAPABILITY = [
  /** ND: domain ids of 16 bits. */
  6n,
  /** SAGAW: tables of four levels. */
  1n << 10n,
  /** MGAW: 48 bits, less one. */
  47n << 16n,
  /** SLLPS: pages of 2 MiB and 1 GiB. */
  3n << 34n,
  /** PSI: invalidations of pages, at most 2^MAMV. */
  1n << 39n,
  MAX_ADDRESS_MASK << 48n,
].reduce((all, field) => all | field);

/** VT-d, 11.4.3 Extended Capability Register: page walks that are coherent, queued invalidation, pass-through. */
export const EXTENDED_CAPABILITY = 1n | (1n << 1n) | (1n << 6n);
