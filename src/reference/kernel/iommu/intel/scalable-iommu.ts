import { PageResponse } from '#formats/pcie.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import { decodePageRequest, PAGE_REQUEST_SIZE } from '#formats/vtd/page-request.ts';
import { PasidTranslation } from '#formats/vtd/pasid-entry.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import { SCALABLE_MODE, scalableRootEntryAddress } from '#formats/vtd/root-entry.ts';
import {
  encodeScalableContext,
  scalableContextAddress,
} from '#formats/vtd/scalable-context-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_PGFAULT_PERM_EXEC,
  IOMMU_PGFAULT_PERM_PRIV,
  IOMMU_PGFAULT_PERM_READ,
  IOMMU_PGFAULT_PERM_WRITE,
} from '#uapi/iommufd/fault.ts';

import { invariant } from '../../../reference-bug.ts';
import { isErrno } from '../../lib/errno.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  IommuDevice,
  IommuDomain,
  NestedDomain,
  PagingOptions,
} from '../domain.ts';
import { IOMMU_NO_PASID } from '../io-pgfault.ts';
import type { PageRequest } from '../io-pgfault.ts';
import type { PciIdentity } from '../iommu.ts';
import { enableAts, enablePageRequests, enablePasids, resetPageRequests } from '../pci-ats.ts';
import type { UserData } from '../user-data.ts';
import type { CacheTag } from './cache-tags.ts';
import { intelDevice } from './intel-device.ts';
import type { IntelDevice, IntelDomain } from './intel-device.ts';
import { IntelIommu } from './intel-iommu.ts';
import type { IntelIommuOptions } from './intel-iommu.ts';
import { configOf, IntelNestedDomain } from './nested-domain.ts';
import { PagingDomain } from './paging-domain.ts';
import type { PasidTable } from './pasid-table.ts';

/** PRQ_DEPTH: what the ring has room for. */
const REQUESTS_AT_ONCE = Number(PAGE_SIZE / PAGE_REQUEST_SIZE);

/** Where a device stands with one PASID. */
interface Place {
  readonly device: IntelDevice;
  readonly pasid: number;
}

/** drivers/iommu/intel/iommu.c, pasid.c and prq.c, for one unit in scalable mode. */
export class ScalableIommu extends IntelIommu {
  private readonly requestRing: bigint;
  /** By requester id: who is told of page requests. */
  protected readonly finalized = new Map<number, IommuDevice>();
  /** By requester id: those that may send it, the last one being whose table it has. */
  private readonly aliases = new Map<number, IntelDevice[]>();

  constructor(options: IntelIommuOptions) {
    super(options);
    this.requestRing = this.newTable();
    const { pageRequestQueue } = this.unit;
    const handler = (): void => this.handlePageRequests();
    pageRequestQueue.enable(this.requestRing, PAGE_SIZE, () => options.interrupts.raise(handler));
  }

  /** intel_pasid_alloc_table(), intel_pasid_setup_sm_context() */
  override probe(identity: PciIdentity): IntelDevice {
    const { pasidBits } = identity.pci.capabilities;
    const device = intelDevice(identity, new this.parts.intel.PasidTable(this.pages, pasidBits));
    for (const rid of device.requesterIds) {
      this.aliases.set(rid, [...(this.aliases.get(rid) ?? []), device]);
      this.writeContext(rid, device);
    }
    return device;
  }

  /**
   * intel_iommu_probe_finalize(): what the device offers is switched on, PASIDs first, as they cannot be while ATS is on,
   * and page requests last, which need it. HW-PCI-01
   */
  finalize({ pci, requesterIds }: IntelDevice, known: IommuDevice): void {
    enablePasids(pci);
    enableAts(pci);
    if (!resetPageRequests(pci)) enablePageRequests(pci, REQUESTS_AT_ONCE);
    for (const rid of requesterIds) this.finalized.set(rid, known);
  }

  /** intel_iommu_release_device(): who shares a requester id with it keeps it. */
  release(device: IntelDevice): void {
    for (const rid of device.requesterIds) {
      const left = (this.aliases.get(rid) ?? []).filter((other) => other !== device);
      this.aliases.set(rid, left);
      this.writeContext(rid, left.at(-1));
      this.finalized.delete(rid);
    }
    device.pasidTable?.free();
  }

