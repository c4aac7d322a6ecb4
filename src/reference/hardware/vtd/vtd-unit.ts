import type { DmaRequest, Hpa, Iova, MemoryBus, Translator } from '../bus.ts';
import type { Leaf } from '../iotlb.ts';
import type { HardwareParts } from '../parts.ts';
import { CAPABILITY, EXTENDED_CAPABILITY } from './capabilities.ts';
import type { ContextCache } from './context-cache.ts';
import { readContextEntry } from './context-table.ts';
import type { ContextEntry, ContextFault } from './context-table.ts';
import type { Iotlb } from '../iotlb.ts';
import { FaultReason, FaultRecording } from './faults.ts';
import type { InvalidationQueue } from './invalidation-queue.ts';
import { readRootEntry } from './root-table.ts';
import { walkSecondStage } from './second-stage.ts';

/** VT-d, 3.13 Handling Requests to Interrupt Address Range: never an address in memory. */
const INTERRUPTS_FIRST = 0xfee0_0000n;
const INTERRUPTS_END = 0xfef0_0000n;
const PAGE_SIZE = 4096n;

export interface VtdUnitOptions {
  readonly memory: MemoryBus;
  readonly parts: HardwareParts;
}

/** A remapping unit of Intel VT-d in legacy mode. Requests are not translated before enableTranslation(). HW-VTD-01 */
export class VtdUnit implements Translator {
  /** CAP_REG and ECAP_REG. */
  readonly capability = CAPABILITY;
  readonly extendedCapability = EXTENDED_CAPABILITY;
  readonly invalidationQueue: InvalidationQueue;
  readonly faults = new FaultRecording();
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly contextCache: ContextCache;
  private rootTable = 0n;
  private isTranslating = false;

  constructor({ memory, parts }: VtdUnitOptions) {
    this.memory = memory;
    this.iotlb = new parts.Iotlb();
    this.contextCache = new parts.ContextCache();
    const { iotlb, contextCache } = this;
    this.invalidationQueue = new parts.InvalidationQueue({ memory, iotlb, contextCache });
  }

  /** RTADDR, latched by GCMD.SRTP. Caches are software's to invalidate. */
  setRootTable(address: Hpa): void {
    this.rootTable = address;
  }

  /** GCMD.TE */
  enableTranslation(): void {
    this.isTranslating = true;
  }

  /** VT-d, 3.4 DMA Remapping: root table, context table, then the second stage. */
  translate(request: DmaRequest): { address: Hpa; bytesToBorder: bigint } | undefined {
    if (!this.isTranslating) return identity(request.iova);
    if (isInterrupt(request.iova)) return undefined;
    if (request.pasid !== undefined) return this.refuse(request, FaultReason.PasidInLegacyMode);
    const context = this.contextCache.lookup(request.rid) ?? this.walkToContext(request);
    if (!context) return undefined;
    if (context.passThrough) return identity(request.iova);
    return this.translateSecondStage(request, context);
  }

  private walkToContext(request: DmaRequest): ContextEntry | undefined {
    const root = readRootEntry(this.memory, this.rootTable, request.rid);
    if (typeof root === 'number') return this.refuse(request, root);
    const context = readContextEntry(this.memory, root.contextTable, request.rid);
    if (isFault(context)) return this.refuse(request, context.reason, context.silent);
    this.contextCache.insert(request.rid, context);
    return context;
  }

  private translateSecondStage(
    request: DmaRequest,
    context: ContextEntry,
  ): { address: Hpa; bytesToBorder: bigint } | undefined {
    const leaf = this.leafFor(context, request.iova);
    if (typeof leaf === 'number') return this.refuse(request, leaf, context.silent);
    const missing = missingRight(request, leaf);
    if (missing !== undefined) return this.refuse(request, missing, context.silent);
    const offset = request.iova % leaf.size;
    return {
      address: leaf.address + offset,
      bytesToBorder: bytesToBorder(request.iova, leaf.size - offset),
    };
  }

  private leafFor(context: ContextEntry, iova: Iova): Leaf | FaultReason {
    const cached = this.iotlb.lookup(context.domainId, iova);
    if (cached) return cached;
    const table = { root: context.secondStageTable, levels: context.levels };
    const leaf = walkSecondStage(this.memory, table, iova);
    if (typeof leaf === 'number') return leaf;
    if (leaf.read || leaf.write) this.iotlb.insert(context.domainId, iova, leaf);
    return leaf;
  }

  private refuse(request: DmaRequest, reason: FaultReason, silent = false): undefined {
    const { rid, write } = request;
    const address = request.iova - (request.iova % PAGE_SIZE);
    if (!silent) this.faults.record({ rid, write, reason, address });
    return undefined;
  }
}

function identity(iova: Iova): { address: Hpa; bytesToBorder: bigint } {
  return { address: iova, bytesToBorder: PAGE_SIZE - (iova % PAGE_SIZE) };
}

function isInterrupt(iova: Iova): boolean {
  return INTERRUPTS_FIRST <= iova && iova < INTERRUPTS_END;
}

/** A superpage may reach over the interrupt range; a translation may not. */
function bytesToBorder(iova: Iova, bytes: bigint): bigint {
  const reaches = iova < INTERRUPTS_FIRST && INTERRUPTS_FIRST < iova + bytes;
  return reaches ? INTERRUPTS_FIRST - iova : bytes;
}

function isFault(context: ContextEntry | ContextFault): context is ContextFault {
  return 'reason' in context;
}

/** HW-VTD-51, reasons 5 and 6. */
function missingRight(request: DmaRequest, leaf: Leaf): FaultReason | undefined {
  if (request.write) return leaf.write ? undefined : FaultReason.NoWrite;
  return leaf.read ? undefined : FaultReason.NoRead;
}
