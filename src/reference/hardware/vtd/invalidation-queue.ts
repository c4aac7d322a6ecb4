import type { Hpa, Iova, MemoryBus, Rid } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import type { ContextCache } from './context-cache.ts';

const DESCRIPTOR_SIZE = 16n;
/** CAP.MAMV: page-selective invalidations cover at most 2^18 pages. */
export const MAX_ADDRESS_MASK = 18n;

const Type = { Context: 1n, Iotlb: 2n, Wait: 5n } as const;
const Granularity = { Global: 1n, Domain: 2n, Selective: 3n } as const;
const STATUS_WRITE = 1n << 5n;

/** Two words, as they lie in the queue. */
export type Descriptor = readonly [low: bigint, high: bigint];

/** VT-d, 6.5.2.1 Context-Cache Invalidate Descriptor, device-selective. HW-VTD, descriptor type 1 */
export function invalidateContextOfDevice(domainId: number, rid: Rid): Descriptor {
  const scope = (BigInt(rid) << 32n) | (BigInt(domainId) << 16n);
  return [scope | (Granularity.Selective << 4n) | Type.Context, 0n];
}

/** VT-d, 6.5.2.3 IOTLB Invalidate Descriptor, domain-selective. Type 2 */
export function invalidateIotlbOfDomain(domainId: number): Descriptor {
  return [(BigInt(domainId) << 16n) | (Granularity.Domain << 4n) | Type.Iotlb, 0n];
}

/** VT-d, 6.5.2.3, page-selective: 2^mask pages from an address that is a multiple of them. */
export function invalidateIotlbPages(domainId: number, first: Iova, mask: bigint): Descriptor {
  const low = (BigInt(domainId) << 16n) | (Granularity.Selective << 4n) | Type.Iotlb;
  return [low, first | mask];
}

/** VT-d, 6.5.2.8 Invalidation Wait Descriptor, with a status write. Type 5 */
export function waitDescriptor(status: Hpa, data: bigint): Descriptor {
  return [(data << 32n) | STATUS_WRITE | Type.Wait, status];
}

export interface InvalidationQueueOptions {
  readonly memory: MemoryBus;
  readonly iotlb: Iotlb;
  readonly contextCache: ContextCache;
}

/**
 * VT-d, 6.5.2 Queued Invalidation Interface. Descriptors are carried out while software writes the tail register: there
 * is no other clock. A descriptor that makes no sense stops the queue (FSTS.IQE). HW-VTD-42
 */
export class InvalidationQueue {
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly contextCache: ContextCache;
  private base = 0n;
  private size = 0n;
  private headOffset = 0n;
  private hasFailed = false;

  constructor(options: InvalidationQueueOptions) {
    this.memory = options.memory;
    this.iotlb = options.iotlb;
    this.contextCache = options.contextCache;
  }

  /** IQH: offset of the next descriptor, bytes. */
  get head(): bigint {
    return this.headOffset;
  }

  /** FSTS.IQE */
  get failed(): boolean {
    return this.hasFailed;
  }

  /** IQA: address and bytes of the ring, and GCMD.QIE. */
  enable(base: Hpa, size: bigint): void {
    [this.base, this.size, this.headOffset, this.hasFailed] = [base, size, 0n, false];
  }

  /** IQT: an offset, bytes. */
  writeTail(tail: bigint): void {
    while (this.headOffset !== tail && !this.hasFailed) {
      const address = this.base + this.headOffset;
      const descriptor = [this.memory.read64(address), this.memory.read64(address + 8n)] as const;
      if (this.carryOut(descriptor))
        this.headOffset = (this.headOffset + DESCRIPTOR_SIZE) % this.size;
      else this.hasFailed = true;
    }
  }

  /** False where the descriptor is invalid. */
  private carryOut(descriptor: Descriptor): boolean {
    const [low] = descriptor;
    switch ((low & 0xfn) | ((low >> 5n) & 0x70n)) {
      case Type.Context:
        return this.invalidateContext(descriptor);
      case Type.Iotlb:
        return this.invalidateIotlb(descriptor);
      case Type.Wait:
        return this.wait(descriptor);
      default:
        return false;
    }
  }

  private invalidateContext([low, high]: Descriptor): boolean {
    if (low & 0xfffc_0000_0000_f1c0n || high) return false;
    switch ((low >> 4n) & 3n) {
      case Granularity.Global:
        this.contextCache.invalidateAll();
        return true;
      case Granularity.Domain:
        this.contextCache.invalidateDomain(domainOf(low));
        return true;
      case Granularity.Selective:
        this.contextCache.invalidateDevice(Number((low >> 32n) & 0xffffn), functionMask(low));
        return true;
      default:
        return false;
    }
  }

  private invalidateIotlb([low, high]: Descriptor): boolean {
    if (low & 0xffff_ffff_0000_f100n || high & 0xf80n) return false;
    switch ((low >> 4n) & 3n) {
      case Granularity.Global:
        this.iotlb.invalidateAll();
        return true;
      case Granularity.Domain:
        this.iotlb.invalidateDomain(domainOf(low));
        return true;
      case Granularity.Selective:
        return this.invalidatePages(domainOf(low), high);
      default:
        return false;
    }
  }

  private invalidatePages(domainId: number, high: bigint): boolean {
    const mask = high & 0x3fn;
    const [first, length] = [high & ~0xfffn, 4096n << mask];
    if (mask > MAX_ADDRESS_MASK || first % length !== 0n) return false;
    this.iotlb.invalidatePages(domainId, first, length);
    return true;
  }

  private wait([low, high]: Descriptor): boolean {
    if (low & 0xffff_f100n || high & 3n) return false;
    const data = new DataView(new ArrayBuffer(4));
    data.setUint32(0, Number(low >> 32n), true);
    if (low & STATUS_WRITE) this.memory.write(high, new Uint8Array(data.buffer));
    return true;
  }
}

function domainOf(low: bigint): number {
  return Number((low >> 16n) & 0xffffn);
}

/** FM: 0 to 3 of the function number's bits, from the highest, are not compared. */
function functionMask(low: bigint): number {
  return [0, 0b100, 0b110, 0b111][Number((low >> 48n) & 3n)] ?? 0;
}
