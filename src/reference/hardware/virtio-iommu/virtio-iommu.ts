import type { Iova, Rid } from '#formats/addresses.ts';
import { encodeReservedMemory, encodeUnknownProperty } from '#formats/virtio/iommu-property.ts';
import {
  FAULT_ADDRESS,
  FAULT_READ,
  FAULT_WRITE,
  FaultReason,
  encodeFault,
} from '#formats/virtio/iommu-fault.ts';
import {
  ATTACH_BYPASS,
  MAP_READ,
  MAP_WRITE,
  RequestType,
  Status,
  TAIL_SIZE,
  decodeRequest,
} from '#formats/virtio/iommu-request.ts';
import type { Request, RequestFields } from '#formats/virtio/iommu-request.ts';

import type { DmaRequest, MemoryBus, Translator } from '../bus.ts';
import { grants, untranslated } from '../translation.ts';
import type { Translation } from '../translation.ts';
import { BYPASS_OFFSET } from './configuration.ts';
import type { VirtioIommuConfiguration, VirtioIommuModel } from './configuration.ts';
import type { Mappings } from './mappings.ts';
import type { VirtioIommuParts } from './parts.ts';
import type { DeviceQueue } from './virtqueue.ts';

type Fields = Required<RequestFields>;

export interface Domain {
  readonly id: number;
  readonly mappings: Mappings;
  readonly endpoints: Set<Rid>;
  /** It translates nothing. */
  readonly isBypass: boolean;
}

export interface VirtioIommuOptions {
  readonly memory: MemoryBus;
  readonly parts: VirtioIommuParts;
  readonly model: VirtioIommuModel;
}

/** Bytes of a property that the driver does not know. */
const ODD_LENGTH = 12;

/**
 * virtio 1.2, 5.13 IOMMU Device: the DMA of an endpoint goes by the mappings of the domain that it was attached to, both
 * as the driver requested. Features: INPUT_RANGE, DOMAIN_RANGE, MAP_UNMAP, PROBE, and BYPASS_CONFIG where its
 * configuration has it. Endpoints are the requester ids of the devices that are plugged.
 */
export class VirtioIommu implements Translator {
  configuration: VirtioIommuConfiguration;
  readonly requestQueue: DeviceQueue;
  readonly eventQueue: DeviceQueue;
  protected readonly model: VirtioIommuModel;
  private readonly parts: VirtioIommuParts;
  protected readonly domains = new Map<number, Domain>();
  protected readonly domainOf = new Map<Rid, Domain>();
  private readonly endpoints = new Set<Rid>();

  constructor({ memory, parts, model }: VirtioIommuOptions) {
    this.parts = parts;
    this.model = model;
    this.configuration = model.configuration;
    const { DeviceQueue: Queue } = parts.virtioIommu;
    this.requestQueue = new Queue(memory, (request, room) => this.answer(request, room));
    this.eventQueue = new Queue(memory);
  }

  connect(rid: Rid): void {
    this.endpoints.add(rid);
  }

  /** An endpoint that is gone leaves its domain. HW-VIO-48 */
  disconnect(rid: Rid): void {
    this.endpoints.delete(rid);
    this.leave(rid);
  }

  /** 2.4: no endpoint is attached, no domain is there, no queue is; the field bypass is as it was. HW-VIO-11 48 */
  reset(): void {
    for (const endpoint of [...this.domainOf.keys()]) this.leave(endpoint);
    this.requestQueue.disable();
    this.eventQueue.disable();
  }

  /** That of everything. HW-VIO-11 */
  systemReset(): void {
    this.reset();
    this.configuration = this.model.configuration;
  }

  /** Of the fields a driver writes bypass, 0 or 1, where there is BYPASS_CONFIG; all else is ignored. HW-VIO-11 */
  writeConfiguration(offset: number, [value = 0]: Uint8Array): void {
    const { bypass } = this.configuration;
    if (offset !== BYPASS_OFFSET || bypass === undefined || value > 1) return;
    this.configuration = { ...this.configuration, bypass: value === 1 };
  }

