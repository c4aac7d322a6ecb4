import type { Hpa, Rid } from '#formats/addresses.ts';
import { PAGE_SIZE } from '#formats/page.ts';
import {
  WIDE_DESCRIPTOR_SIZE,
  DESCRIPTOR_SIZE,
  hasReservedBits,
  typeOf,
  Type,
  granularityOf,
  Granularity,
  domainOf,
  sourceOf,
  functionMaskOf,
  pasidOf,
  PasidGranularity,
  deviceTlbRange,
  responseOf,
  statusWriteOf,
  leavesOnlyOf,
  pagesOf,
} from '#formats/vtd/descriptors.ts';
import type { Descriptor } from '#formats/vtd/descriptors.ts';

import type { Endpoint, MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import { LARGEST_ADDRESS_MASK } from './capabilities.ts';
import type { ContextCache } from './context-cache.ts';
import type { PagingStructureCache } from './paging-structure-cache.ts';
import type { PasidCache } from './pasid-cache.ts';
import type { PasidIotlb } from './pasid-iotlb.ts';

/** MAMV is about second stages: of a first one a unit takes every mask of 64 bits of address. */
const EVERY_MASK = 52n;

export interface InvalidationQueueOptions {
  readonly memory: MemoryBus;
  readonly iotlb: Iotlb;
  readonly contextCache: ContextCache;
  readonly pasidCache: PasidCache;
  readonly pasidIotlb: PasidIotlb;
  readonly tables: PagingStructureCache;
  /** ECAP.DT */
  readonly deviceTlbs: boolean;
  /** The device behind the unit that has this requester id. */
  readonly endpoint: (rid: Rid) => Endpoint | undefined;
}

/**
 * VT-d, 6.5.2 Queued Invalidation Interface. Descriptors are carried out while software writes the tail register: there
 * is no other clock. A descriptor that makes no sense stops the queue (FSTS.IQE). HW-VTD-42
 */
export class InvalidationQueue {
  protected readonly options: InvalidationQueueOptions;
  private readonly memory: MemoryBus;
  private base = 0n;
  private size = 0n;
  private isWide = false;
  private headOffset = 0n;
  private tailOffset = 0n;
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
    [this.headOffset, this.tailOffset, this.hasFailed] = [0n, 0n, false];
  }

  /** IQT: an offset, bytes. */
  writeTail(tail: bigint): void {
    this.tailOffset = tail;
    this.run();
  }

  /** FSTS.IQE, by writing 1: software has put another descriptor in the place of the one that was none. HW-VTD-76 */
  clearError(): void {
    this.hasFailed = false;
    this.run();
  }

  private run(): void {
    const step = this.isWide ? WIDE_DESCRIPTOR_SIZE : DESCRIPTOR_SIZE;
    while (this.headOffset !== this.tailOffset && !this.hasFailed) {
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
    if (hasReservedBits(descriptor)) return false;
    switch (typeOf(descriptor)) {
      case Type.Context:
        return this.invalidateContext(descriptor);
      case Type.Iotlb:
        return this.invalidateIotlb(descriptor);
      case Type.DeviceTlb:
        return this.options.deviceTlbs && this.invalidateDevice(descriptor);
      case Type.Wait:
        return this.wait(descriptor);
      default:
        return this.isWide && this.carryOutWide(descriptor);
    }
  }

  /** What there is in scalable mode only. */
  private carryOutWide(descriptor: Descriptor): boolean {
    switch (typeOf(descriptor)) {
      case Type.PasidDeviceTlb:
        return this.invalidateDevice(descriptor);
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

  private invalidateContext(descriptor: Descriptor): boolean {
    const { contextCache } = this.options;
    switch (granularityOf(descriptor)) {
      case Granularity.Global:
        contextCache.invalidateAll();
        return true;
      case Granularity.Domain:
        contextCache.invalidateDomain(domainOf(descriptor));
        return true;
      case Granularity.Selective:
        contextCache.invalidateDevice(sourceOf(descriptor), functionMaskOf(descriptor));
        return true;
      default:
        return false;
    }
  }

  private invalidateIotlb(descriptor: Descriptor): boolean {
    const { iotlb, pasidIotlb, tables } = this.options;
    switch (granularityOf(descriptor)) {
      case Granularity.Global:
        for (const cache of [iotlb, pasidIotlb, tables]) cache.invalidateAll();
        return true;
      case Granularity.Domain:
        for (const cache of [iotlb, pasidIotlb, tables])
          cache.invalidateDomain(domainOf(descriptor));
        return true;
      case Granularity.Selective:
        return this.invalidatePages(descriptor);
      default:
        return false;
    }
  }

  /** A translation of both stages does not tell which page of the second one it came by: all of the domain go. */
  protected invalidatePages(descriptor: Descriptor): boolean {
    const [domainId, range] = [domainOf(descriptor), rangeOf(descriptor, LARGEST_ADDRESS_MASK)];
    if (!range) return false;
    const { iotlb, pasidIotlb, tables } = this.options;
    iotlb.invalidatePages(domainId, range.first, range.length);
    pasidIotlb.invalidateDomain(domainId);
    tables.invalidateSecondStage(domainId, range, leavesOnlyOf(descriptor));
    return true;
  }

  /** HW-VTD, descriptor type 6. Leaves count where pages are named, not where all goes. HW-PSC-03 04 */
  protected invalidatePasidIotlb(descriptor: Descriptor): boolean {
    const { pasidIotlb, tables } = this.options;
    const [domainId, pasid] = [domainOf(descriptor), pasidOf(descriptor)];
    switch (granularityOf(descriptor)) {
      case Granularity.Domain:
        pasidIotlb.invalidatePasid(domainId, pasid);
        tables.invalidatePasid(domainId, pasid);
        return true;
      case Granularity.Selective: {
        const range = rangeOf(descriptor, EVERY_MASK);
        if (!range) return false;
        pasidIotlb.invalidatePages(domainId, pasid, range);
        if (!leavesOnlyOf(descriptor)) tables.invalidateFirstStage(domainId, pasid, range);
        return true;
      }
      default:
        return false;
    }
  }

  /** HW-VTD, descriptor type 7 */
  private invalidatePasidCache(descriptor: Descriptor): boolean {
    const { pasidCache } = this.options;
    switch (granularityOf(descriptor)) {
      case PasidGranularity.Domain:
        pasidCache.invalidateDomain(domainOf(descriptor));
        return true;
      case PasidGranularity.Selective:
        pasidCache.invalidatePasid(domainOf(descriptor), pasidOf(descriptor));
        return true;
      case PasidGranularity.Global:
        pasidCache.invalidateAll();
        return true;
      default:
        return false;
    }
  }

  /** HW-VTD, descriptor types 3 and 8. A device that is not there has nothing to forget. */
  private invalidateDevice(descriptor: Descriptor): boolean {
    const endpoint = this.options.endpoint(sourceOf(descriptor));
    endpoint?.invalidateTranslations(deviceTlbRange(descriptor));
    return true;
  }

  /** HW-VTD, descriptor type 9 */
  private respond(descriptor: Descriptor): boolean {
    this.options.endpoint(sourceOf(descriptor))?.pageGroupResponse(responseOf(descriptor));
    return true;
  }

  private wait(descriptor: Descriptor): boolean {
    const status = statusWriteOf(descriptor);
    if (!status) return true;
    const data = new DataView(new ArrayBuffer(4));
    data.setUint32(0, status.data, true);
    this.memory.write(status.address, new Uint8Array(data.buffer));
    return true;
  }
}

/** No more pages than the unit can, from an address that is a multiple of them. */
function rangeOf(
  descriptor: Descriptor,
  largest: bigint,
): { readonly first: bigint; readonly length: bigint } | undefined {
  const { first, mask } = pagesOf(descriptor);
  const length = PAGE_SIZE << mask;
  return mask > largest || first % length !== 0n ? undefined : { first, length };
}
