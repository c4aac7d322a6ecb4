import type { Hpa, Rid } from '#formats/addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '#formats/page.ts';
import { PageResponse } from '#formats/pcie.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import type { ContextEntry } from '#formats/vtd/context-entry.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import { CAP, ECAP, walksLevels } from '#formats/vtd/registers.ts';
import { TranslationMode, translationModeOf } from '#formats/vtd/root-entry.ts';

import type { DmaRequest, Endpoint, MemoryBus, Translator } from '../bus.ts';
import { isInterrupt, beforeInterrupts } from '../interrupts.ts';
import type { Iotlb } from '../iotlb.ts';
import type { VtdParts } from './parts.ts';
import { untranslated, translatedBy, grants } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import { capabilityOf, extendedCapabilityOf, legacyModel } from './capabilities.ts';
import type { VtdModel } from './capabilities.ts';
import type { ContextCache } from './context-cache.ts';
import { isRefusal } from './faults.ts';
import type { FaultRecording, Refusal } from './faults.ts';
import type { InvalidationQueue } from './invalidation-queue.ts';
import type { PagingStructureCache } from './paging-structure-cache.ts';
import type { PageRequestQueue } from './page-request-queue.ts';
import type { ScalableMode } from './scalable-mode.ts';
import { walkSecondStage } from './second-stage.ts';
import { readContext } from './tables.ts';
import type { Found } from './tables.ts';

export interface VtdUnitOptions {
  readonly memory: MemoryBus;
  readonly parts: VtdParts;
  readonly model?: VtdModel;
}

/** A remapping unit of Intel VT-d. Requests are not translated before enableTranslation(). HW-VTD-01 */
export class VtdUnit implements Translator {
  /** CAP_REG and ECAP_REG. */
  readonly capability: bigint;
  readonly extendedCapability: bigint;
  readonly pageRequestQueue: PageRequestQueue;
  readonly invalidationQueue: InvalidationQueue;
  readonly faults: FaultRecording;
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly contextCache: ContextCache;
  private readonly tables: PagingStructureCache;
  private readonly scalableMode: ScalableMode;
  private readonly snoopControl: boolean;
  private readonly endpoints = new Map<Rid, Endpoint>();
  private rootTable = 0n;
  private mode: bigint = TranslationMode.Legacy;
  private hasMode = true;
  private isTranslating = false;

  constructor({ memory, parts, model = legacyModel }: VtdUnitOptions) {
    const { snoopControl } = model;
    this.memory = memory;
    this.capability = capabilityOf(model);
    this.extendedCapability = extendedCapabilityOf(model);
    this.snoopControl = snoopControl;
    this.faults = new parts.vtd.FaultRecording();
    this.iotlb = new parts.hardware.Iotlb();
    this.contextCache = new parts.vtd.ContextCache();
    this.pageRequestQueue = new parts.vtd.PageRequestQueue(memory);
    this.tables = new parts.vtd.PagingStructureCache();
    const { iotlb, contextCache, tables } = this;
    const pasidCache = new parts.vtd.PasidCache();
    const pasidIotlb = new parts.vtd.PasidIotlb(() => new parts.hardware.Iotlb());
    const caches = { memory, iotlb, contextCache, pasidCache, pasidIotlb, tables };
    this.scalableMode = new parts.vtd.ScalableMode({ ...caches, snoopControl });
    const endpoint = (rid: Rid): Endpoint | undefined => this.endpoints.get(rid);
    const deviceTlbs = (this.extendedCapability & ECAP.DeviceTlb) !== 0n;
    this.invalidationQueue = new parts.vtd.InvalidationQueue({ ...caches, endpoint, deviceTlbs });
  }

  /** RTADDR, latched by GCMD.SRTP: a table, and the mode that it is for. Caches are software's to invalidate. */
  setRootTable(register: Hpa): void {
    this.mode = translationModeOf(register);
    this.hasMode = hasMode(this.extendedCapability, this.mode);
    this.rootTable = register & PAGE_MASK;
  }

  /** GCMD.TE */
  enableTranslation(): void {
    this.isTranslating = true;
  }

  connect(rid: Rid, endpoint: Endpoint): void {
    this.endpoints.set(rid, endpoint);
  }

  disconnect(rid: Rid): void {
    this.endpoints.delete(rid);
  }

