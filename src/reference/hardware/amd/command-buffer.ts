import type { Hpa, Iova, Rid } from '#formats/addresses.ts';

import type { MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import { sizeInAddress } from './v1-table.ts';

const COMMAND_SIZE = 16n;

/** AMD IOMMU, 2.4 Commands. HW-AMD-06 */
const Opcode = { CompletionWait: 1n, DeviceEntry: 2n, Pages: 3n, All: 8n } as const;
const STORE = 1n << 0n;
/** S: the address tells the size. */
const SIZE = 1n << 0n;
const ADDRESS_MASK = ~0xfffn;
/** INVALIDATE_IOMMU_PAGES of a whole domain. */
const ALL_PAGES = 0x7fff_ffff_ffff_f000n;

/** Two words, as they lie in the buffer. */
export type Command = readonly [low: bigint, high: bigint];

/** 2.4.1 COMPLETION_WAIT, with a store of `data` to an address that is a multiple of 8. */
export function completionWait(address: Hpa, data: bigint): Command {
  return [(Opcode.CompletionWait << 60n) | address | STORE, data];
}

/** 2.4.2 INVALIDATE_DEVTAB_ENTRY */
export function invalidateDeviceEntry(rid: Rid): Command {
  return [(Opcode.DeviceEntry << 60n) | BigInt(rid), 0n];
}

/** 2.4.3 INVALIDATE_IOMMU_PAGES: `size` bytes around `address`, a power of two from 4 KiB on. */
export function invalidatePages(domainId: number, address: Iova, size: bigint): Command {
  const low = (Opcode.Pages << 60n) | (BigInt(domainId) << 32n);
  const first = address - (address % size);
  if (size === 4096n) return [low, first];
  return [low, first | (size / 2n - 4096n) | SIZE];
}

export function invalidateDomain(domainId: number): Command {
  return [(Opcode.Pages << 60n) | (BigInt(domainId) << 32n), ALL_PAGES | SIZE];
}

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

  private carryOut([low, high]: Command): void {
    switch (low >> 60n) {
      case Opcode.CompletionWait:
        if (low & STORE) this.memory.write64(low & 0x000f_ffff_ffff_fff8n, high);
        return;
      case Opcode.DeviceEntry:
        this.devices.delete(Number(low & 0xffffn));
        return;
      case Opcode.Pages:
        return this.invalidatePages(Number((low >> 32n) & 0xffffn), high);
      case Opcode.All:
        this.devices.clear();
        return this.iotlb.invalidateAll();
      default:
        this.hasStopped = true;
    }
  }

  private invalidatePages(domainId: number, high: bigint): void {
    const address = high & ADDRESS_MASK;
    if (!(high & SIZE)) return this.iotlb.invalidatePages(domainId, address, 4096n);
    if (address === ALL_PAGES) return this.iotlb.invalidateDomain(domainId);
    const size = sizeInAddress(address);
    this.iotlb.invalidatePages(domainId, address - (address % size), size);
  }
}
