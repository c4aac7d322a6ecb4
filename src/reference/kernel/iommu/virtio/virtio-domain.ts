import { MAP_READ, MAP_WRITE, RequestType } from '#formats/virtio/iommu-request.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { Mappings } from '../../../hardware/virtio-iommu/mappings.ts';
import type { VirtioIommuConfiguration } from '../../../hardware/virtio-iommu/configuration.ts';
import { invariant } from '../../../reference-bug.ts';
import type { IommuDomain, IommuProtection } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import { minimum } from '../../lib/math.ts';
import type { RequestQueue } from './request-queue.ts';

export interface VirtioDomainOptions {
  readonly id: number;
  readonly configuration: VirtioIommuConfiguration;
  readonly queue: RequestQueue;
  readonly onFree: () => void;
}

/**
 * virtio-iommu.c: struct viommu_domain. The device forgets a domain with the last endpoint, so that the driver keeps the
 * mappings and requests them once more.
 */
export class VirtioDomain implements IommuDomain {
  readonly type = 'paging';
  readonly id: number;
  readonly geometry: { readonly first: bigint; readonly last: bigint };
  readonly pageSizes: bigint;
  pageRequestHandler?: PageRequestHandler;
  /** Devices that are attached. */
  endpoints = 0;
  protected readonly queue: RequestQueue;
  private readonly mappings = new Mappings();
  private readonly onFree: () => void;

  constructor({ id, configuration, queue, onFree }: VirtioDomainOptions) {
    const { inputRange, pageSizeMask } = configuration;
    this.id = id;
    this.geometry = { first: inputRange.start, last: inputRange.end };
    this.pageSizes = pageSizeMask;
    this.queue = queue;
    this.onFree = onFree;
  }

  /** viommu_map_pages(): a request for all that is contiguous, up to the page size that is allowed. HW-VIO-37 */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    { read, write }: IommuProtection,
    maxPageSize = length,
  ): ErrnoName | undefined {
    invariant(!this.mappings.overlaps(iova, iova + length - 1n), `IOVA ${iova} is mapped already`);
    for (let done = 0n; done < length; done += maxPageSize) {
      const end = minimum(done + maxPageSize, length);
      const [first, last] = [iova + done, iova + end - 1n];
      this.add({ first, last, physical: physical + done, read, write });
    }
    this.queue.sync();
    return undefined;
  }

  /** viommu_unmap_pages(), viommu_iotlb_sync(): the device cuts no mapping, and IOMMUFD asks for none to be cut. HW-VIO-35 */
  unmap(iova: bigint, length: bigint): void {
    const last = iova + length - 1n;
    invariant(this.mappings.remove(iova, last), `the range at ${iova} cuts a mapping`);
    if (this.endpoints === 0) return;
    this.queue.add(RequestType.Unmap, { domain: this.id, virtualStart: iova, virtualEnd: last });
    this.queue.sync();
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    const mapping = this.mappings.at(iova);
    return mapping && mapping.physical + (iova - mapping.first);
  }

  /** viommu_replay_mappings() */
  replay(): void {
    for (const mapping of this.mappings.all) this.request(mapping);
    this.queue.sync();
  }

  free(): void {
    invariant(this.endpoints === 0, `domain ${this.id} is freed while attached`);
    this.onFree();
  }

  /** Whether it was refused nobody looks. HW-VIO-36 */
  private add(mapping: Mapped): void {
    this.mappings.add(mapping);
    if (this.endpoints > 0) this.request(mapping);
  }

  private request({ first, last, physical, read, write }: Mapped): void {
    this.queue.add(RequestType.Map, {
      domain: this.id,
      virtualStart: first,
      virtualEnd: last,
      physicalStart: physical,
      flags: (read ? MAP_READ : 0) | (write ? MAP_WRITE : 0),
    });
  }
}

type Mapped = Mappings['all'][number];
