import { decodeReservedMemory } from '#formats/virtio/iommu-property.ts';
import { RequestType } from '#formats/virtio/iommu-request.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { VirtioIommu as VirtioIommuDevice } from '../../../hardware/virtio-iommu/virtio-iommu.ts';
import { invariant } from '../../../reference-bug.ts';
import { isErrno } from '../../lib/errno.ts';
import { IdPool } from '../../lib/id-pool.ts';
import type { Pages } from '../../mm/pages.ts';
import type { VirtioParts } from './parts.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from '../domain.ts';
import type { IommuOps } from '../group.ts';
import type { RequestQueue } from './request-queue.ts';
import { VirtioDomain } from './virtio-domain.ts';

/** struct viommu_endpoint. All requester ids that a device's requests may carry, each an endpoint. */
export interface VirtioEndpoint {
  readonly ids: readonly number[];
  readonly reserved: readonly ReservedRegion[];
  domain: VirtioDomain | undefined;
}

export interface VirtioDriverOptions {
  readonly pages: Pages;
  readonly parts: VirtioParts;
  readonly device: VirtioIommuDevice;
}

/**
 * drivers/iommu/virtio-iommu.c. It tells nothing about itself, has page tables of one sort, and neither PASIDs nor guests.
 * HWINFO-11
 */
export class VirtioIommuDriver implements IommuOps<VirtioEndpoint> {
  readonly userPasidTable = false;
  protected readonly queue: RequestQueue;
  private readonly parts: VirtioParts;
  private readonly device: VirtioIommuDevice;
  private readonly domainIds: IdPool;
  /** What a device goes by that is to reach nothing: a domain without mappings. */
  private readonly blocking: VirtioDomain;

  constructor({ pages, parts, device }: VirtioDriverOptions) {
    const { probeSize, domainRange } = device.configuration;
    this.parts = parts;
    this.device = device;
    this.queue = new parts.virtio.RequestQueue({ pages, queue: device.requestQueue, probeSize });
    this.domainIds = new IdPool(domainRange.start);
    this.blocking = this.newDomain();
  }

  /** viommu_probe_endpoint(): the first id stands for them all. */
  probe(ids: readonly [number, ...number[]]): VirtioEndpoint {
    const [endpoint] = ids;
    const properties = this.queue.send(RequestType.Probe, { endpoint });
    invariant(!isErrno(properties), `endpoint ${endpoint} is not probed`);
    return { ids, reserved: reservedIn(properties), domain: undefined };
  }

  /** viommu_capable(). Interrupts of x86 pass it by. DEV-13 */
  capabilities(): DeviceCapabilities {
    return {
      cacheCoherent: true,
      msiIsolated: false,
      dirtyTracking: false,
      ats: false,
      pasidWidth: 0,
    };
  }

  hardwareInfo(): undefined {}

  /** viommu_domain_alloc_paging(), which takes no flags. HWPT-08 15 43 PASID-17 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, faultQueue, data } = options;
    const isPlain = !nestParent && !dirtyTracking && !pasid && !faultQueue && !data;
    return isPlain ? this.newDomain() : 'EOPNOTSUPP';
  }

  reservedRegions({ reserved }: VirtioEndpoint): readonly ReservedRegion[] {
    return reserved;
  }

  /** No device makes page requests. */
  respond(): void {}

  /** viommu_attach_dev(): the first device of a domain brings its mappings back. */
  attach(endpoint: VirtioEndpoint, domain: AnyDomain): ErrnoName | undefined {
    if (!(domain instanceof VirtioDomain)) return 'EINVAL';
    if (endpoint.domain) endpoint.domain.endpoints -= 1;
    for (const id of endpoint.ids) {
      const answer = this.queue.send(RequestType.Attach, { domain: domain.id, endpoint: id });
      invariant(!isErrno(answer), `endpoint ${id} is not attached`);
    }
    if (domain.endpoints === 0) domain.replay();
    domain.endpoints += 1;
    endpoint.domain = domain;
    return undefined;
  }

  /** There is no blocking domain of its own: __iommu_group_alloc_blocking_domain(). */
  block(endpoint: VirtioEndpoint): void {
    this.attach(endpoint, this.blocking);
  }

  private newDomain(): VirtioDomain {
    const id = this.domainIds.take();
    const { configuration } = this.device;
    const onFree = (): void => this.domainIds.release(id);
    return new this.parts.virtio.VirtioDomain({ id, configuration, queue: this.queue, onFree });
  }
}

/** viommu_add_resv_mem() */
function reservedIn(properties: Uint8Array): readonly ReservedRegion[] {
  return decodeReservedMemory(properties).map(({ first, last, isInterrupt }) => ({
    first,
    last,
    type: isInterrupt ? 'msi' : 'reserved',
  }));
}
