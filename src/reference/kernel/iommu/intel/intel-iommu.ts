import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HW_INFO_TYPE_INTEL_VTD,
  IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17,
  iommu_hw_info_vtd,
} from '#uapi/iommufd/device.ts';

import { contextEntryAddress, encodeContextEntry } from '../../../hardware/vtd/context-table.ts';
import { busOf, encodeRootEntry, rootEntryAddress } from '../../../hardware/vtd/root-table.ts';
import type { VtdUnit } from '../../../hardware/vtd/vtd-unit.ts';
import { invariant } from '../../../reference-bug.ts';
import { IdPool } from '../../lib/id-pool.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';
import type { Parts } from '../../parts.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  HardwareInfo,
  IommuDomain,
  NestedDomain,
  PagingOptions,
  ReservedRegion,
} from '../domain.ts';
import type { IommuOps } from '../group.ts';
import { PagingDomain } from './paging-domain.ts';
import type { QueuedInvalidation } from './queued-invalidation.ts';

/** struct device_domain_info: all requester ids that a device's requests may carry. */
export interface IntelDevice {
  readonly requesterIds: readonly number[];
}

export interface IntelIommuOptions {
  readonly pages: Pages;
  readonly parts: Parts;
  readonly unit: VtdUnit;
}

/** Interrupt messages of x86. IOAS-RANGES-07, DEV-36 */
const MSI_WINDOW: ReservedRegion = { first: 0xfee0_0000n, last: 0xfeef_ffffn, type: 'msi' };

/** drivers/iommu/intel/iommu.c, for one unit in legacy mode. */
export class IntelIommu implements IommuOps<IntelDevice> {
  readonly userPasidTable = false;
  private readonly pages: Pages;
  private readonly parts: Parts;
  private readonly unit: VtdUnit;
  protected readonly queue: QueuedInvalidation;
  private readonly rootTable: bigint;
  /** By bus. */
  private readonly contextTables = new Map<number, bigint>();
  /** By requester id. */
  protected readonly attached = new Map<number, PagingDomain>();
  /** DID 0 is what a unit in caching mode tags "not present" with. */
  private readonly domainIds = new IdPool(1);

  constructor(options: IntelIommuOptions) {
    this.pages = options.pages;
    this.parts = options.parts;
    this.unit = options.unit;
    this.queue = new options.parts.QueuedInvalidation(
      options.pages,
      options.unit.invalidationQueue,
    );
    this.rootTable = this.newTable();
    options.unit.setRootTable(this.rootTable);
    options.unit.enableTranslation();
  }

  /** No device has ATS or PASIDs, and second-stage tables have dirty bits in scalable mode only. */
  capabilities(): DeviceCapabilities {
    return {
      cacheCoherent: true,
      msiIsolated: true,
      dirtyTracking: false,
      ats: false,
      pasidWidth: 0,
    };
  }

  /** intel_iommu_hw_info(). HWINFO-15 */
  hardwareInfo(): HardwareInfo {
    const { capability, extendedCapability } = this.unit;
    const flags = IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17;
    const info = { flags, cap_reg: capability, ecap_reg: extendedCapability };
    return { type: IOMMU_HW_INFO_TYPE_INTEL_VTD, data: iommu_hw_info_vtd.pack(info) };
  }

  /** intel_iommu_domain_alloc_paging_flags(): nesting and PASIDs need scalable mode. HWPT-08 15 PASID-17 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    if (nestParent || dirtyTracking || pasid || data) return 'EOPNOTSUPP';
    return this.newDomain();
  }

  /** No parent can be of this driver. HWPT-16 31 */
  allocNestedDomain(): NestedDomain | ErrnoName {
    return 'EINVAL';
  }

  private newDomain(): IommuDomain {
    const { pages, parts, queue } = this;
    const domainId = this.takeDomainId();
    const onFree = (): void => this.releaseDomainId(domainId);
    return new parts.PagingDomain({ pages, parts, queue, domainId, onFree });
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [MSI_WINDOW];
  }

  /** No device makes page requests, so none has to be answered. */
  respond(): void {}

  /** intel_iommu_attach_device(): ENODEV where page requests are wanted, which need PRI. */
  attach(device: IntelDevice, domain: AnyDomain): ErrnoName | undefined {
    if (!(domain instanceof PagingDomain)) return 'EINVAL';
    if (domain.pageRequestHandler) return 'ENODEV';
    for (const rid of device.requesterIds) {
      if (this.attached.get(rid) === domain) continue;
      this.clearContext(rid);
      this.setContext(rid, domain);
    }
    return undefined;
  }

  /** device_block_translation() */
  block(device: IntelDevice): void {
    for (const rid of device.requesterIds) this.clearContext(rid);
  }

  /** domain_context_mapping_one(): the word with the present bit last. */
  protected setContext(rid: number, domain: PagingDomain): void {
    const { domainId, root } = domain;
    const { low, high } = encodeContextEntry({ domainId, secondStageTable: root });
    const address = contextEntryAddress(this.contextTable(busOf(rid)), rid);
    this.pages.memory.write64(address + 8n, high);
    this.pages.memory.write64(address, low);
    this.attached.set(rid, domain);
    domain.requesters.add(rid);
  }

  /** domain_context_clear_one(): the entry, then the context cache, then what was cached by means of the entry. */
  protected clearContext(rid: number): void {
    const domain = this.attached.get(rid);
    if (!domain) return;
    const address = contextEntryAddress(this.contextTable(busOf(rid)), rid);
    this.pages.memory.write64(address, 0n);
    this.pages.memory.write64(address + 8n, 0n);
    this.flushCaches(domain, rid);
    this.attached.delete(rid);
    domain.requesters.delete(rid);
  }

  /** While the domain still knows the requester. */
  protected flushCaches({ domainId }: PagingDomain, rid: number): void {
    this.queue.flushContext(domainId, rid);
    this.queue.flushDomain(domainId);
  }

  protected takeDomainId(): number {
    return this.domainIds.take();
  }

  protected releaseDomainId(domainId: number): void {
    this.domainIds.release(domainId);
  }

  private contextTable(bus: number): bigint {
    const present = this.contextTables.get(bus);
    if (present !== undefined) return present;
    const table = this.newTable();
    this.pages.memory.write64(rootEntryAddress(this.rootTable, bus), encodeRootEntry(table));
    this.contextTables.set(bus, table);
    return table;
  }

  private newTable(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for a root or context table');
    return folio.pfn << PAGE_SHIFT;
  }
}
