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
  /** What it goes by that is to reach nothing: __iommu_group_alloc_blocking_domain(). */
  readonly blocking: VirtioDomain;
}

export interface VirtioDriverOptions {
  readonly pages: Pages;
  readonly parts: VirtioParts;
  readonly device: VirtioIommuDevice;
}

/** MSI_IOVA_BASE, MSI_IOVA_LENGTH: where the kernel maps doorbells if the device has no region for them. HW-VIO-41 */
const SOFTWARE_WINDOW: ReservedRegion = {
  first: 0x800_0000n,
  last: 0x800_0000n + 0x10_0000n - 1n,
  type: 'sw-msi',
};

/**
 * drivers/iommu/virtio-iommu.c. It tells nothing about itself, has page tables of one sort, and neither PASIDs nor guests.
 * HWINFO-11 HW-VIO-47 49
 */
export class VirtioIommuDriver implements IommuOps<VirtioEndpoint> {
  readonly userPasidTable = false;
  protected readonly queue: RequestQueue;
  private readonly parts: VirtioParts;
  private readonly device: VirtioIommuDevice;
  private readonly domainIds: IdPool;

  constructor({ pages, parts, device }: VirtioDriverOptions) {
    const { probeSize, domainRange, bypass } = device.configuration;
    this.parts = parts;
    this.device = device;
    this.queue = new parts.virtio.RequestQueue({ pages, queue: device.requestQueue, probeSize });
    // The first one is kept for a domain that translates nothing. HW-VIO-10
    this.domainIds = new IdPool(domainRange.start + (bypass === undefined ? 0 : 1));
  }

  /** viommu_probe_endpoint(): the first id stands for them all. */
  probe(ids: readonly [number, ...number[]]): VirtioEndpoint {
    const [endpoint] = ids;
    const properties = this.queue.send(RequestType.Probe, { endpoint });
    invariant(!isErrno(properties), `endpoint ${endpoint} is not probed`);
    const blocking = this.newDomain();
    invariant(!isErrno(blocking), 'there is no domain that blocks');
    return { ids, reserved: this.reservedIn(properties), domain: undefined, blocking };
  }

  /** viommu_capable(). Interrupts of x86 pass it by. DEV-13 HW-STK-06 */
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

  /**
   * viommu_attach_dev(): the first device of a domain brings its mappings back. The old domain has one device less also
   * where the new one does not take it. HW-VIO-15 17 18
   */
  attach(endpoint: VirtioEndpoint, domain: AnyDomain): ErrnoName | undefined {
    if (!(domain instanceof VirtioDomain)) return 'EINVAL';
    if (endpoint.domain) endpoint.domain.endpoints -= 1;
    endpoint.domain = undefined;
    for (const id of endpoint.ids) {
      const answer = this.queue.send(RequestType.Attach, { domain: domain.id, endpoint: id });
      if (isErrno(answer)) return answer;
    }
    if (domain.endpoints === 0) domain.replay();
    domain.endpoints += 1;
    endpoint.domain = domain;
    return undefined;
  }

  /** A domain where nothing is mapped. HW-VIO-21 */
  block(endpoint: VirtioEndpoint): void {
    const error = this.attach(endpoint, endpoint.blocking);
    invariant(!error, `an endpoint is not blocked: ${error}`);
  }

  /** viommu_release_dev() */
  release(endpoint: VirtioEndpoint): void {
    const { domain, ids, blocking } = endpoint;
    if (domain) domain.endpoints -= 1;
    endpoint.domain = undefined;
    for (const id of ids)
      if (domain) this.queue.send(RequestType.Detach, { domain: domain.id, endpoint: id });
    blocking.free();
  }

  /** ENOSPC where the device has no id left. HW-VIO-10 */
  protected newDomain(): VirtioDomain | ErrnoName {
    const { configuration } = this.device;
    const id = this.domainIds.take();
    const onFree = (): void => this.domainIds.release(id);
    if (id > configuration.domainRange.end) {
      onFree();
      return 'ENOSPC';
    }
    return new this.parts.virtio.VirtioDomain({ id, configuration, queue: this.queue, onFree });
  }

  /** viommu_add_resv_mem(), viommu_get_resv_regions(). HW-VIO-40 41 HW-STK-08 */
  protected reservedIn(properties: Uint8Array): readonly ReservedRegion[] {
    const told = decodeReservedMemory(properties).map(
      ({ first, last, isInterrupt }): ReservedRegion => ({
        first,
        last,
        type: isInterrupt ? 'msi' : 'reserved',
      }),
    );
    return told.some(({ type }) => type === 'msi') ? told : [...told, SOFTWARE_WINDOW];
  }
}
