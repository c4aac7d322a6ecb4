import { INTERRUPT_DISABLE } from '#formats/interrupts.ts';
import type { DeviceRegion } from '../../../hardware/bus.ts';
import type { VfioPciIntx } from './intx.ts';

/** Of the command register the byte that has the bit, and the bit in it. */
const UPPER_COMMAND = 5;
const DISABLE = INTERRUPT_DISABLE >> 8;

/**
 * vfio_pci_config.c, vfio_basic_config_write(): bit 10 of a user's command register, Interrupt Disable, is not that of the
 * device, by which the kernel masks. VFIO-INT-08
 */
export class VirtualIntxDisable implements DeviceRegion {
  readonly size: bigint;
  protected readonly real: DeviceRegion;
  protected readonly intx: VfioPciIntx;
  protected isSet = false;

  constructor(real: DeviceRegion, intx: VfioPciIntx) {
    this.real = real;
    this.size = real.size;
    this.intx = intx;
  }

  read(offset: bigint, length: number): Uint8Array {
    const bytes = this.real.read(offset, length);
    const at = UPPER_COMMAND - Number(offset);
    const byte = bytes[at];
    if (byte !== undefined) bytes[at] = this.isSet ? byte | DISABLE : byte & ~DISABLE;
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const at = UPPER_COMMAND - Number(offset);
    const byte = bytes[at];
    if (byte === undefined) return this.real.write(offset, bytes);
    const [real = 0] = this.real.read(BigInt(UPPER_COMMAND), 1);
    const written = bytes.slice();
    written[at] = (byte & ~DISABLE) | (real & DISABLE);
    this.real.write(offset, written);
    this.isSet = (byte & DISABLE) !== 0;
    this.intx.disableVirtually(this.isSet);
  }
}