  /** VT-d, 3.4 DMA Remapping: by the tables of the mode. Interrupts are requests without PASID. */
  translate(request: DmaRequest): Translation | undefined {
    const { iova, pasid } = request;
    if (!this.isTranslating) return untranslated(iova);
    if (!this.hasMode) return this.refuse(request, FaultReason.RootTableInvalid);
    if (this.mode === TranslationMode.Abort) return undefined;
    if (pasid === undefined && isInterrupt(iova)) return undefined;
    if (this.isScalable) return this.translateScalable(request);
    if (pasid !== undefined) return this.refuse(request, FaultReason.PasidInLegacyMode);
    const context = this.contextOf(request);
    if (!context) return undefined;
    if (context.passThrough) return untranslated(iova);
    return this.translateSecondStage(request, context);
  }

  /**
   * VT-d, 4.1 Device-TLB Operation: that there is no translation, or none with that right, is an answer and no fault; an
   * entry that makes no sense is one. HW-VTD-08 53
   */
  requestTranslation(request: DmaRequest): Leaf | undefined {
    if (!this.isScalable) return this.answerByContext(request);
    const context = this.scalableMode.contextOf(request.rid, this.rootTable);
    if ('reason' in context) return this.refuse(request, context.reason, context.silent);
    if (!context.deviceTlb) return this.refuse(request, FaultReason.TranslationRequestBlocked);
    if (request.pasid === undefined && isInterrupt(request.iova)) return undefined;
    const found = this.scalableMode.translate(request, this.rootTable);
    if (!('reason' in found)) return found.leaf;
    return isRecoverable(found.reason)
      ? undefined
      : this.refuse(request, found.reason, found.silent);
  }

  /** VT-d, 7.5 Recoverable Faults: a message that cannot be queued is answered here. HW-VTD-08 62 HW-PRQ-17 */
  requestPage(message: PageRequestMessage): void {
    const { rid, pasid, group } = message;
    const isAllowed = this.isAllowed(message);
    if (isAllowed) this.scalableMode.forgetPage(message, this.rootTable);
    if (isAllowed && this.pageRequestQueue.take(message)) return;
    const code = this.codeOf(isAllowed ? 'full' : 'not allowed');
    const withPasid = pasid === undefined ? {} : { pasid };
    if (this.isAnswerDue(message))
      this.endpoints.get(rid)?.pageGroupResponse({ ...withPasid, group, code });
  }

  /** PRE of the context entry. */
  protected isAllowed({ rid }: PageRequestMessage): boolean {
    const context = this.scalableMode.contextOf(rid, this.rootTable);
    return this.isScalable && !('reason' in context) && context.pageRequests;
  }

  /** To the last one of a group; nobody waits for an answer to a marker that a PASID stops. */
  protected isAnswerDue({ last, read, write }: PageRequestMessage): boolean {
    return last && (read || write);
  }

  /** A device whose message finds no room is to ask again. */
  protected codeOf(why: 'full' | 'not allowed'): number {
    return why === 'full' ? PageResponse.Success : PageResponse.InvalidRequest;
  }

  private get isScalable(): boolean {
    return this.mode === TranslationMode.Scalable;
  }

  private translateScalable(request: DmaRequest): Translation | undefined {
    const found = this.scalableMode.translate(request, this.rootTable);
    if ('reason' in found) return this.refuse(request, found.reason, found.silent);
    const missing = missingRight(request, found.leaf, found.withoutRight);
    if (missing !== undefined) return this.refuse(request, missing, found.silent);
    return placeIn(found.leaf, request);
  }

  /** In legacy mode, where TT of the context entry tells whether such requests are answered. HW-VTD-03 87 */
  private answerByContext(request: DmaRequest): Leaf | undefined {
    if (request.pasid !== undefined) return this.refuse(request, FaultReason.PasidInLegacyMode);
    const context = this.contextOf(request);
    if (!context) return undefined;
    const { deviceTlb, silent } = context;
    if (!deviceTlb) return this.refuse(request, FaultReason.TranslationTypeBlocked, silent);
    if (isInterrupt(request.iova)) return undefined;
    const leaf = this.leafFor(context, request);
    if (typeof leaf !== 'number') return leaf;
    // A device that asks for a write is told where it may read.
    const readable = request.write && this.leafFor(context, { ...request, write: false });
    return typeof readable === 'object' ? readable : undefined;
  }

  private contextOf(request: DmaRequest): Found<ContextEntry> | undefined {
    const cached = this.contextCache.lookup(request.rid);
    if (cached && 'secondStageTable' in cached) return cached;
    const isKnown = cached !== undefined && isRefusal(cached);
    const context = isKnown ? cached : this.readContext(request.rid);
    if (this.cachesAbsent || !isRefusal(context)) this.contextCache.insert(request.rid, context);
    return isRefusal(context) ? this.refuse(request, context.reason, context.silent) : context;
  }