  /** Reserved regions come before any mapping, and no mapping reaches into one. HW-VIO-22 31 43 */
  translate(request: DmaRequest): Translation | undefined {
    const { rid, pasid, iova, write } = request;
    if (pasid !== undefined) return undefined;
    if (this.isReserved(iova)) return this.refuse(request, FaultReason.Mapping);
    const domain = this.domainOf.get(rid);
    if (!domain && !this.configuration.bypass) return this.refuse(request, FaultReason.Domain);
    if (!domain || domain.isBypass) return untranslated(iova);
    const mapping = domain.mappings.at(iova);
    if (!mapping || !grants(mapping, { write })) return this.refuse(request, FaultReason.Mapping);
    const address = mapping.physical + (iova - mapping.first);
    return { address, bytesToBorder: mapping.last - iova + 1n };
  }

  /** 5.13.6.9. HW-VIO-44 45 46 */
  protected refuse({ rid, iova, write }: DmaRequest, reason: FaultReason): undefined {
    const flags = FAULT_ADDRESS | (write ? FAULT_WRITE : FAULT_READ);
    this.eventQueue.say(encodeFault({ reason, flags, endpoint: rid, address: iova }));
  }

  /** 5.13.6.1: what is not understood is left as it is. HW-VIO-05 06 */
  protected answer(bytes: Uint8Array, room: number): Uint8Array {
    const request = decodeRequest(bytes);
    if (!request || room < TAIL_SIZE) return new Uint8Array(0);
    if (request.type === RequestType.Probe) return this.probe(request.values, room);
    const answer = new Uint8Array(TAIL_SIZE);
    answer[0] = this.carryOut(request);
    return answer;
  }

  /** 5.13.6.7: INVAL where there is not enough room for the properties. HW-VIO-38 39 40 42 */
  protected probe({ endpoint }: Fields, room: number): Uint8Array {
    const properties = this.properties();
    const answer = new Uint8Array(room);
    const fits = properties.length <= room - TAIL_SIZE;
    const status = fits ? Status.Ok : Status.Invalid;
    const known = this.isEndpoint(endpoint);
    if (known && fits) answer.set(properties);
    answer[room - TAIL_SIZE] = known ? status : Status.NoEntry;
    return answer;
  }

