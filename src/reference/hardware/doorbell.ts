import type { DeviceRegion } from './bus.ts';
import { InterruptController } from './interrupt-controller.ts';
import type { InterruptMessage } from './interrupt-controller.ts';

/** Where a board with a GIC has the page, and GITS_TRANSLATER in it. */
const PAGE = 0x809_0000n;
const PAGE_BYTES = 0x1000n;
const TRANSLATER = 0x40n;
const EVENTS = 1 << 15;

/**
 * Arm GICv3, 5 Interrupt Translation Service: a message is a write to a register that lies in memory, among other devices, so
 * that an SMMU translates its address as any other. Its data is the number of an event; numbers are given out for all devices
 * together, so that nobody has to look at which one it was.
 */
export class Doorbell extends InterruptController {
  override readonly isBehindIommu: boolean = true;
  readonly address = PAGE;
  /** What answers there: a write of 4 bytes to that register. */
  readonly region: DeviceRegion = {
    size: PAGE_BYTES,
    read: (_, length) => new Uint8Array(length),
    write: (offset, bytes) => this.write(offset, bytes),
  };

  override allocate(count: number): InterruptMessage {
    return { address: PAGE + TRANSLATER, data: this.take(count, EVENTS) };
  }

  /** What a device writes is for memory, and comes here by way of that. */
  override receive(): boolean {
    return false;
  }

  protected override indexOf({ data }: InterruptMessage): number {
    return data;
  }

  protected write(offset: bigint, bytes: Uint8Array): void {
    if (offset !== TRANSLATER || bytes.length !== 4) return;
    const data = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.ring({ address: PAGE + offset, data });
  }
}
