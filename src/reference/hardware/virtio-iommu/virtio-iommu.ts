import type { Rid } from '#formats/addresses.ts';
import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';
import { PAGE_MASK } from '#formats/page.ts';
import { encodeReservedMemory } from '#formats/virtio/iommu-property.ts';
import {
  MAP_READ,
  MAP_WRITE,
  RequestType,
  Status,
  TAIL_SIZE,
  decodeRequest,
} from '#formats/virtio/iommu-request.ts';
import type { RequestFields } from '#formats/virtio/iommu-request.ts';

import type { DmaRequest, MemoryBus, Translator } from '../bus.ts';
import { beforeInterrupts, isInterrupt } from '../interrupts.ts';
import type { VirtioIommuParts } from './parts.ts';
import { grants } from '../translation.ts';
import type { Translation } from '../translation.ts';
import type { Mappings } from './mappings.ts';
import { DeviceQueue } from './virtqueue.ts';

type Fields = Required<RequestFields>;

/** 5.13.6.7.1: interrupts of x86 are not translated. */
const interrupts = encodeReservedMemory({ ...INTERRUPT_MESSAGES, isInterrupt: true });

/** virtio 1.2, 5.13.4 Device configuration layout. Ranges include both ends. */
export interface VirtioIommuConfiguration {
  /** Bitmap, bytes; the lowest is the granularity of mappings. */
  readonly pageSizeMask: bigint;
  readonly inputRange: { readonly start: bigint; readonly end: bigint };
  readonly domainRange: { readonly start: number; readonly end: number };
  /** Bytes of the properties in the answer to a PROBE request. */
  readonly probeSize: number;
}

interface Domain {
  readonly mappings: Mappings;
  readonly endpoints: Set<Rid>;
}

export interface VirtioIommuOptions {
  readonly memory: MemoryBus;
  readonly parts: VirtioIommuParts;
  /** Of its input range, which begins at 0. */
  readonly addressBits: number;
}

/**
 * virtio 1.2, 5.13 IOMMU Device: the DMA of an endpoint goes by the mappings of the domain that it was attached to, both
 * as the driver requested. Features: INPUT_RANGE, DOMAIN_RANGE, MAP_UNMAP, PROBE. An endpoint that was never attached
 * reaches nothing, as there is no BYPASS_CONFIG. Every requester id is an endpoint.
 */
export class VirtioIommu implements Translator {
  readonly configuration: VirtioIommuConfiguration;
  readonly requestQueue: DeviceQueue;
  private readonly parts: VirtioIommuParts;
  private readonly domains = new Map<number, Domain>();
  private readonly domainOf = new Map<Rid, Domain>();

  constructor({ memory, parts, addressBits }: VirtioIommuOptions) {
    this.parts = parts;
    this.configuration = {
      pageSizeMask: BigInt.asUintN(64, PAGE_MASK),
      inputRange: { start: 0n, end: (1n << BigInt(addressBits)) - 1n },
      domainRange: { start: 0, end: 0xffff_ffff },
      probeSize: 512,
    };
    this.requestQueue = new DeviceQueue(memory, (request, room) => this.answer(request, room));
  }

  translate({ rid, pasid, iova, write }: DmaRequest): Translation | undefined {
    if (pasid !== undefined || isInterrupt(iova)) return undefined;
    const mapping = this.domainOf.get(rid)?.mappings.at(iova);
    if (!mapping || !grants(mapping, { write })) return undefined;
    const address = mapping.physical + (iova - mapping.first);
    return beforeInterrupts({ address, bytesToBorder: mapping.last - iova + 1n }, iova);
  }

  private answer(bytes: Uint8Array, room: number): Uint8Array {
    const answer = new Uint8Array(Math.max(room, TAIL_SIZE));
    const request = decodeRequest(bytes);
    if (request?.type === RequestType.Probe) answer.set(interrupts);
    answer[answer.length - TAIL_SIZE] = request
      ? this.carryOut(request.type, request.values)
      : Status.Unsupported;
    return answer;
  }

  private carryOut(type: number, values: Fields): Status {
    switch (type) {
      case RequestType.Attach:
        return this.attach(values);
      case RequestType.Detach:
        return this.detach(values);
      case RequestType.Map:
        return this.map(values);
      case RequestType.Unmap:
        return this.unmap(values);
      default:
        return Status.Ok;
    }
  }

  /** 5.13.6.3: a domain is there from its first endpoint on. */
  protected attach({ domain: id, endpoint, flags }: Fields): Status {
    const { start, end } = this.configuration.domainRange;
    if (flags !== 0) return Status.Invalid;
    if (id < start || id > end) return Status.NoEntry;
    this.leave(endpoint);
    const domain = this.domains.get(id) ?? this.newDomain();
    this.domains.set(id, domain);
    domain.endpoints.add(endpoint);
    this.domainOf.set(endpoint, domain);
    return Status.Ok;
  }

  /** 5.13.6.4 */
  protected detach({ domain: id, endpoint }: Fields): Status {
    const domain = this.domains.get(id);
    if (!domain) return Status.NoEntry;
    if (this.domainOf.get(endpoint) !== domain) return Status.Invalid;
    this.leave(endpoint);
    return Status.Ok;
  }

  /** 5.13.6.5 */
  protected map(values: Fields): Status {
    const { domain: id, virtualStart: first, virtualEnd: last, physicalStart, flags } = values;
    const domain = this.domains.get(id);
    if (!domain) return Status.NoEntry;
    if (flags & ~(MAP_READ | MAP_WRITE)) return Status.Invalid;
    if (!this.isInRange(first, last) || !this.isAligned(physicalStart)) return Status.Range;
    if (domain.mappings.overlaps(first, last)) return Status.Invalid;
    const [read, write] = [(flags & MAP_READ) !== 0, (flags & MAP_WRITE) !== 0];
    domain.mappings.add({ first, last, physical: physicalStart, read, write });
    return Status.Ok;
  }

  /** 5.13.6.6: no mapping is cut. */
  protected unmap({ domain: id, virtualStart, virtualEnd }: Fields): Status {
    const domain = this.domains.get(id);
    if (!domain) return Status.NoEntry;
    return domain.mappings.remove(virtualStart, virtualEnd) ? Status.Ok : Status.Range;
  }

  /** The mappings of a domain go with its last endpoint. */
  private leave(endpoint: Rid): void {
    const domain = this.domainOf.get(endpoint);
    this.domainOf.delete(endpoint);
    domain?.endpoints.delete(endpoint);
    if (domain?.endpoints.size !== 0) return;
    for (const [id, known] of this.domains) if (known === domain) this.domains.delete(id);
  }

  private newDomain(): Domain {
    return { mappings: new this.parts.virtioIommu.Mappings(), endpoints: new Set() };
  }

  private isInRange(first: bigint, last: bigint): boolean {
    const { start, end } = this.configuration.inputRange;
    const aligned = this.isAligned(first) && this.isAligned(last + 1n);
    return aligned && start <= first && first <= last && last <= end;
  }

  private isAligned(address: bigint): boolean {
    const granularity = this.configuration.pageSizeMask & -this.configuration.pageSizeMask;
    return address % granularity === 0n;
  }
}
