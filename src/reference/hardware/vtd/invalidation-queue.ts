import type { Hpa, Rid } from '#formats/addresses.ts';

import type { Endpoint, MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import type { ContextCache } from './context-cache.ts';
import {
  DESCRIPTOR_SIZE,
  deviceTlbRange,
  domainOf,
  Granularity,
  MAX_ADDRESS_MASK,
  PasidGranularity,
  pasidOf,
  STATUS_WRITE,
  Type,
  typeOf,
  WIDE_DESCRIPTOR_SIZE,
} from './descriptors.ts';
import type { Descriptor } from './descriptors.ts';
import type { PasidCache } from './pasid-cache.ts';
import type { PasidIotlb } from './pasid-iotlb.ts';

export interface InvalidationQueueOptions {
  readonly memory: MemoryBus;
  readonly iotlb: Iotlb;
  readonly contextCache: ContextCache;
  readonly pasidCache: PasidCache;
  readonly pasidIotlb: PasidIotlb;
  /** The device behind the unit that has this requester id. */
  readonly endpoint: (rid: Rid) => Endpoint | undefined;
}

/**
 * VT-d, 6.5.2 Queued Invalidation Interface. Descriptors are carried out while software writes the tail register: there
 * is no other clock. A descriptor that makes no sense stops the queue (FSTS.IQE). HW-VTD-42
 */
export class InvalidationQueue {
  private readonly options: InvalidationQueueOptions;
  private readonly memory: MemoryBus;
  private base = 0n;
  private size = 0n;
  private isWide = false;
  private headOffset = 0n;
  private hasFailed = false;

  constructor(options: InvalidationQueueOptions) {
    this.options = options;
    this.memory = options.memory;
  }

  /** IQH: offset of the next descriptor, bytes. */
  get head(): bigint {
    return this.headOffset;
  }

  /** FSTS.IQE */
  get failed(): boolean {
    return this.hasFailed;
  }

  /** IQA: address and bytes of the ring, IQA.DW, and GCMD.QIE. */
  enable(base: Hpa, size: bigint, isWide = false): void {
    [this.base, this.size, this.isWide] = [base, size, isWide];
    [this.headOffset, this.hasFailed] = [0n, false];
  }

  /** IQT: an offset, bytes. */
  writeTail(tail: bigint): void {
    const step = this.isWide ? WIDE_DESCRIPTOR_SIZE : DESCRIPTOR_SIZE;
    while (this.headOffset !== tail && !this.hasFailed) {
      if (this.carryOut(this.base + this.headOffset))
        this.headOffset = (this.headOffset + step) % this.size;
      else this.hasFailed = true;
    }
  }

  /** False where the descriptor is invalid. */
  private carryOut(address: Hpa): boolean {
    const descriptor = [this.memory.read64(address), this.memory.read64(address + 8n)] as const;
    if (this.isWide && (this.memory.read64(address + 16n) || this.memory.read64(address + 24n)))
      return false;
    switch (typeOf(descriptor)) {
      case Type.Context:
        return this.invalidateContext(descriptor);
      case Type.Iotlb:
        return this.invalidateIotlb(descriptor);
      case Type.Wait:
        return this.wait(descriptor);
      default:
        return this.isWide && this.carryOutWide(descriptor);
    }
  }

  /** What there is in scalable mode only. */
  private carryOutWide(descriptor: Descriptor): boolean {
    const [low] = descriptor;
    switch (typeOf(descriptor)) {
      case Type.DeviceTlb:
        return this.invalidateDevice(descriptor, Number((low >> 32n) & 0xffffn));
      case Type.PasidDeviceTlb:
        return this.invalidateDevice(descriptor, domainOf(low));
      case Type.PasidIotlb:
        return this.invalidatePasidIotlb(descriptor);
      case Type.PasidCache:
        return this.invalidatePasidCache(descriptor);
      case Type.PageGroupResponse:
        return this.respond(descriptor);
      default:
        return false;
    }
  }

  private invalidateContext([low, high]: Descriptor): boolean {
    const { contextCache } = this.options;
    if (low & 0xfffc_0000_0000_f1c0n || high) return false;
    switch ((low >> 4n) & 3n) {
      case Granularity.Global:
        contextCache.invalidateAll();
        return true;
      case Granularity.Domain:
        contextCache.invalidateDomain(domainOf(low));
        return true;
      case Granularity.Selective:
        contextCache.invalidateDevice(Number((low >> 32n) & 0xffffn), functionMask(low));
        return true;
      default:
        return false;
    }
  }

  private invalidateIotlb([low, high]: Descriptor): boolean {
    const { iotlb, pasidIotlb } = this.options;
    if (low & 0xffff_ffff_0000_f100n || high & 0xf80n) return false;
    switch ((low >> 4n) & 3n) {
      case Granularity.Global:
        iotlb.invalidateAll();
        pasidIotlb.invalidateAll();
        return true;
      case Granularity.Domain:
        iotlb.invalidateDomain(domainOf(low));
        pasidIotlb.invalidateDomain(domainOf(low));
        return true;
      case Granularity.Selective:
        return this.invalidatePages(domainOf(low), high);
      default:
        return false;
    }
  }

  /** A translation of both stages does not tell which page of the second one it came by: all of the domain go. */
  private invalidatePages(domainId: number, high: bigint): boolean {
    const range = rangeOf(high);
    if (!range) return false;
    this.options.iotlb.invalidatePages(domainId, range.first, range.length);
    this.options.pasidIotlb.invalidateDomain(domainId);
    return true;
  }

  /** HW-VTD, descriptor type 6 */
  private invalidatePasidIotlb([low, high]: Descriptor): boolean {
    const { pasidIotlb } = this.options;
    if (low & 0xfff0_0000_0000_f1c0n || high & 0xf80n) return false;
    const [domainId, pasid] = [domainOf(low), pasidOf(low)];
    switch ((low >> 4n) & 3n) {
      case Granularity.Domain:
        pasidIotlb.invalidatePasid(domainId, pasid);
        return true;
      case Granularity.Selective: {
        const range = rangeOf(high);
        if (range) pasidIotlb.invalidatePages(domainId, pasid, range);
        return range !== undefined;
      }
      default:
        return false;
    }
  }

  /** HW-VTD, descriptor type 7 */
  private invalidatePasidCache([low, high]: Descriptor): boolean {
    const { pasidCache } = this.options;
    if (low & 0xfff0_0000_0000_f1c0n || high) return false;
    switch ((low >> 4n) & 3n) {
      case PasidGranularity.Domain:
        pasidCache.invalidateDomain(domainOf(low));
        return true;
      case PasidGranularity.Selective:
        pasidCache.invalidatePasid(domainOf(low), pasidOf(low));
        return true;
      case PasidGranularity.Global:
        pasidCache.invalidateAll();
        return true;
      default:
        return false;
    }
  }

  /** HW-VTD, descriptor types 3 and 8. A device that is not there has nothing to forget. */
  private invalidateDevice(descriptor: Descriptor, rid: Rid): boolean {
    this.options.endpoint(rid)?.invalidateTranslations(deviceTlbRange(descriptor));
    return true;
  }

  /** HW-VTD, descriptor type 9 */
  private respond([low, high]: Descriptor): boolean {
    if (low & 0xfff0_0000_0000_01e0n || high & ~0xff8n) return false;
    const [group, code] = [Number(high >> 3n), Number((low >> 12n) & 0xfn)];
    this.options.endpoint(domainOf(low))?.pageGroupResponse(group, code);
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

/** AM and ADDR: 2^AM pages from an address that has to be a multiple of them. */
function rangeOf(high: bigint): { readonly first: bigint; readonly length: bigint } | undefined {
  const mask = high & 0x3fn;
  const [first, length] = [high & ~0xfffn, 4096n << mask];
  return mask > MAX_ADDRESS_MASK || first % length !== 0n ? undefined : { first, length };
}

/** FM: 0 to 3 of the function number's bits, from the highest, are not compared. */
function functionMask(low: bigint): number {
  return [0, 0b100, 0b110, 0b111][Number((low >> 48n) & 3n)] ?? 0;
}
