import { EXTENDED_FIRST, ExtendedCapability } from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../../../hardware/bus.ts';

/** Bytes of the PASID capability. */
const PASID_SIZE = 8;

/**
 * vfio_pci_config.c: a configuration space as a user has it. Of the extended capabilities that of PASIDs is hidden, and none
 * can be written: they are the kernel's to switch. HW-PCI-01
 */
export class VfioPciConfig implements DeviceRegion {
  readonly size: bigint;
  private readonly real: DeviceRegion;
  private readonly hidden: number | undefined;
  /** Where the capability before the hidden one says where the next one is. */
  private readonly link: number | undefined;

  constructor(real: DeviceRegion) {
    this.real = real;
    this.size = real.size;
    const places = this.list();
    const index = places.findIndex((at) => this.real16(at) === ExtendedCapability.Pasid);
    this.hidden = places[index];
    this.link = index > 0 ? (places[index - 1] ?? 0) + 2 : undefined;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = this.real.read(offset, length);
    const { hidden, link } = this;
    if (hidden === undefined) return bytes;
    const next =
      link === undefined ? 0 : (this.real16(link) & 0xf) | (this.real16(hidden + 2) & 0xfff0);
    for (let index = 0; index < length; index += 1) {
      const at = Number(offset) + index;
      if (hidden <= at && at < hidden + PASID_SIZE) bytes[index] = 0;
      if (at === link) bytes[index] = next & 0xff;
      if (link !== undefined && at === link + 1) bytes[index] = next >> 8;
    }
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const room = Math.max(0, EXTENDED_FIRST - Number(offset));
    const taken = bytes.subarray(0, room);
    if (taken.length > 0) this.real.write(offset, taken);
  }

  private list(): readonly number[] {
    const places: number[] = [];
    if (this.size <= BigInt(EXTENDED_FIRST)) return places;
    for (let at = EXTENDED_FIRST; at !== 0; at = this.real16(at + 2) >> 4) places.push(at);
    return places;
  }

  private real16(at: number): number {
    const [low = 0, high = 0] = this.real.read(BigInt(at), 2);
    return low | (high << 8);
  }
}