  override capabilities({ pci }: IntelDevice): DeviceCapabilities {
    const { deviceTlb, pasidBits, pageRequests, virtualFunction } = pci.capabilities;
    return {
      cacheCoherent: true,
      enforcesCoherency: this.features.snoopControl,
      msiIsolated: true,
      dirtyTracking: this.features.dirtyBits,
      ats: deviceTlb !== undefined,
      pasidWidth: pasidBits,
      sharesPageRequests: pageRequests && virtualFunction,
    };
  }

  /** A first stage where that does; a second stage for nesting and for dirty bits. HWPT-08 15 HW-FLG-01 */
  override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, data } = options;
    if (data || (nestParent && !this.features.nesting)) return 'EOPNOTSUPP';
    if (dirtyTracking && !this.features.dirtyBits) return 'EOPNOTSUPP';
    const isFirst = this.features.firstStage && !nestParent && !dirtyTracking;
    if (isFirst) return this.newDomain({ stage: 'first' });
    return this.newDomain({ stage: 'second', nestParent, dirtyTracking });
  }

  /** intel_iommu_domain_alloc_nested(). HWPT-31 32 */
  override allocNestedDomain(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName {
    if (!(parent instanceof PagingDomain)) return 'EINVAL';
    const config = configOf(data);
    if (isErrno(config)) return config;
    return new this.parts.intel.IntelNestedDomain({ parts: this.parts, parent, config });
  }

  /** intel_iommu_attach_device(), intel_nested_attach_dev() */
  override attach(device: IntelDevice, domain: AnyDomain): ErrnoName | undefined {
    return this.attachPasid(device, IOMMU_NO_PASID, domain);
  }

  /**
   * intel_iommu_set_dev_pasid(), intel_nested_set_dev_pasid(): the old entry goes before the new one comes. Unlike in Linux it
   * stays where the new page table is refused. HW-VTD-80 81
   */
  attachPasid(device: IntelDevice, pasid: number, domain: AnyDomain): ErrnoName | undefined {
    if (!isOfIntel(domain) || !domain.fits(this.features)) return 'EINVAL';
    if (this.lacksPageRequests(device, domain)) return 'ENODEV';
    this.clearEntry({ device, pasid });
    this.drain();
    this.setEntry({ device, pasid }, domain);
    return undefined;
  }

  /** blocking_domain_attach_dev(): what it has asked for is answered as invalid, before or after it has left. */
  override block(device: IntelDevice): void {
    this.clearEntry({ device, pasid: IOMMU_NO_PASID });
  }

  /** blocking_domain_set_dev_pasid(). HW-PRQ-12 */
  blockPasid(device: IntelDevice, pasid: number): void {
    this.clearEntry({ device, pasid });
    this.drain();
  }

  /** intel_iommu_enable_iopf(). HW-PRQ-13 */
  protected lacksPageRequests({ pci }: IntelDevice, domain: IntelDomain): boolean {
    return domain.pageRequestHandler !== undefined && !pci.capabilities.pageRequests;
  }

  /** intel_iommu_drain_pasid_prq(): what is on the way belongs to who has been there until now. HW-PRQ-12 HW-VTD-65 */
  protected drain(): void {
    this.handlePageRequests();
  }

  /** intel_iommu_page_response(): with the PASID of the request, where it had one. HW-VTD-41 64 HW-PRQ-02 HW-PCI-07 */
  override respond({ pci }: IntelDevice, request: PageRequest, code: number): void {
    const { pasid, groupId: group } = request;
    this.queue.respond({ rid: pci.requesterId, pasid, group, code });
  }

  /** intel_pasid_setup_first_level(), _second_level(), _nested() */
  protected setEntry(place: Place, domain: IntelDomain): void {
    const { device, pasid } = place;
    const domainId = this.enter(domain);
    tableOf(device).write(pasid, entryOf(domain, domainId));
    this.assignTags(place, domain, domainId);
    const user = { setDirtyTracking: () => this.rewriteEntry(place, domain) };
    device.entries.set(pasid, { domain, user });
    domain.users.add(user);
  }

  /** intel_pasid_tear_down_entry(). HW-VTD-45 84 */
  protected clearEntry(place: Place): void {
    const { device, pasid } = place;
    const entry = device.entries.get(pasid);
    if (!entry) return;
    const { domain, user } = entry;
    const domainId = this.domainIdOf(domain);
    tableOf(device).clearPresent(pasid);
    this.flushEntry(place, domain, domainId);
    tableOf(device).clear(pasid);
    this.unassignTags(place, domain, domainId);
    domain.users.delete(user);
    device.entries.delete(pasid);
    this.leave(domain);
  }

  /** intel_pasid_setup_dirty_tracking(): one bit changes while the entry is present. */
  protected rewriteEntry(place: Place, domain: IntelDomain): void {
    const domainId = this.domainIdOf(domain);
    tableOf(place.device).write(place.pasid, entryOf(domain, domainId));
    this.flushEntry(place, domain, domainId);
  }

  /** What was cached by means of an entry that has changed. */
  protected flushEntry({ device, pasid }: Place, domain: IntelDomain, domainId: number): void {
    this.queue.flushPasidCache(domainId, pasid);
    const isFirstOnly = domain.type === 'paging' && domain.stage === 'first';
    if (isFirstOnly) this.queue.flushPasid(domainId, pasid);
    else this.queue.flushDomain(domainId);
    const { capabilities, requesterId } = device.pci;
    if (!capabilities.deviceTlb) return;
    this.queue.flushDevice(requesterId, pasid === IOMMU_NO_PASID ? undefined : pasid);
  }

  /** cache_tag_assign_domain() */
  protected assignTags(place: Place, domain: IntelDomain, domainId: number): void {
    for (const tag of this.tagsOf(place, domain, domainId)) domain.tags.assign(tag);
    if (domain.type === 'paging') return;
    for (const tag of this.parentTagsOf(place, domainId)) domain.parent.tags.assign(tag);
  }

  /** cache_tag_unassign_domain() */
  protected unassignTags(place: Place, domain: IntelDomain, domainId: number): void {
    for (const tag of this.tagsOf(place, domain, domainId)) domain.tags.unassign(tag);
    if (domain.type === 'paging') return;
    for (const tag of this.parentTagsOf(place, domainId)) domain.parent.tags.unassign(tag);
  }

  protected tagsOf(place: Place, domain: IntelDomain, domainId: number): readonly CacheTag[] {
    const { queue } = this;
    const { pasid } = place;
    const isSecond = domain.type === 'paging' && domain.stage === 'second';
    const kind = isSecond ? 'second-stage' : 'first-stage';
    return [{ queue, domainId, pasid, kind, rid: 0 }, ...this.deviceTags(place, domainId)];
  }

  /** On the parent: its entries were used for what is tagged with the id of the nested domain. HW-VTD-44 */
  protected parentTagsOf(place: Place, domainId: number): readonly CacheTag[] {
    const { queue } = this;
    const { pasid } = place;
    const nesting = { queue, domainId, pasid, kind: 'nesting', rid: 0 } as const;
    return [nesting, ...this.deviceTags(place, domainId, 'nesting-device')];
  }

  protected deviceTags(
    { device, pasid }: Place,
    domainId: number,
    kind: 'device' | 'nesting-device' = 'device',
  ): readonly CacheTag[] {
    const { queue } = this;
    const { capabilities, requesterId: rid } = device.pci;
    return capabilities.deviceTlb ? [{ queue, domainId, pasid, kind, rid }] : [];
  }

  /**
   * prq_event_thread(): from the head of the ring to its tail. Where something did not fit, halves of groups may be left, of
   * whichever device: they are dropped, as is then the mark that stops the queue. FAULT-09 HW-PRQ-04
   */
  protected handlePageRequests(): void {
    const { pageRequestQueue: queue } = this.unit;
    const { memory } = this.pages;
    queue.clearPending();
    while (queue.head !== queue.tail) {
      const at = this.requestRing + queue.head;
      const message = decodePageRequest(memory.read64(at), memory.read64(at + 8n));
      this.reportPageRequest(message);
      queue.writeHead((queue.head + PAGE_REQUEST_SIZE) % PAGE_SIZE);
    }
    if (!queue.overflowed) return;
    for (const known of new Set(this.finalized.values())) known.pageRequests.discardPartial();
    queue.clearOverflow();
  }

  /** What makes no sense is answered here, a marker that a PASID stops by nobody. HW-PRQ-03 HW-VTD-63 */
  protected reportPageRequest(message: PageRequestMessage): void {
    const { rid, read, write, last } = message;
    const known = this.finalized.get(rid);
    if (this.isBad(message)) this.refuse(message);
    else if (last && !read && !write) return;
    else if (known) known.pageRequests.report(requestOf(message));
    else this.refuse(message);
  }

  /** Supervisors ask for nothing, and nothing is executed from where it is read. HW-PRQ-03 */
  protected isBad({ iova, read, write, execute, privileged }: PageRequestMessage): boolean {
    const isCanonical = BigInt.asUintN(64, BigInt.asIntN(48, iova)) === iova;
    return !isCanonical || (privileged === true && (read || write)) || (execute === true && read);
  }

  /** handle_bad_prq_event() */
  protected refuse({ rid, pasid, group, last }: PageRequestMessage): void {
    if (last) this.queue.respond({ rid, pasid, group, code: PageResponse.InvalidRequest });
  }

  /** context_entry_set_pasid_table(): the words behind the present bit are written before it. */
  protected writeContext(rid: number, device: IntelDevice | undefined): void {
    const at = scalableContextAddress(this.contextTable(rid), rid);
    const { memory } = this.pages;
    memory.write64(at, 0n);
    this.queue.flushContext(0, rid);
    if (!device) return;
    const { directory, directoryEntries } = tableOf(device);
    const { deviceTlb, pasidBits, pageRequests } = device.pci.capabilities;
    const { low, high } = encodeScalableContext({
      directory,
      directoryEntries,
      deviceTlb: deviceTlb !== undefined,
      pasids: pasidBits > 0,
      pageRequests,
    });
    memory.write64(at + 8n, high);
    memory.write64(at, low);
  }

  protected override rootFlags(): bigint {
    return SCALABLE_MODE;
  }

  protected override rootSlot(rid: number): bigint {
    return scalableRootEntryAddress(this.rootTable, rid);
  }
}

