import { MAX_ADDRESS_MASK } from './descriptors.ts';

/** What a remapping unit of this model has. */
export interface VtdModel {
  /** Scalable mode with PASIDs, both stages, nesting, dirty bits and page requests. */
  readonly scalable: boolean;
  /** It can make the accesses of a device snoop the caches, whatever the device says. */
  readonly snoopControl: boolean;
  /** Widest second-stage address, bits. */
  readonly addressBits: 39 | 48;
}

/** What the first machine of the reference has. */
export const legacyModel: VtdModel = { scalable: false, snoopControl: false, addressBits: 48 };

/** VT-d, 10.4.2 Capability Register: what this unit offers. HW-VTD-66 */
export function capabilityOf({ scalable, addressBits }: VtdModel): bigint {
  const levels = addressBits === 48 ? 1n << 10n : 1n << 9n;
  return (
    // ND: 16-bit domain ids
    6n |
    // SAGAW: three or four levels; a unit in scalable mode takes either
    levels |
    (scalable ? 1n << 9n : 0n) |
    // MGAW
    (BigInt(addressBits - 1) << 16n) |
    // SLLPS: pages of 2 MiB and 1 GiB
    (3n << 34n) |
    // PSI, MAMV: invalidations of pages
    (1n << 39n) |
    (MAX_ADDRESS_MASK << 48n) |
    // FS1GP: first-stage pages of 1 GiB
    (scalable ? 1n << 56n : 0n)
  );
}

/** Of scalable mode: device TLBs, nesting, page requests and their draining, 20 bits of PASID, both stages, dirty bits. */
const OF_SCALABLE_MODE =
  [2n, 26n, 29n, 40n, 42n, 43n, 45n, 46n, 47n, 48n].reduce((all, bit) => all | (1n << bit), 0n) |
  (19n << 35n);

/** VT-d, 10.4.3 Extended Capability Register: coherent walks, queued invalidation, interrupt remapping. HW-VTD-66 */
export function extendedCapabilityOf({ scalable, snoopControl }: VtdModel): bigint {
  const always = 1n | (1n << 1n) | (1n << 3n);
  return always | (snoopControl ? 1n << 7n : 0n) | (scalable ? OF_SCALABLE_MODE : 0n);
}
