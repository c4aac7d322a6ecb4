import { CapabilityId, MSIX } from '#formats/pci-configuration.ts';

import type { PciFunction } from './pci-function.ts';

/** The part of a BAR that no user reaches by read() and write(): it is the host's. */
export interface HostPart {
  /** Of the BAR. */
  readonly index: number;
  /** Bytes into the BAR; `end` is the first one behind it. */
  readonly first: bigint;
  readonly end: bigint;
}

/** msix_bar, msix_offset and msix_size of struct vfio_pci_core_device; undefined without MSI-X. */
export function msixTableOf(pci: PciFunction): HostPart | undefined {
  const at = pci.findCapability(CapabilityId.MsiX);
  if (at === 0) return undefined;
  const entries = (pci.get(at + MSIX.control, 2) & MSIX.TableSize) + 1;
  const place = pci.get(at + MSIX.table, 4);
  const first = BigInt(place & ~MSIX.Bar);
  return { index: place & MSIX.Bar, first, end: first + BigInt(entries * MSIX.entry) };
}
