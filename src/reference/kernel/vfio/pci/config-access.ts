import { EXTENDED_FIRST } from '#formats/pcie-capabilities.ts';
import { HEADER } from '#formats/pci-configuration.ts';

import type { PciFunction } from './pci-function.ts';
import type { Permissions } from './permissions.ts';

/** What the accesses to a configuration space share. */
export interface VirtualSpace {
  readonly pci: PciFunction;
  /** vconfig: what a user has in place of bytes of the device. */
  readonly shown: Uint8Array;
}

/**
 * vfio_pci_config.c: readfn() and writefn() of a part of the space, which begins at `start`. Accesses are of 1, 2 or 4 bytes,
 * naturally aligned, and stay in the part.
 */
export interface ConfigAccess {
  read(at: number, count: number): Uint8Array;
  /** Absent where nothing can be written: then not even the caller's buffer is looked at. VFIO-CFG-06 */
  write?(at: number, bytes: Uint8Array): void;
}

/** vfio_raw_config_read() and vfio_raw_config_write(): what the device has. VFIO-CFG-20 */
export class RawAccess implements ConfigAccess {
  protected readonly space: VirtualSpace;

  constructor(space: VirtualSpace) {
    this.space = space;
  }

  read(at: number, count: number): Uint8Array {
    return this.space.pci.read(at, count);
  }

  write(at: number, bytes: Uint8Array): void {
    this.space.pci.write(at, bytes);
  }
}

/** vfio_direct_config_read(): as the device has it, but for the head, which says where the next capability is. */
export class DirectAccess implements ConfigAccess {
  protected readonly space: VirtualSpace;
  protected readonly start: number;

  constructor(space: VirtualSpace, start: number) {
    this.space = space;
    this.start = start;
  }

  read(at: number, count: number): Uint8Array {
    const bytes = this.space.pci.read(at, count);
    const end = Math.min(at + count, this.start + headSize(this.start));
    if (at < end) bytes.set(this.space.shown.subarray(at, end));
    return bytes;
  }
}

/** The same, and what is written goes to the device. VFIO-CFG-35 */
export class VendorAccess extends DirectAccess {
  write(at: number, bytes: Uint8Array): void {
    this.space.pci.write(at, bytes);
  }
}

/** Bytes. */
function headSize(start: number): number {
  return start >= EXTENDED_FIRST ? 4 : start >= HEADER.size ? 2 : 0;
}

/** vfio_default_config_read() and vfio_default_config_write(): bit by bit, as the permissions say. */
export class PermittedAccess implements ConfigAccess {
  protected readonly space: VirtualSpace;
  protected readonly start: number;
  protected readonly permissions: Permissions;

  constructor(space: VirtualSpace, start: number, permissions: Permissions) {
    this.space = space;
    this.start = start;
    this.permissions = permissions;
  }

  read(at: number, count: number): Uint8Array {
    const { pci, shown } = this.space;
    const real = pci.read(at, count);
    return real.map((byte, index) => {
      const virtual = this.virtual(at + index);
      return (byte & ~virtual) | ((shown[at + index] ?? 0) & virtual);
    });
  }

  write(at: number, bytes: Uint8Array): void {
    const { pci, shown } = this.space;
    const real = bytes.map((_, index) => this.writable(at + index) & ~this.virtual(at + index));
    bytes.forEach((byte, index) => {
      const mask = this.writable(at + index) & this.virtual(at + index);
      shown[at + index] = ((shown[at + index] ?? 0) & ~mask) | (byte & mask);
    });
    if (real.every((mask) => mask === 0)) return;
    const before = pci.read(at, bytes.length);
    pci.write(
      at,
      before.map((byte, index) => mixed(byte, bytes[index], real[index])),
    );
  }

  protected virtual(at: number): number {
    return this.permissions.virtual[at - this.start] ?? 0;
  }

  protected writable(at: number): number {
    return this.permissions.writable[at - this.start] ?? 0;
  }
}

function mixed(before: number, after = 0, mask = 0): number {
  return (before & ~mask) | (after & mask);
}
