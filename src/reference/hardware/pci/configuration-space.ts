import { accessesOf } from '#formats/accesses.ts';
import { CONVENTIONAL_SIZE, HEADER } from '#formats/pci-configuration.ts';
import { CONFIGURATION_END } from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../bus.ts';
import { CAPABILITY_HEAD } from './capability.ts';
import type { Capability } from './capability.ts';
import type { ConfigurationHeader } from './header.ts';

export interface ConfigurationOptions {
  readonly header: ConfigurationHeader;
  /** In the order of the list. */
  readonly capabilities: readonly Capability[];
  /** PCIe, 7.2.1: behind the space of conventional PCI that of extended capabilities, whose addresses go on. */
  readonly extended: DeviceRegion | undefined;
}

interface Place {
  readonly first: number;
  readonly capability: Capability;
}

/** Accesses of software are of so many bytes at most. */
const WIDEST = 4;

/**
 * PCI 3.0, 6.1, and PCIe, 7.2.1: header, capabilities, extended capabilities. What belongs to none of them holds what it is
 * written, as in QEMU's devices.
 */
export class ConfigurationSpace implements DeviceRegion {
  readonly size: bigint;
  protected readonly header: ConfigurationHeader;
  protected readonly places: readonly Place[];
  private readonly extended: DeviceRegion | undefined;
  private readonly free = new Uint8Array(CONVENTIONAL_SIZE);

  constructor({ header, capabilities, extended }: ConfigurationOptions) {
    this.header = header;
    this.extended = extended;
    this.size = BigInt(extended ? CONFIGURATION_END : CONVENTIONAL_SIZE);
    this.places = placesOf(capabilities);
    header.capabilities = this.places[0]?.first ?? 0;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const { done, width } of accessesOf(offset, length, WIDEST))
      bytes.set(this.readAt(offset + BigInt(done), width), done);
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    for (const { done, width } of accessesOf(offset, bytes.length, WIDEST))
      this.writeAt(offset + BigInt(done), bytes.subarray(done, done + width));
  }

  /** PCIe, 6.6.2, and what a reset by the bus does, too: all as after power-on. */
  reset(): void {
    this.header.reset();
    for (const { capability } of this.places) capability.reset();
  }

  private readAt(offset: bigint, width: number): Uint8Array {
    const at = Number(offset);
    if (at >= CONVENTIONAL_SIZE) return this.extended?.read(offset, width) ?? new Uint8Array(width);
    if (at < HEADER.size) return this.header.read(at, width);
    const place = this.placeOf(at);
    if (place === undefined) return this.free.slice(at, at + width);
    const from = at - place.first;
    const bytes = this.free.slice(at, at + width);
    bytes.set(place.capability.read(from, Math.min(width, place.capability.size - from)));
    const head = [place.capability.id, this.nextOf(place)];
    for (let index = from; index < CAPABILITY_HEAD && index < from + width; index += 1)
      bytes[index - from] = head[index] ?? 0;
    return bytes;
  }

  private writeAt(offset: bigint, bytes: Uint8Array): void {
    const at = Number(offset);
    if (at >= CONVENTIONAL_SIZE) this.extended?.write(offset, bytes);
    else if (at < HEADER.size) this.header.write(at, bytes);
    else this.writeBehindHeader(at, bytes);
  }

  /** An access may end behind a capability; none begins in one and ends in the next, as these are aligned. */
  private writeBehindHeader(at: number, bytes: Uint8Array): void {
    const place = this.placeOf(at);
    if (place === undefined) {
      this.free.set(bytes, at);
      return;
    }
    const { first, capability } = place;
    const from = Math.max(0, first + CAPABILITY_HEAD - at);
    const own = bytes.subarray(from, Math.max(from, first + capability.size - at));
    if (own.length > 0) capability.write(at + from - first, own);
    const behind = first + capability.size - at;
    if (behind < bytes.length) this.free.set(bytes.subarray(behind), at + behind);
  }

  private placeOf(at: number): Place | undefined {
    return this.places.find(({ first, capability }) => first <= at && at < first + capability.size);
  }

  private nextOf(place: Place): number {
    return this.places[this.places.indexOf(place) + 1]?.first ?? 0;
  }
}

/** One behind the other, each at a multiple of four. */
function placesOf(capabilities: readonly Capability[]): readonly Place[] {
  let first: number = HEADER.size;
  return capabilities.map((capability) => {
    const place = { first, capability };
    first += (capability.size + 3) & ~3;
    return place;
  });
}
