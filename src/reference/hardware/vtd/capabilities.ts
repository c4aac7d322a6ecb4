import { MAX_ADDRESS_MASK } from './invalidation-queue.ts';

/** VT-d, 10.4.2 Capability Register: what this unit offers. */
export const CAPABILITY =
  // ND: 16-bit domain ids
  6n |
  // SAGAW: four levels, which is 48 bits
  (1n << 10n) |
  // MGAW: 48 bits
  (47n << 16n) |
  // SLLPS: pages of 2 MiB and 1 GiB
  (3n << 34n) |
  // PSI, MAMV: invalidations of pages
  (1n << 39n) |
  (MAX_ADDRESS_MASK << 48n);

/** VT-d, 10.4.3 Extended Capability Register: coherent walks, queued invalidation, interrupt remapping. */
export const EXTENDED_CAPABILITY = 1n | (1n << 1n) | (1n << 3n);
