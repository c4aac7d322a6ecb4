type Width = 1 | 2 | 4;

/** All bits of a register. */
export const ALL = 0xffff_ffff;

/**
 * vfio_pci_config.c: struct perm_bits: which bits of a capability a user has from the driver instead of the device, and which
 * can be written. A bit that is neither is the device's, and stays as it is.
 */
export class Permissions {
  readonly virtual: Uint8Array;
  readonly writable: Uint8Array;

  constructor(size: number) {
    this.virtual = new Uint8Array(size);
    this.writable = new Uint8Array(size);
  }

  /** p_setb(), p_setw() and p_setd(), by the width of the register in bytes. */
  set(offset: number, width: Width, virtual: number, writable: number): this {
    for (let index = 0; index < width; index += 1) {
      this.virtual[offset + index] = virtual >>> (8 * index);
      this.writable[offset + index] = writable >>> (8 * index);
    }
    return this;
  }
}
