import {
  BLOCKED_ENTRY,
  DEVICE_TABLE_ENTRY_SIZE,
  deviceTableEntryAddress,
  encodeDeviceTableEntry,
} from '#formats/amd/device-table-entry.ts';
import { EFR, EFR2 } from '#formats/amd/registers.ts';
import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HW_INFO_TYPE_AMD, iommu_hw_info_amd } from '#uapi/iommufd/device.ts';

import type { AmdIommuUnit } from '../../../hardware/amd/amd-iommu-unit.ts';
import { invariant } from '../../../reference-bug.ts';
import { IdPool } from '../../lib/id-pool.ts';
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
import { amdViommus } from './amd-viommu.ts';
import type { CommandQueue } from './command-queue.ts';
import { ProtectionDomain } from './protection-domain.ts';

/** struct iommu_dev_data: all requester ids that a device's requests may carry. */
export interface AmdDevice {
  readonly requesterIds: readonly number[];
}

export interface AmdIommuOptions {
  readonly pages: Pages;
  readonly parts: AmdParts;
  readonly unit: AmdIommuUnit;
}

/** Interrupt messages, and what HyperTransport has for itself. */
const RESERVED: readonly ReservedRegion[] = [
  { ...INTERRUPT_MESSAGES, type: 'msi' },
  { first: 0xfd_0000_0000n, last: 0xff_ffff_ffffn, type: 'reserved' },
];
/** One entry for each requester id there can be. */
const DEVICE_TABLE_SIZE = DEVICE_TABLE_ENTRY_SIZE << 16n;

/** drivers/iommu/amd/iommu.c, for one unit with host page tables. Interrupts are not remapped. DEV-13 */
export class AmdIommu implements IommuOps<AmdDevice> {
  readonly userPasidTable = false;
  readonly viommu = amdViommus;
  private readonly pages: Pages;
  private readonly parts: AmdParts;
  private readonly unit: AmdIommuUnit;
  protected readonly queue: CommandQueue;
  private readonly deviceTable: bigint;
  /** By requester id. */
  protected readonly attached = new Map<number, ProtectionDomain>();
  private readonly domainIds = new IdPool(1);

  constructor({ pages, parts, unit }: AmdIommuOptions) {
    this.pages = pages;
    this.parts = parts;
    this.unit = unit;
    this.queue = new parts.amd.CommandQueue(pages, unit.commandBuffer);
    this.deviceTable = this.newDeviceTable();
    unit.setDeviceTable(this.deviceTable, DEVICE_TABLE_SIZE / PAGE_SIZE - 1n);
    unit.enable();
  }

  /** amd_iommu_capable(): without HDSup, and for devices without ATS and PASIDs. */
  capabilities(): DeviceCapabilities {
    return {
      cacheCoherent: true,
      enforcesCoherency: true,
      msiIsolated: false,
      dirtyTracking: false,
      ats: false,
      pasidWidth: 0,
    };
  }

  /** amd_iommufd_hw_info(). HWINFO-18 */
  hardwareInfo(): HardwareInfo {
    const data = iommu_hw_info_amd.pack(this.unit.features);
    return { type: IOMMU_HW_INFO_TYPE_AMD, data };
  }

  /**
   * amd_iommu_domain_alloc_paging_flags(): PASIDs need v2 page tables, which go with no other flag, and which this unit
   * lacks. HWPT-08 15 39 PASID-17
   */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    if (dirtyTracking || pasid || data) return 'EOPNOTSUPP';
    return nestParent && !this.hasNesting() ? 'EOPNOTSUPP' : this.newDomain();
  }

  reservedRegions(): readonly ReservedRegion[] {
    return RESERVED;
  }

  /** No device makes page requests, so none has to be answered. */
  respond(): void {}

  /** amd_iommu_attach_device() */
  attach(device: AmdDevice, domain: AnyDomain): ErrnoName | undefined {
    if (!(domain instanceof ProtectionDomain)) return 'EINVAL';
    for (const rid of device.requesterIds) {
      if (this.attached.get(rid) === domain) continue;
      this.detachRequester(rid);
      this.writeEntry(rid, encodeDeviceTableEntry(domain));
      this.attached.set(rid, domain);
      domain.requesters.add(rid);
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

  /** detach_device(): the entry, then what was cached by means of it, while the domain still knows the requester. */
  protected detachRequester(rid: number): void {
    const domain = this.attached.get(rid);
    if (!domain) return;
    this.writeEntry(rid, BLOCKED_ENTRY);
    this.queue.flushDomain(domain.domainId);
    this.attached.delete(rid);
    domain.requesters.delete(rid);
  }

  /** amd_iommu_update_dte(): the word with the valid bit last. */
  protected writeEntry(rid: number, [low, high]: readonly [bigint, bigint]): void {
    const address = deviceTableEntryAddress(this.deviceTable, rid);
    this.pages.memory.write64(address + 8n, high);
    this.pages.memory.write64(address, low);
    this.queue.flushDeviceEntry(rid);
  }

  private newDomain(): ProtectionDomain {
    const { pages, queue, parts } = this;
    const domainId = this.domainIds.take();
    const onFree = (): void => this.domainIds.release(domainId);
    return new parts.amd.ProtectionDomain({ pages, queue, domainId, onFree });
  }

  private newDeviceTable(): bigint {
    const folio = this.pages.allocate(9);
    invariant(folio !== undefined, 'out of memory for the device table');
    return folio.pfn << PAGE_SHIFT;
  }
}