  private readContext(rid: Rid): Found<ContextEntry> | Refusal {
    const context = readContext(this.memory, this.rootTable, rid);
    if (isRefusal(context) || this.offers(context)) return context;
    return { reason: FaultReason.ContextEntryInvalid, silent: context.silent };
  }

  /** HW-VTD-03 66 */
  private offers({ levels, deviceTlb, passThrough }: ContextEntry): boolean {
    const type = (deviceTlb ? ECAP.DeviceTlb : 0n) | (passThrough ? ECAP.PassThrough : 0n);
    const hasType = (this.extendedCapability & type) === type;
    return hasType && (this.capability & walksLevels(levels)) !== 0n;
  }

  /** CM. HW-VTD-31 */
  private get cachesAbsent(): boolean {
    return (this.capability & CAP.CachingMode) !== 0n;
  }

  private translateSecondStage(
    request: DmaRequest,
    context: Found<ContextEntry>,
  ): Translation | undefined {
    const leaf = this.leafFor(context, request);
    if (typeof leaf === 'number') return this.refuse(request, leaf, context.silent);
    const { NoRead: read, NoWrite: write } = FaultReason;
    const missing = missingRight(request, leaf, { read, write });
    if (missing !== undefined) return this.refuse(request, missing, context.silent);
    return placeIn(leaf, request);
  }

  protected leafFor(context: Found<ContextEntry>, { iova, write }: DmaRequest): Leaf | FaultReason {
    const cached = this.iotlb.lookup(context.domainId, iova);
    if (cached) return cached;
    const { secondStageTable: root, levels } = context;
    const table = { root, levels, dirty: false, snoopControl: this.snoopControl };
    const kept = this.tables.ofSecondStage(context.domainId);
    const leaf = walkSecondStage(this.memory, table, { iova, write }, kept);
    if (leaf === undefined && this.cachesAbsent)
      this.iotlb.insert(context.domainId, iova, ABSENT_PAGE);
    if (leaf === undefined) return write ? FaultReason.NoWrite : FaultReason.NoRead;
    if (typeof leaf === 'number') return leaf;
    this.iotlb.insert(context.domainId, iova, leaf);
    return leaf;
  }

  private refuse(request: DmaRequest, reason: FaultReason, silent = false): undefined {
    const { rid, pasid, write } = request;
    const address = request.iova & PAGE_MASK;
    const withPasid = pasid === undefined ? {} : { pasid };
    if (!silent) this.faults.record({ rid, ...withPasid, write, reason, address });
    return undefined;
  }
}

/** That there is none, as a unit in caching mode remembers it: nobody has a right. HW-VTD-31 */
const ABSENT_PAGE: Leaf = { address: 0n, size: PAGE_SIZE, read: false, write: false };

/** Interrupts are requests without PASID. */
function placeIn(leaf: Leaf, { iova, pasid }: DmaRequest): Translation {
  const found = translatedBy(leaf, iova);
  return pasid === undefined ? beforeInterrupts(found, iova) : found;
}

/** HW-VTD-51, reasons 5 and 6; HW-VTD-52, 85 and 86. */
function missingRight(
  request: DmaRequest,
  leaf: Leaf,
  reasons: { readonly read: FaultReason; readonly write: FaultReason },
): FaultReason | undefined {
  if (grants(leaf, request)) return undefined;
  return request.write ? reasons.write : reasons.read;
}

/** VT-d, 7.1.3: recoverable faults, of which a device with page requests can be helped. HW-VTD-53 */
const recoverable: ReadonlySet<FaultReason> = new Set([
  FaultReason.DirectoryNotPresent,
  FaultReason.PasidEntryNotPresent,
  FaultReason.FirstStageNotPresent,
  FaultReason.SecondStageNoRight,
  FaultReason.UserAccess,
  FaultReason.ScalableNoWrite,
  FaultReason.ScalableNoRead,
]);

function isRecoverable(reason: FaultReason): boolean {
  return recoverable.has(reason);
}

/** Whether a unit has the mode that software chose. HW-VTD-01 */
function hasMode(extendedCapability: bigint, mode: bigint): boolean {
  const { Legacy, Scalable, Abort } = TranslationMode;
  if (mode === Legacy) return true;
  if (mode === Scalable) return (extendedCapability & ECAP.ScalableMode) !== 0n;
  return mode === Abort && (extendedCapability & ECAP.AbortMode) !== 0n;
}
