import type { Hpa, Rid } from '#formats/addresses.ts';
import {
  COMMAND_SIZE,
  opcodeOf,
  Opcode,
  deviceOf,
  storeOf,
  domainOf,
  pagesOf,
} from '#formats/amd/commands.ts';
import type { Command } from '#formats/amd/commands.ts';

import type { MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';

export interface CommandBufferOptions {
  readonly memory: MemoryBus;
  readonly iotlb: Iotlb;
  /** Device table entries that were read. */
  readonly devices: Map<Rid, unknown>;
}

/**
 * AMD IOMMU, 2.4: commands are carried out while software writes the tail pointer, as there is no other clock. One that
 * makes no sense stops the buffer (ILLEGAL_COMMAND_ERROR).
 */
export class CommandBuffer {
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly devices: Map<Rid, unknown>;
  private base = 0n;
  private size = 0n;
  private head = 0n;
  private hasStopped = false;

  constructor({ memory, iotlb, devices }: CommandBufferOptions) {
    this.memory = memory;
    this.iotlb = iotlb;
    this.devices = devices;
  }

  /** CmdBufRun is 0. */
  get stopped(): boolean {
    return this.hasStopped;
  }

  /** Command Buffer Base Address Register, and CmdBufEn: address and bytes of the ring. */
  enable(base: Hpa, size: bigint): void {
    [this.base, this.size, this.head, this.hasStopped] = [base, size, 0n, false];
  }

  /** Command Buffer Tail Pointer Register: an offset, bytes. */
  writeTail(tail: bigint): void {
    while (this.head !== tail && !this.hasStopped) {
      const address = this.base + this.head;
      this.carryOut([this.memory.read64(address), this.memory.read64(address + 8n)]);
      this.head = (this.head + COMMAND_SIZE) % this.size;
    }
  }

  private carryOut(command: Command): void {
    switch (opcodeOf(command)) {
      case Opcode.CompletionWait:
        return this.store(command);
      case Opcode.DeviceEntry:
        this.devices.delete(deviceOf(command));
        return;
      case Opcode.Pages:
        return this.invalidatePages(command);
      case Opcode.All:
        this.devices.clear();
        return this.iotlb.invalidateAll();
      default:
        this.hasStopped = true;
    }
  }

  private store(command: Command): void {
    const store = storeOf(command);
    if (store) this.memory.write64(store.address, store.data);
  }

  private invalidatePages(command: Command): void {
    const [domainId, pages] = [domainOf(command), pagesOf(command)];
    if (pages) this.iotlb.invalidatePages(domainId, pages.first, pages.length);
    else this.iotlb.invalidateDomain(domainId);
  }
}
