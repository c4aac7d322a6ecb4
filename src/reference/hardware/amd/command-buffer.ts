import type { Hpa, Rid } from '#formats/addresses.ts';
import {
  COMMAND_SIZE,
  opcodeOf,
  Opcode,
  deviceOf,
  storeOf,
  domainOf,
  pagesOf,
  pasidOf,
  devicePasidOf,
  answerOf,
} from '#formats/amd/commands.ts';
import type { Command } from '#formats/amd/commands.ts';

import type { Endpoint, MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import type { GuestIotlb } from './guest-iotlb.ts';

export interface CommandBufferOptions {
  readonly memory: MemoryBus;
  /** Of host page tables alone. */
  readonly iotlb: Iotlb;
  readonly guestIotlb: GuestIotlb;
  /** Device table entries that were read. */
  readonly devices: Map<Rid, unknown>;
  /** The device behind the unit that has this requester id. */
  readonly endpoint: (rid: Rid) => Endpoint | undefined;
}

/**
 * AMD IOMMU, 2.4: commands are carried out while software writes the tail pointer, as there is no other clock. One that
 * makes no sense stops the buffer (ILLEGAL_COMMAND_ERROR).
 */
export class CommandBuffer {
  private readonly options: CommandBufferOptions;
  private readonly memory: MemoryBus;
  private base = 0n;
  private size = 0n;
  private head = 0n;
  private hasStopped = false;

  constructor(options: CommandBufferOptions) {
    this.options = options;
    this.memory = options.memory;
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

  protected carryOut(command: Command): void {
    switch (opcodeOf(command)) {
      case Opcode.CompletionWait:
        return this.store(command);
      case Opcode.DeviceEntry:
        this.options.devices.delete(deviceOf(command));
        return;
      case Opcode.Pages:
        return this.invalidatePages(command);
      case Opcode.DevicePages:
        return this.invalidateDevicePages(command);
      case Opcode.CompletePageRequest:
        return this.completePageRequest(command);
      case Opcode.All:
        return this.invalidateAll();
      default:
        this.hasStopped = true;
    }
  }

  private store(command: Command): void {
    const store = storeOf(command);
    if (store) this.memory.write64(store.address, store.data);
  }

  /**
   * 2.4.3: addresses of the host's page table, or with GN of a PASID. What came by both does not tell which address of the
   * host it came by: all of the domain goes.
   */
  protected invalidatePages(command: Command): void {
    const { iotlb, guestIotlb } = this.options;
    const [domainId, pages, pasid] = [domainOf(command), pagesOf(command), pasidOf(command)];
    if (pasid !== undefined) return guestIotlb.invalidatePasid(domainId, pasid, pages);
    guestIotlb.invalidateDomain(domainId);
    if (pages) iotlb.invalidatePages(domainId, pages.first, pages.length);
    else iotlb.invalidateDomain(domainId);
  }

  /** 2.4.4: a device that is not there has nothing to forget. */
  protected invalidateDevicePages(command: Command): void {
    const pages = pagesOf(command);
    this.options.endpoint(deviceOf(command))?.invalidateTranslations({
      pasid: devicePasidOf(command) ?? 'none',
      first: pages?.first ?? 0n,
      length: pages?.length,
    });
  }

  /** 2.4.7 */
  protected completePageRequest(command: Command): void {
    const { rid, tag: group, status: code, pasid } = answerOf(command);
    const withPasid = pasid === undefined ? {} : { pasid };
    this.options.endpoint(rid)?.pageGroupResponse({ ...withPasid, group, code });
  }

  private invalidateAll(): void {
    const { devices, iotlb, guestIotlb } = this.options;
    devices.clear();
    iotlb.invalidateAll();
    guestIotlb.invalidateAll();
  }
}
