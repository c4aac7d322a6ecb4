import {
  BLOCKED_ENTRY,
  DEVICE_TABLE_ENTRY_SIZE,
  deviceTableEntryAddress,
  encodeDeviceTableEntry,
} from '#formats/amd/device-table-entry.ts';
import type { DeviceTableWords, GuestTables } from '#formats/amd/device-table-entry.ts';
import { EFR, EFR2 } from '#formats/amd/registers.ts';
import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HW_INFO_TYPE_AMD, iommu_hw_info_amd } from '#uapi/iommufd/device.ts';

import type { AmdIommuUnit } from '../../../hardware/amd/amd-iommu-unit.ts';
import type { PciDevice } from '../../../hardware/pci/pci-device.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { AmdParts } from './parts.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  HardwareInfo,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from '../domain.ts';
import type { IommuOps } from '../group.ts';
import { disableAts, enableAts } from '../pci-ats.ts';
import type { ViommuDriver } from '../viommu.ts';
import type { CommandQueue } from './command-queue.ts';
import type { DomainIds } from './domain-ids.ts';
import type { Gcr3Table } from './gcr3-table.ts';
import { AmdNestedDomain } from './nesting-viommu.ts';
import { ProtectionDomain } from './protection-domain.ts';
import type { DomainUser } from './protection-domain.ts';
import type { AmdFormat } from './table-formats.ts';

/** struct iommu_dev_data: all requester ids that a device's requests may carry. */
export interface AmdDevice {
  readonly requesterIds: readonly number[];
  readonly pci: PciDevice;
}

export interface AmdIommuOptions {
  readonly pages: Pages;
  readonly parts: AmdParts;
  readonly unit: AmdIommuUnit;
  /** Those of all units of the machine. */
  readonly domainIds: DomainIds;
  /** The driver has what its unreached code does with page tables of guests. */
  readonly takesGuestTables?: boolean | undefined;
}

type AmdDomain = ProtectionDomain | AmdNestedDomain;

/** What the requests of a requester id go by. */
interface Attachment {
  readonly domain: AmdDomain;
  readonly user: DomainUser;
  /** Of a device with ATS, which is on. */
  readonly pci: PciDevice | undefined;
  /** Of a v2 table. */
  readonly gcr3: Gcr3Table | undefined;
}

/** Interrupt messages, and what HyperTransport has for itself. */
const RESERVED: readonly ReservedRegion[] = [
  { ...INTERRUPT_MESSAGES, type: 'msi' },
  { first: 0xfd_0000_0000n, last: 0xff_ffff_ffffn, type: 'reserved' },
];
/** One entry for each requester id there can be. */
const DEVICE_TABLE_SIZE = DEVICE_TABLE_ENTRY_SIZE << 16n;

/** drivers/iommu/amd/iommu.c, for one unit. Interrupts are not remapped. DEV-13 */
export class AmdIommu implements IommuOps<AmdDevice> {
  readonly userPasidTable = false;
  readonly viommu: ViommuDriver;
  readonly queue: CommandQueue;
  readonly domainIds: DomainIds;
  private readonly pages: Pages;
  private readonly parts: AmdParts;
  private readonly unit: AmdIommuUnit;
  private readonly deviceTable: bigint;
  /** By requester id. */
  protected readonly attached = new Map<number, Attachment>();

  constructor({ pages, parts, unit, domainIds, takesGuestTables }: AmdIommuOptions) {
    this.pages = pages;
    this.parts = parts;
    this.unit = unit;
    this.domainIds = domainIds;
    this.queue = new parts.amd.CommandQueue(pages, unit.commandBuffer);
    this.viommu = this.viommus(takesGuestTables ? parts.amd.NestingViommu : parts.amd.AmdViommu);
    this.deviceTable = this.newDeviceTable();
    unit.setDeviceTable(this.deviceTable, DEVICE_TABLE_SIZE / PAGE_SIZE - 1n);
    unit.enable();
  }