/** intel_prq_report(), prq_to_iommu_prot() */
function requestOf(message: PageRequestMessage): PageRequest {
  const { iova: address, pasid, group: groupId, last: isLast } = message;
  const permissions =
    (message.read ? IOMMU_PGFAULT_PERM_READ : 0) |
    (message.write ? IOMMU_PGFAULT_PERM_WRITE : 0) |
    (message.execute ? IOMMU_PGFAULT_PERM_EXEC : 0) |
    (message.privileged ? IOMMU_PGFAULT_PERM_PRIV : 0);
  return { address, pasid, groupId, permissions, isLast };
}

function isOfIntel(domain: AnyDomain): domain is IntelDomain {
  return domain instanceof PagingDomain || domain instanceof IntelNestedDomain;
}

function tableOf({ pasidTable }: IntelDevice): PasidTable {
  invariant(pasidTable !== undefined, 'a device without PASID table is behind a scalable unit');
  return pasidTable;
}

/** pasid_set_flptr(): what lies below a page is dropped. */
function pageOf(address: bigint): bigint {
  return address - (address % PAGE_SIZE);
}

/** pasid_pte_config_first_level(), _second_level(), _nested(). HW-VTD-09 10 */
function entryOf(domain: IntelDomain, domainId: number): PasidEntry {
  const isNested = domain.type === 'nested';
  const { FirstStage, SecondStage, Nested } = PasidTranslation;
  const paging = isNested ? domain.parent : domain;
  const isFirst = !isNested && paging.stage === 'first';
  return {
    translation: isNested ? Nested : isFirst ? FirstStage : SecondStage,
    domainId,
    firstStageTable: isNested ? pageOf(domain.config.pgtbl_addr) : isFirst ? paging.root : 0n,
    secondStageTable: isFirst ? 0n : paging.root,
    levels: isFirst ? 4 : paging.levels,
    dirty: paging.dirtyTracking?.isEnabled ?? false,
    snoop: paging.forcesSnoop,
  };
}
