import type { Hpa, Rid } from '#formats/addresses.ts';
import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import { EventId, FaultClass, encodeEvent } from '#formats/smmuv3/events.ts';
import type { Stage2Config } from '#formats/smmuv3/stream-table-entry.ts';

import type { DmaRequest, Endpoint, MemoryBus, Translator } from '../bus.ts';
import type { Smmuv3Parts } from './parts.ts';
import { combine, untranslated, translatedBy } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import type { CommandQueue } from './command-queue.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import { EventQueue } from './event-queue.ts';
import { isFault } from './fault.ts';
import type { Fault } from './fault.ts';
import { ADDRESS_BITS, AIDR, IIDR, identificationOf } from './identification.ts';
import type { SmmuModel } from './identification.ts';
import type {
  Configuration,
  StreamConfiguration,
  StreamConfigurationOptions,
} from './stream-configuration.ts';
import type { Stalls } from './stalls.ts';
import type { Tlb } from './tlb.ts';
import { checkRights, walkStage1, walkStage2 } from './walk.ts';
import type { Locate } from './walk.ts';

export interface SmmuUnitOptions {
  readonly memory: MemoryBus;
  readonly parts: Smmuv3Parts;
  readonly model: SmmuModel;
}

/** A System MMU of version 3. Requests are not translated before it is enabled. */
export class SmmuUnit implements Translator {
  readonly model: SmmuModel;
  /** IDR0 to IDR5. */
  readonly identification: readonly number[];
  readonly iidr = IIDR;
  readonly aidr = AIDR;
  readonly commandQueue: CommandQueue;
  readonly eventQueue: EventQueue;
  protected readonly memory: MemoryBus;
  protected readonly tlb: Tlb;
  protected readonly configuration: ConfigurationCache;
  protected readonly stalls: Stalls;
  private readonly streams: StreamConfiguration;
  private readonly endpoints = new Map<Rid, Endpoint>();
  private streamTable = 0n;
  private isEnabled = false;

  constructor({ memory, parts, model }: SmmuUnitOptions) {
    this.model = model;
    this.identification = identificationOf(model);
    this.memory = memory;
    this.tlb = new parts.smmuv3.Tlb(parts);
    this.configuration = new parts.smmuv3.ConfigurationCache();
    const { tlb, configuration } = this;
    const { ats: hasAts, substreamBits } = model;
    this.stalls = new parts.smmuv3.Stalls();
    const stalls = model.stalls ? this.stalls : undefined;
    const endpoint = (stream: number): Endpoint | undefined => this.endpoints.get(stream);
    const queue = { memory, tlb, configuration, stalls, hasAts, endpoint };
    this.commandQueue = new parts.smmuv3.CommandQueue(queue);
    const locate: StreamConfigurationOptions['locate'] = (...place) => this.locate(...place);
    const cache = configuration;
    const streams = { memory, cache, substreamBits, stalls: model.stalls, locate };
    this.streams = new parts.smmuv3.StreamConfiguration(streams);
    this.eventQueue = new EventQueue(memory);
  }

  /** STRTAB_BASE and CR0.SMMUEN. */
  enable(streamTable: Hpa): void {
    [this.streamTable, this.isEnabled] = [streamTable, true];
  }

  connect(rid: Rid, endpoint: Endpoint): void {
    this.endpoints.set(rid, endpoint);
  }

  disconnect(rid: Rid): void {
    this.endpoints.delete(rid);
    this.stalls.forget(rid);
  }

  /** SMMUv3, 3.3: stream table entry, context descriptor, stage 1, stage 2. */
  translate(request: DmaRequest): Translation | undefined {
    if (!this.isEnabled) return untranslated(request.iova);
    const found = this.streams.find(request, this.streamTable);
    if (isFault(found)) return this.refuse(request, found, found.silent !== true);
    const { ste, context } = found;
    if (ste.aborts) return undefined;
    if (!context && !ste.stage2) return untranslated(request.iova);
    const leaf = this.leafFor(found, request);
    if (isFault(leaf)) return this.fail(request, leaf, found);
    if (checkRights(leaf, request.write))
      return this.fail(request, this.permissionFault(found, request), found);
    return translatedBy(leaf, request.iova);
  }

  /** 3.9.1 ATS: both stages in one answer; where there is no way, the device is told so, and nothing is recorded. */
  requestTranslation(request: DmaRequest): Leaf | undefined {
    const found = this.streams.find(request, this.streamTable);
    if (isFault(found)) return this.refuse(request, found, true);
    const { ste, context } = found;
    const isAnswered = ste.answersAts && (context ?? ste.stage2) !== undefined;
    if (!isAnswered) return this.refuse(request, { id: EventId.BadAtsRequest }, !ste.aborts);
    const leaf = this.leafFor(found, request);
    return isFault(leaf) ? undefined : leaf;
  }

