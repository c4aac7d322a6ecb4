import {
  ADVANCED_FEATURES,
  CapabilityId,
  CONVENTIONAL_SIZE,
  EXPRESS,
  HEADER,
  POWER_MANAGEMENT,
  STATUS,
  VITAL_PRODUCT_DATA,
} from '#formats/pci-configuration.ts';
import {
  DESIGNATED_VENDOR,
  ERROR_REPORTING,
  EXTENDED_FIRST,
  ExtendedCapability,
  VENDOR_SPECIFIC,
} from '#formats/pcie-capabilities.ts';

import type { VirtualSpace } from './config-access.ts';
import type { PciFunction } from './pci-function.ts';
import { bytesOf, numberOf } from './pci-function.ts';

/** Whose byte that is which belongs neither to the header nor to a capability that is shown. */
export const NOBODYS = 0xff;
/** PCI_CAP_ID_BASIC: the header. */
export const OF_HEADER = 0;

/** Bits of a head of 32 bits where the next extended capability is. */
const NEXT_SHIFT = 20;
const NEXT = 0xffc << NEXT_SHIFT;
/** Bytes of the head. */
const HEAD = 4;

type Length = number | ((pci: PciFunction, at: number) => number);

/** vfio_exp_cap_len(): the second version has room for what the first lacks. */
const expressLength: Length = (pci, at) =>
  (pci.get(at + EXPRESS.capabilities, 1) & 0xf) === 1 ? 0x14 : EXPRESS.size;

/** vfio_msi_cap_len(): with an address of 64 bits, and with mask and pending bits. */
const msiLength: Length = (pci, at) => {
  const control = pci.get(at + 2, 2);
  return 10 + (control & 0x80 ? 4 : 0) + (control & 0x100 ? 10 : 0);
};

/** pci_cap_length[]: what a user may know of, and how many bytes it has. VFIO-CFG-37 */
const lengths: ReadonlyMap<number, Length> = new Map<number, Length>([
  [CapabilityId.PowerManagement, POWER_MANAGEMENT.size],
  [CapabilityId.VitalProductData, VITAL_PRODUCT_DATA.size],
  [CapabilityId.Msi, msiLength],
  [CapabilityId.Vendor, (pci, at) => pci.get(at + 2, 1)],
  [CapabilityId.Express, expressLength],
  [CapabilityId.MsiX, 12],
  [CapabilityId.AdvancedFeatures, ADVANCED_FEATURES.size],
]);

/** pci_ext_cap_length[] VFIO-CFG-38 39 */
const extendedLengths: ReadonlyMap<number, Length> = new Map<number, Length>([
  [ExtendedCapability.ErrorReporting, ERROR_REPORTING.size],
  [ExtendedCapability.SerialNumber, 12],
  [ExtendedCapability.VendorSpecific, (pci, at) => lengthIn(pci, at, VENDOR_SPECIFIC)],
  [ExtendedCapability.Ari, 8],
  [ExtendedCapability.Ats, 8],
  [ExtendedCapability.Sriov, 0x40],
  [ExtendedCapability.PageRequests, 16],
  [ExtendedCapability.LatencyTolerance, 8],
  [ExtendedCapability.DesignatedVendor, (pci, at) => lengthIn(pci, at, DESIGNATED_VENDOR)],
]);

/** Those of vendors tell it themselves. */
function lengthIn(
  pci: PciFunction,
  at: number,
  { header, lengthShift }: { readonly header: number; readonly lengthShift: number },
): number {
  return pci.get(at + header, 4) >>> lengthShift;
}

/** vfio_cap_init() and vfio_ecap_init(): whose each byte of a configuration space is, and the list that a user finds. */
export class ConfigChains {
  /** pci_config_map: ids. */
  readonly map: Uint8Array;
  protected readonly space: VirtualSpace;
  private hasExtended = false;

  constructor(space: VirtualSpace) {
    this.space = space;
    this.map = new Uint8Array(space.pci.size).fill(NOBODYS);
    this.map.fill(OF_HEADER, 0, HEADER.size);
    this.show(0, HEADER.size);
    this.standard();
    if (this.hasExtended) this.extended();
  }

  /** vfio_find_cap_start(): the first of the bytes that lie back to back and have that owner. VFIO-CFG-36 */
  startOf(at: number): number {
    let start = at;
    while (start > 0 && this.map[start - 1] === this.map[at]) start -= 1;
    return start;
  }

  protected standard(): void {
    const { pci, shown } = this.space;
    if (!(pci.get(HEADER.status, 2) & STATUS.CapabilityList)) return;
    let link: number = HEADER.capabilities;
    let isAny = false;
    for (const at of this.standardPlaces()) {
      const length = this.lengthOf(pci.get(at, 1), at);
      shown[link] = length > 0 ? at : pci.get(at + 1, 1);
      if (length === 0) continue;
      this.claim(at, length, pci.get(at, 1));
      link = at + 1;
      isAny = true;
    }
    if (!isAny) shown[HEADER.status] = (shown[HEADER.status] ?? 0) & ~STATUS.CapabilityList;
  }

  protected *standardPlaces(): Generator<number> {
    const { pci } = this.space;
    const most = (CONVENTIONAL_SIZE - HEADER.size) / HEAD;
    let at = pci.get(HEADER.capabilities, 1);
    for (let seen = 0; at !== 0 && seen < most; seen += 1) {
      yield at;
      at = pci.get(at + 1, 1);
    }
  }

  /** vfio_cap_len(): 0 for what is left out. Only who has the capability of PCI Express may have extended ones. VFIO-CFG-40 */
  protected lengthOf(id: number, at: number): number {
    const { pci } = this.space;
    if (id === CapabilityId.Express && pci.size > EXTENDED_FIRST)
      this.hasExtended = pci.get(EXTENDED_FIRST, 4) !== 0;
    const length = lengths.get(id) ?? 0;
    return typeof length === 'number' ? length : length(pci, at);
  }

  /** What is left out is passed over; the first one cannot be, as the list begins there: it has no id then. */
  protected extended(): void {
    const { pci, shown } = this.space;
    let link: number | undefined;
    for (const at of this.extendedPlaces()) {
      const head = pci.get(at, 4);
      const length = this.extendedLengthOf(head & 0xffff, at);
      if (length === 0 && link !== undefined) {
        this.setNext(link, head);
        continue;
      }
      this.claim(at, length || HEAD, head & 0xff);
      if (length === 0) shown.set(bytesOf((head & NEXT) >>> 0, 4), at);
      link = at;
    }
  }

  protected *extendedPlaces(): Generator<number> {
    const { pci } = this.space;
    const most = (pci.size - EXTENDED_FIRST) / HEAD;
    let at: number = EXTENDED_FIRST;
    for (let seen = 0; at >= EXTENDED_FIRST && seen < most; seen += 1) {
      yield at;
      at = (pci.get(at, 4) >>> NEXT_SHIFT) & ~3;
    }
  }

  protected extendedLengthOf(id: number, at: number): number {
    const length = extendedLengths.get(id) ?? 0;
    return typeof length === 'number' ? length : length(this.space.pci, at);
  }

  private setNext(link: number, head: number): void {
    const { shown } = this.space;
    const before = numberOf(shown.subarray(link, link + 4));
    shown.set(bytesOf(((before & ~NEXT) | (head & NEXT)) >>> 0, 4), link);
  }

  private claim(at: number, length: number, id: number): void {
    this.map.fill(id, at, at + length);
    this.show(at, length);
  }

  /** vfio_fill_vconfig_bytes() */
  private show(at: number, length: number): void {
    this.space.shown.set(this.space.pci.read(at, length), at);
  }
}
