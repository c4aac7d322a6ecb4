import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';
import { contextEntryAddress, encodeContextEntry } from '#formats/vtd/context-entry.ts';
import { encodeRootEntry, rootEntryAddress } from '#formats/vtd/root-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HW_INFO_TYPE_INTEL_VTD,
  IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17,
  iommu_hw_info_vtd,
} from '#uapi/iommufd/device.ts';

import type { PendingInterrupts } from '../../../hardware/pending-interrupts.ts';
import type { VtdUnit } from '../../../hardware/vtd/vtd-unit.ts';
import { invariant } from '../../../reference-bug.ts';
import { IdPool } from '../../lib/id-pool.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';
import type { IntelParts } from './parts.ts';
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
import type { PageRequest } from '../io-pgfault.ts';
import type { PciIdentity } from '../iommu.ts';
import { disableAts, enableAts } from '../pci-ats.ts';
import type { UserData } from '../user-data.ts';
import type { CacheTag } from './cache-tags.ts';
import type { FaultLog } from './fault-log.ts';
import { intelDevice } from './intel-device.ts';
import type { IntelDevice, IntelDomain } from './intel-device.ts';
import { PagingDomain } from './paging-domain.ts';
import type { PagingDomainOptions } from './paging-domain.ts';
import type { QueuedInvalidation } from './queued-invalidation.ts';
import { featuresOf } from './unit-features.ts';
import type { UnitFeatures } from './unit-features.ts';

export interface IntelIommuOptions {
  readonly pages: Pages;
  readonly parts: IntelParts;
  readonly unit: VtdUnit;
  readonly interrupts: PendingInterrupts;
}

/** Interrupt messages of x86. IOAS-RANGES-07, DEV-36 */
const MSI_WINDOW: ReservedRegion = { ...INTERRUPT_MESSAGES, type: 'msi' };

/** drivers/iommu/intel/iommu.c, for one unit in legacy mode. */
export class IntelIommu implements IommuOps<IntelDevice> {
  readonly userPasidTable = false;
  readonly faultLog: FaultLog;
  protected readonly pages: Pages;
  protected readonly parts: IntelParts;
  protected readonly unit: VtdUnit;
  protected readonly features: UnitFeatures;
  protected readonly queue: QueuedInvalidation;
  protected readonly rootTable: bigint;
  /** By requester id. */
  protected readonly attached = new Map<number, PagingDomain>();
  /** Requester ids of devices that keep translations, while they are attached. */
  protected readonly withAts = new Set<number>();
  /** By the place in the root table, bytes. */
  private readonly contextTables = new Map<number, bigint>();
  /** DID 0 is what a unit in caching mode tags "not present" with. */
  private readonly domainIds = new IdPool(1);
  /** iommu_array: the domains of its devices, and how many entries lead to each. */
  private readonly known = new Map<IntelDomain, { readonly domainId: number; users: number }>();

  constructor({ pages, parts, unit, interrupts }: IntelIommuOptions) {
    this.pages = pages;
    this.parts = parts;
    this.unit = unit;
    this.features = featuresOf(unit.capability, unit.extendedCapability);
    this.queue = new parts.intel.QueuedInvalidation(pages, unit.invalidationQueue, this.features);
    this.faultLog = new parts.intel.FaultLog(unit.faults);
    const handler = (): void => this.faultLog.handleInterrupt();
    unit.faults.enable(() => interrupts.raise(handler));
    this.rootTable = this.newTable();
    unit.setRootTable(this.rootTable | this.rootFlags());
    unit.enableTranslation();
  }

  /** intel_iommu_probe_device() */
  probe(identity: PciIdentity): IntelDevice {
    return intelDevice(identity);
  }