  protected properties(): Uint8Array {
    const { reserved, oddProperty } = this.model;
    const odd = oddProperty ? [encodeUnknownProperty(ODD_LENGTH)] : [];
    const parts = [...odd, ...reserved.map(encodeReservedMemory)];
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  protected carryOut(request: Request): Status {
    switch (request.type) {
      case RequestType.Attach:
        return request.isClean ? this.attach(request.values) : Status.Invalid;
      case RequestType.Detach:
        return this.detach(request.values);
      case RequestType.Map:
        return this.map(request.values);
      default:
        return request.isClean ? this.unmap(request.values) : Status.Invalid;
    }
  }

  /** 5.13.6.3: a domain is there from its first endpoint on; an endpoint leaves the one before. HW-VIO-12 13 14 15 16 */
  protected attach({ domain: id, endpoint, flags }: Fields): Status {
    const { bypass, domainRange } = this.configuration;
    if (flags & ~(bypass === undefined ? 0 : ATTACH_BYPASS)) return Status.Invalid;
    if (id < domainRange.start || id > domainRange.end) return Status.NoEntry;
    if (!this.isEndpoint(endpoint)) return Status.NoEntry;
    const known = this.domains.get(id);
    const isBypass = (flags & ATTACH_BYPASS) !== 0;
    if (isBypass !== (known?.isBypass ?? isBypass)) return Status.Invalid;
    if (known && !this.canShare(known, endpoint)) return Status.Unsupported;
    this.leave(endpoint);
    this.enter(this.domains.get(id) ?? this.newDomain(id, isBypass), endpoint);
    return Status.Ok;
  }

  /** 5.13.6.4. HW-VIO-19 20 */
  protected detach({ domain: id, endpoint }: Fields): Status {
    if (!this.isEndpoint(endpoint)) return Status.NoEntry;
    const domain = this.domainOf.get(endpoint);
    if (domain?.id !== id) return Status.Invalid;
    this.leave(endpoint);
    return Status.Ok;
  }

  /** 5.13.6.5. HW-VIO-09 23 25 26 27 28 29 30 */
  protected map(values: Fields): Status {
    const { domain: id, virtualStart: first, virtualEnd: last, physicalStart, flags } = values;
    const domain = this.domains.get(id);
    if (!domain) return Status.NoEntry;
    if (domain.isBypass || flags & ~(MAP_READ | MAP_WRITE)) return Status.Invalid;
    if (!this.isInRange(first, last) || !this.isAligned(physicalStart)) return Status.Range;
    if (this.touchesReserved(first, last)) return Status.Invalid;
    if (domain.mappings.overlaps(first, last)) return Status.Invalid;
    if (this.isFull) return Status.NoMemory;
    const [read, write] = [(flags & MAP_READ) !== 0, (flags & MAP_WRITE) !== 0];
    domain.mappings.add({ first, last, physical: physicalStart, read, write });
    return Status.Ok;
  }

  /** 5.13.6.6: no mapping is cut. HW-VIO-32 33 34 */
  protected unmap({ domain: id, virtualStart, virtualEnd }: Fields): Status {
    const domain = this.domains.get(id);
    if (!domain) return Status.NoEntry;
    if (domain.isBypass) return Status.Invalid;
    return domain.mappings.remove(virtualStart, virtualEnd) ? Status.Ok : Status.Range;
  }

  /** The mappings of a domain go with its last endpoint. */
  protected leave(endpoint: Rid): void {
    const domain = this.domainOf.get(endpoint);
    this.domainOf.delete(endpoint);
    domain?.endpoints.delete(endpoint);
    if (domain?.endpoints.size === 0) this.domains.delete(domain.id);
  }

  private enter(domain: Domain, endpoint: Rid): void {
    this.domains.set(domain.id, domain);
    domain.endpoints.add(endpoint);
    this.domainOf.set(endpoint, domain);
  }

  private newDomain(id: number, isBypass: boolean): Domain {
    const mappings = new this.parts.virtioIommu.Mappings();
    return { id, mappings, endpoints: new Set(), isBypass };
  }

  /** A bridge of conventional PCI takes requests over under the first id of its bus. */
  protected isEndpoint(rid: Rid): boolean {
    const isBridge = rid !== 0 && (rid & 0xff) === 0;
    return [...this.endpoints].some((each) => each === rid || (isBridge && each >> 8 === rid >> 8));
  }

  /** What is behind one bridge cannot be told apart; the root bus is none. */
  private canShare({ endpoints }: Domain, endpoint: Rid): boolean {
    const bus = endpoint >> 8;
    const others = [...endpoints].filter((other) => other !== endpoint);
    return !this.model.sharesBehindBridges || others.every((other) => bus && other >> 8 === bus);
  }

  private get isFull(): boolean {
    const kept = [...this.domains.values()].reduce(
      (sum, each) => sum + each.mappings.all.length,
      0,
    );
    return this.model.mappings !== undefined && kept >= this.model.mappings;
  }

  private isReserved(iova: Iova): boolean {
    return this.touchesReserved(iova, iova);
  }

  protected touchesReserved(from: Iova, to: Iova): boolean {
    return this.model.reserved.some(({ first, last }) => first <= to && from <= last);
  }

  private isInRange(first: bigint, last: bigint): boolean {
    const { start, end } = this.configuration.inputRange;
    const aligned = this.isAligned(first) && this.isAligned(last + 1n);
    return aligned && start <= first && first <= last && last <= end;
  }

  protected isAligned(address: bigint): boolean {
    const granularity = this.configuration.pageSizeMask & -this.configuration.pageSizeMask;
    return address % granularity === 0n;
  }
}
