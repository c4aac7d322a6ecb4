import { CONFIGURATION_END, EXTENDED_FIRST } from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../bus.ts';

/** PCIe, 7.2.1: the space of conventional PCI, and behind it that of extended capabilities, which is addressed from 0 on. */
export class ConfigurationSpace implements DeviceRegion {
  readonly size = BigInt(CONFIGURATION_END);
  private readonly conventional: DeviceRegion;
  private readonly extended: DeviceRegion;

  constructor(conventional: DeviceRegion, extended: DeviceRegion) {
    this.conventional = conventional;
    this.extended = extended;
  }

  /** It may begin in one and end in the other. */
  read(offset: bigint, length: number): Uint8Array {
    const first = Math.max(0, Math.min(length, EXTENDED_FIRST - Number(offset)));
    const bytes = new Uint8Array(length);
    if (first > 0) bytes.set(this.conventional.read(offset, first));
    const at = offset + BigInt(first);
    if (first < length) bytes.set(this.extended.read(at, length - first), first);
    return bytes;
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const first = Math.max(0, Math.min(bytes.length, EXTENDED_FIRST - Number(offset)));
    if (first > 0) this.conventional.write(offset, bytes.subarray(0, first));
    const rest = bytes.subarray(first);
    if (rest.length > 0) this.extended.write(offset + BigInt(first), rest);
  }
}