  /** No device has PASIDs, and second-stage tables have dirty bits in scalable mode only. */
  capabilities(device: IntelDevice): DeviceCapabilities {
    return {
      cacheCoherent: true,
      enforcesCoherency: this.features.snoopControl,
      msiIsolated: true,
      dirtyTracking: false,
      ats: this.hasAts(device),
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

  /** intel_iommu_domain_alloc_paging_flags(): nesting and PASIDs need scalable mode. HWPT-08 15 PASID-17 HW-STK-01 04 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    if (nestParent || dirtyTracking || pasid || data) return 'EOPNOTSUPP';
    return this.newDomain({ stage: 'second' });
  }

  /** intel_iommu_domain_alloc_nested(): the core has looked at the owner of the parent before. HWPT-16 31 */
  allocNestedDomain(parent: IommuDomain, _data: UserData): NestedDomain | ErrnoName {
    return parent instanceof PagingDomain ? 'EOPNOTSUPP' : 'EINVAL';
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [MSI_WINDOW];
  }

  /** No device makes page requests, so none has to be answered. */
  respond(_device: IntelDevice, _request: PageRequest, _code: number): void {}

  /** intel_iommu_attach_device(): ENODEV where page requests are wanted, which need PRI. DEV-24 52 */
  attach(device: IntelDevice, domain: AnyDomain): ErrnoName | undefined {
    if (!(domain instanceof PagingDomain) || !domain.fits(this.features)) return 'EINVAL';
    if (domain.pageRequestHandler) return 'ENODEV';
    for (const rid of device.requesterIds) {
      if (this.attached.get(rid) === domain) continue;
      this.clearContext(rid);
      if (this.hasAts(device)) this.withAts.add(rid);
      this.setContext(rid, domain);
    }
    if (this.hasAts(device)) enableAts(device.pci);
    return undefined;
  }

  /** device_block_translation(), domain_context_clear(): ATS is off once no entry answers it any more. HW-VTD-87 */
  block(device: IntelDevice): void {
    for (const rid of device.requesterIds) {
      this.clearContext(rid);
      this.withAts.delete(rid);
    }
    if (this.hasAts(device)) disableAts(device.pci);
  }

  /** intel_iommu_probe_device(): ats_supported */
  protected hasAts({ pci }: IntelDevice): boolean {
    return this.features.deviceTlbs && pci.capabilities.deviceTlb !== undefined;
  }

  protected newDomain(
    options: Pick<PagingDomainOptions, 'stage' | 'nestParent' | 'dirtyTracking'>,
  ): PagingDomain {
    const { pages, parts } = this;
    const levels = options.stage === 'first' || this.features.addressBits >= 48 ? 4 : 3;
    const syncsMaps = options.stage === 'second' && this.features.cachingMode;
    return new parts.intel.PagingDomain({ pages, parts, levels, syncsMaps, ...options });
  }

  /** domain_context_mapping_one(): the word with the present bit last. */
  protected setContext(rid: number, domain: PagingDomain): void {
    const domainId = this.enter(domain);
    const { root, levels } = domain;
    const deviceTlb = this.withAts.has(rid);
    const entry = { domainId, deviceTlb, secondStageTable: root, levels };
    const { low, high } = encodeContextEntry(entry);
    const address = contextEntryAddress(this.contextTable(rid), rid);
    this.pages.memory.write64(address + 8n, high);
    this.pages.memory.write64(address, low);
    this.attached.set(rid, domain);
    if (this.features.cachingMode) this.flushAbsent(domainId, rid);
    for (const tag of this.contextTags(domainId, rid)) domain.tags.assign(tag);
  }

  /** context_present_cache_flush(): that there was none is of domain 0. HW-VTD-31 */
  protected flushAbsent(domainId: number, rid: number): void {
    this.queue.flushContext(0, rid);
    this.queue.flushDomain(domainId);
  }

  /** domain_context_clear_one(): the entry, then the context cache, then what was cached by means of the entry. */
  protected clearContext(rid: number): void {
    const domain = this.attached.get(rid);
    if (!domain) return;
    const address = contextEntryAddress(this.contextTable(rid), rid);
    this.pages.memory.write64(address, 0n);
    this.pages.memory.write64(address + 8n, 0n);
    const domainId = this.domainIdOf(domain);
    this.flushCaches(domainId, rid);
    this.attached.delete(rid);
    for (const tag of this.contextTags(domainId, rid)) domain.tags.unassign(tag);
    this.leave(domain);
  }

  /** intel_context_flush_no_pasid(), while the domain still has its id. */
  protected flushCaches(domainId: number, rid: number): void {
    this.queue.flushContext(domainId, rid);
    this.queue.flushDomain(domainId);
    if (this.withAts.has(rid)) this.queue.flushDevice(rid, undefined);
  }

  /** domain_attach_iommu(): an id for the domain, that of its other entries if there are some. HW-VTD-10 */
  protected enter(domain: IntelDomain): number {
    const known = this.known.get(domain) ?? { domainId: this.takeDomainId(), users: 0 };
    this.known.set(domain, known);
    known.users++;
    return known.domainId;
  }

  /** domain_detach_iommu() */
  protected leave(domain: IntelDomain): void {
    const known = this.known.get(domain);
    if (!known || --known.users > 0) return;
    this.known.delete(domain);
    this.releaseDomainId(known.domainId);
  }

  protected domainIdOf(domain: IntelDomain): number {
    const known = this.known.get(domain);
    invariant(known !== undefined, 'a domain without devices has no id');
    return known.domainId;
  }

  protected takeDomainId(): number {
    return this.domainIds.take();
  }

  protected releaseDomainId(domainId: number): void {
    this.domainIds.release(domainId);
  }

  /** RTADDR.TTM */
  protected rootFlags(): bigint {
    return 0n;
  }

  /** Where the root table says where the context table of that requester is. */
  protected rootSlot(rid: number): bigint {
    return rootEntryAddress(this.rootTable, rid);
  }

  protected contextTable(rid: number): bigint {
    const slot = this.rootSlot(rid);
    const present = this.contextTables.get(Number(slot - this.rootTable));
    if (present !== undefined) return present;
    const table = this.newTable();
    this.pages.memory.write64(slot, encodeRootEntry(table));
    this.contextTables.set(Number(slot - this.rootTable), table);
    return table;
  }

  protected newTable(): bigint {
    const folio = this.pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for a table of the IOMMU');
    return folio.pfn << PAGE_SHIFT;
  }

  protected contextTags(domainId: number, rid: number): readonly CacheTag[] {
    const { queue } = this;
    const tag = { queue, domainId, pasid: 0, kind: 'second-stage', rid: 0 } as const;
    return this.withAts.has(rid) ? [tag, { ...tag, kind: 'device', rid }] : [tag];
  }
}
