import { CapabilityId, VIRTIO_WINDOW } from '#formats/pci-configuration.ts';

import type { DeviceRegion } from '../bus.ts';
import { RegisterCapability } from './capability.ts';

const { size, length, type, bar, offset, count, data, Window } = VIRTIO_WINDOW;

/** virtio 1.2, 4.1.4.9: a capability of the vendor by which software reaches a BAR without mapping it. */
export class VirtioWindow extends RegisterCapability {
  readonly id = CapabilityId.Vendor;
  private readonly bars: ReadonlyMap<number, DeviceRegion>;

  constructor(bars: readonly { readonly index: number; readonly registers: DeviceRegion }[]) {
    super(size);
    this.bars = new Map(bars.map(({ index, registers }) => [index, registers]));
    const all = { writable: 0xffff_ffff };
    this.registers
      .define(length, 1, { value: size })
      .define(type, 1, { value: Window })
      .define(bar, 1, { writable: 0xff })
      .define(offset, 4, all)
      .define(count, 4, all)
      .define(data, 4, all);
  }

  override read(at: number, bytes: number): Uint8Array {
    if (at < data) return super.read(at, bytes);
    const { region, place, width } = this.target;
    return Uint8Array.from({ length: bytes, ...region?.read(place, Math.min(bytes, width)) });
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    if (at !== data) return;
    const { region, place, width } = this.target;
    region?.write(place, bytes.subarray(0, width));
  }

  private get target(): { region: DeviceRegion | undefined; place: bigint; width: number } {
    return {
      region: this.bars.get(this.registers.get(bar, 1)),
      place: BigInt(this.registers.get(offset, 4)),
      width: this.registers.get(count, 4),
    };
  }
}
