import { CapabilityId, VITAL_PRODUCT_DATA } from '#formats/pci-configuration.ts';

import type { PciFunction } from './pci-function.ts';

const { address, data, Flag } = VITAL_PRODUCT_DATA;
const WORD = 4;

/** drivers/pci/vpd.c: pci_vpd_read() of four bytes, from any place. */
export function readVpd(pci: PciFunction, from: number): Uint8Array {
  return Uint8Array.from({ length: WORD }, (_, index) => {
    const at = from + index;
    return wordAt(pci, at & ~(WORD - 1))[at % WORD] ?? 0;
  });
}

/** pci_vpd_write() of a word: false where the place is none of a word. */
export function writeVpd(pci: PciFunction, at: number, bytes: Uint8Array): boolean {
  if (at % WORD !== 0) return false;
  const place = pci.findCapability(CapabilityId.VitalProductData);
  pci.write(place + data, bytes);
  pci.set(place + address, 2, at | Flag);
  return true;
}

/** The function is done when the flag has turned: at once. */
function wordAt(pci: PciFunction, at: number): Uint8Array {
  const place = pci.findCapability(CapabilityId.VitalProductData);
  pci.set(place + address, 2, at);
  return pci.read(place + data, WORD);
}