  /** 3.4: stage 1 is the first to be asked; what is cached does not tell whose right is missing. */
  protected permissionFault(configuration: Configuration, { iova, write }: DmaRequest): Fault {
    const { ste, context } = configuration;
    const first = context && this.walkFirst(context, ste.stage2, { iova, write: false });
    const isOfFirst = first !== undefined && (isFault(first) || checkRights(first, write));
    if (isOfFirst || !ste.stage2) return { id: EventId.Permission };
    const address = first ? first.address + (iova % first.size) : iova;
    return { id: EventId.Permission, secondStage: { address, class: FaultClass.Input } };
  }

  protected leafFor(configuration: Configuration, request: DmaRequest): Leaf | Fault {
    const { ste, context } = configuration;
    const { iova: address, write } = request;
    const tag = { vmid: ste.stage2?.vmid ?? 0, asid: context?.asid };
    const cached = this.tlb.lookup(tag.vmid, tag.asid, address);
    if (cached && !(write && cached.clean)) return cached;
    const leaf = context
      ? this.walkBoth(context, ste.stage2, request)
      : this.walkSecond(ste.stage2, address, FaultClass.Input);
    if (!isFault(leaf)) this.tlb.insert(tag, address, leaf);
    return leaf;
  }

  protected walkBoth(
    context: ContextDescriptor,
    stage2: Stage2Config | undefined,
    { iova: address, write }: Pick<DmaRequest, 'iova' | 'write'>,
  ): Leaf | Fault {
    const first = this.walkFirst(context, stage2, { iova: address, write });
    if (isFault(first) || !stage2) return first;
    // What stage 1 refuses never gets to stage 2.
    const refused = checkRights(first, write);
    if (refused) return refused;
    const middle = first.address + (address % first.size);
    const second = this.walkSecond(stage2, middle, FaultClass.Input);
    return isFault(second) ? second : combine(first, second, address);
  }

  protected walkFirst(
    context: ContextDescriptor,
    stage2: Stage2Config | undefined,
    { iova: address, write }: Pick<DmaRequest, 'iova' | 'write'>,
  ): Leaf | Fault {
    if (!context.walks) return { id: EventId.Translation };
    const { memory } = this;
    const { table, updatesAccess: access, updatesDirty: dirty } = context;
    const keeps = this.model.updatesTables;
    const updates = { access: keeps && access, dirty: keeps && dirty, write };
    const locate: Locate = (place, why, writes) => this.locate(stage2, place, why, writes);
    return walkStage1({ memory, table, address, locate, updates });
  }

  /** A stage-2 fault names the address that stage 1 gave. HW-SMU-09 */
  protected walkSecond(
    stage2: Stage2Config | undefined,
    address: bigint,
    why: FaultClass,
  ): Leaf | Fault {
    if (!stage2) return { id: EventId.Translation };
    const cached = this.tlb.lookup(stage2.vmid, undefined, address);
    const leaf = cached ?? walkStage2(this.memory, stage2.table, address);
    if (isFault(leaf)) return { ...leaf, secondStage: { address, class: why } };
    this.tlb.insert({ vmid: stage2.vmid, asid: undefined }, address, leaf);
    return leaf;
  }

  /** Where a table of stage 1 is in memory. */
  protected locate(
    stage2: Stage2Config | undefined,
    address: bigint,
    why: FaultClass,
    write = false,
  ): Hpa | Fault {
    if (address >> ADDRESS_BITS) return { id: EventId.AddressSize };
    if (!stage2) return address;
    const leaf = this.walkSecond(stage2, address, why);
    if (isFault(leaf)) return leaf;
    if (checkRights(leaf, write)) {
      return { id: EventId.Permission, secondStage: { address, class: why } };
    }
    return leaf.address + (address % leaf.size);
  }

  /** 3.12: what faults waits, where the stage says so that it is a fault of; otherwise it is terminated. HW-SMU-25 */
  protected fail(request: DmaRequest, fault: Fault, found: Configuration): undefined {
    if (!stallsIn(found, fault)) return this.refuse(request, fault, recordsIn(found, fault));
    const { rid: stream, pasid: substream, iova: address, write } = request;
    const stall = this.stalls.hold(request);
    this.eventQueue.record(encodeEvent({ ...fault, stream, substream, address, write, stall }));
    return undefined;
  }

  private refuse(request: DmaRequest, fault: Fault, records: boolean): undefined {
    const { rid: stream, pasid: substream, iova: address, write } = request;
    if (!records) return undefined;
    this.eventQueue.record(encodeEvent({ ...fault, stream, substream, address, write }));
    return undefined;
  }
}

/** CD.S counts for faults of stage 1, STE.S2S for those of stage 2. */
function stallsIn({ ste, context }: Configuration, { secondStage }: Fault): boolean {
  const ofSecond = secondStage !== undefined || !context;
  return (ofSecond ? ste.stage2?.stalls : context?.stalls) ?? false;
}

/** CD.R counts for faults of stage 1, STE.S2R for those of stage 2. */
function recordsIn({ ste, context }: Configuration, { secondStage }: Fault): boolean {
  const ofSecond = secondStage !== undefined || !context;
  return (ofSecond ? ste.stage2?.records : context?.records) ?? true;
}