  /** amd_iommu_capable() */
  capabilities({ pci }: AmdDevice): DeviceCapabilities {
    return {
      cacheCoherent: true,
      enforcesCoherency: true,
      msiIsolated: false,
      dirtyTracking: this.hasHostDirty,
      ats: pci.capabilities.deviceTlb !== undefined,
      pasidWidth: pci.capabilities.pasidBits,
    };
  }

  /** amd_iommufd_hw_info(). HWINFO-18 */
  hardwareInfo(): HardwareInfo {
    const data = iommu_hw_info_amd.pack(this.unit.features);
    return { type: IOMMU_HW_INFO_TYPE_AMD, data };
  }

  /**
   * amd_iommu_domain_alloc_paging_flags(): PASIDs need v2 page tables, which go with no other flag; the others v1 tables.
   * HWPT-08 15 39 PASID-17 HW-FLG-04 05 06 HW-AMD-11
   */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking = false, pasid, data } = options;
    if (data || (pasid && (nestParent || dirtyTracking))) return 'EOPNOTSUPP';
    if (pasid) return this.hasGuestTables ? this.newDomain('v2') : 'EOPNOTSUPP';
    if (dirtyTracking && !this.hasHostDirty) return 'EOPNOTSUPP';
    return nestParent && !this.hasNesting() ? 'EOPNOTSUPP' : this.newDomain('v1', dirtyTracking);
  }

  reservedRegions(): readonly ReservedRegion[] {
    return RESERVED;
  }

  /** No device makes page requests, so none has to be answered. */
  respond(): void {}

  /** amd_iommu_attach_device(), nested_attach_device(). HW-AMD-20 */
  attach(device: AmdDevice, domain: AnyDomain): ErrnoName | undefined {
    if (!isOfAmd(domain)) return 'EINVAL';
    if (domain.type === 'paging' && domain.dirtyTracking && !this.hasHostDirty) return 'EINVAL';
    if (domain.type === 'nested' && domain.viommu.iommu !== this) return 'EINVAL';
    for (const rid of device.requesterIds) {
      if (this.attached.get(rid)?.domain === domain) continue;
      this.detachRequester(rid);
      this.attachRequester(rid, device, domain);
    }
    return undefined;
  }

  /** blocked_domain_attach_device() */
  block(device: AmdDevice): void {
    for (const rid of device.requesterIds) {
      this.detachRequester(rid);
      this.writeEntry(rid, BLOCKED_ENTRY);
    }
  }

  /** is_nest_parent_supported() */
  protected hasNesting(): boolean {
    const { efr, efr2 } = this.unit.features;
    const wanted = EFR.GuestTranslation | EFR.GuestIo;
    return (efr & wanted) === wanted && (efr2 & EFR2.Gcr3Mode) !== 0n;
  }

  /** amd_iommu_pasid_supported() */
  protected get hasGuestTables(): boolean {
    return (this.unit.features.efr & EFR.GuestTranslation) !== 0n;
  }

  /** amd_iommu_hd_support() */
  protected get hasHostDirty(): boolean {
    return (this.unit.features.efr & EFR.HostDirty) !== 0n;
  }

  /** attach_device(): ATS is switched on before the entry lets it ask. HW-AMD-22 */
  protected attachRequester(rid: number, device: AmdDevice, domain: AmdDomain): void {
    const pci = device.pci.capabilities.deviceTlb ? device.pci : undefined;
    const gcr3 = this.newGcr3(domain);
    const user: DomainUser = {
      queue: this.queue,
      rid,
      domainId: this.tagFor(domain),
      hasDeviceTlb: pci !== undefined,
      rewrite: () => this.writeEntry(rid, this.entryOf(attachment)),
    };
    const attachment = { domain, user, pci, gcr3 };
    if (pci) enableAts(pci);
    this.writeEntry(rid, this.entryOf(attachment));
    this.attached.set(rid, attachment);
    usersOf(domain).add(user);
  }

  /**
   * detach_device(): ATS goes first; then the entry, and what was cached by means of it, while the domain still knows the
   * requester. HW-AMD-23
   */
  protected detachRequester(rid: number): void {
    const attachment = this.attached.get(rid);
    if (!attachment) return;
    const { domain, user, pci, gcr3 } = attachment;
    if (pci) disableAts(pci);
    this.writeEntry(rid, BLOCKED_ENTRY);
    this.queue.flushDomain(user.domainId);
    this.attached.delete(rid);
    usersOf(domain).delete(user);
    gcr3?.free();
    if (gcr3) this.domainIds.release(user.domainId);
  }

  /** amd_iommu_update_dte(): the word with the valid bit last. */
  protected writeEntry(rid: number, [low, ...others]: DeviceTableWords): void {
    const address = deviceTableEntryAddress(this.deviceTable, rid);
    for (const [index, word] of others.entries())
      this.pages.memory.write64(address + 8n + 8n * BigInt(index), word);
    this.pages.memory.write64(address, low);
    this.queue.flushDeviceEntry(rid);
  }

  /** make_clear_dte(), set_dte_v1(), set_dte_gcr3_table(), set_dte_nested(). HW-AMD-01 17 */
  protected entryOf({ domain, user, gcr3 }: Attachment): DeviceTableWords {
    if (domain.type === 'nested' && domain.isBlocked) return BLOCKED_ENTRY;
    const paging = domain.type === 'nested' ? domain.viommu.parent : domain;
    return encodeDeviceTableEntry({
      domainId: user.domainId,
      mode: paging.mode,
      root: paging.mode === 0 ? 0n : paging.root,
      marks: paging.dirtyTracking?.isEnabled ?? false,
      deviceTlb: user.hasDeviceTlb,
      pageRequests: domain.type === 'nested' && domain.pageRequests,
      guest: domain.type === 'nested' ? domain.guest : gcr3 && ownTables(gcr3),
    });
  }

  /** Of a v2 table each device has a table of PASIDs, and an id of its own. */
  private newGcr3(domain: AmdDomain): Gcr3Table | undefined {
    if (domain.type === 'nested' || domain.format === 'v1') return undefined;
    const gcr3 = new this.parts.amd.Gcr3Table(this.pages);
    gcr3.set(0, domain.root);
    return gcr3;
  }

  private tagFor(domain: AmdDomain): number {
    if (domain.type === 'nested') return domain.hostId;
    return domain.format === 'v1' ? domain.domainId : this.takeDomainId();
  }

  private takeDomainId(): number {
    const id = this.domainIds.take();
    invariant(id !== undefined, 'there are no domain ids left');
    return id;
  }

  private newDomain(format: AmdFormat, dirtyTracking = false): ProtectionDomain {
    const { pages, parts } = this;
    const domainId = this.takeDomainId();
    const onFree = (): void => this.domainIds.release(domainId);
    const options = { pages, parts, format, dirtyTracking, domainId, onFree };
    return new parts.amd.ProtectionDomain(options);
  }

  /** amd_iommufd_get_viommu_size() does not look at the type, and nobody at the user's data. VIOMMU-14 HW-AMD-10 */
  protected viommus(Made: AmdParts['amd']['AmdViommu']): ViommuDriver {
    return {
      offersViommu: () => true,
      initViommu: ({ parent }) => {
        invariant(parent instanceof ProtectionDomain, 'the parent is of another driver');
        return new Made({ iommu: this, parent });
      },
    };
  }

  private newDeviceTable(): bigint {
    const folio = this.pages.allocate(9);
    invariant(folio !== undefined, 'out of memory for the device table');
    return folio.pfn << PAGE_SHIFT;
  }
}

function isOfAmd(domain: AnyDomain): domain is AmdDomain {
  return domain instanceof ProtectionDomain || domain instanceof AmdNestedDomain;
}

function usersOf(domain: AmdDomain): Set<DomainUser> {
  return domain.type === 'nested' ? domain.viommu.nestedUsers : domain.users;
}

/** One level, of which requests without a PASID use the first entry. */
function ownTables({ address: root }: Gcr3Table): GuestTables {
  return { root, glx: 0, pagingMode: 0, withoutPasid: true };
}
