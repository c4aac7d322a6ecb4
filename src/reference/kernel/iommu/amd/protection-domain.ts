import type { PageRange } from '#formats/amd/commands.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuProtection } from '../domain.ts';
import { PageTableBuilder } from '../page-table-builder.ts';
import { TableDomain } from '../table-domain.ts';
import type { AmdViommu } from './amd-viommu.ts';
import type { CommandQueue } from './command-queue.ts';
import type { HostDirty } from './dirty-tracking.ts';
import type { AmdParts } from './parts.ts';
import { amdTables } from './table-formats.ts';
import type { AmdFormat } from './table-formats.ts';

/** A requester id whose device table entry leads to a domain. */
export interface DomainUser {
  /** Of the unit that it is behind. */
  readonly queue: CommandQueue;
  readonly rid: number;
  /** What its translations are tagged with: of a v2 table, each device has an id of its own. */
  readonly domainId: number;
  /** ATS is on. */
  readonly hasDeviceTlb: boolean;
  /** The entry is written once more, with other marks. */
  rewrite(): void;
}

export interface ProtectionDomainOptions {
  readonly pages: Pages;
  readonly parts: AmdParts;
  readonly format: AmdFormat;
  readonly dirtyTracking: boolean;
  readonly domainId: number;
  readonly onFree: () => void;
}

/** drivers/iommu/amd: struct protection_domain, on as many units as its devices are behind. */
export class ProtectionDomain extends TableDomain {
  override readonly geometry: { readonly first: bigint; readonly last: bigint };
  readonly format: AmdFormat;
  readonly domainId: number;
  /** Levels, as device table entries have them. */
  readonly mode: number;
  /** dev_list */
  readonly users = new Set<DomainUser>();
  /** viommu_list: what guests have on top of it. */
  readonly viommus = new Set<AmdViommu>();
  readonly dirtyTracking: HostDirty | undefined;
  private readonly onFree: () => void;

  constructor({ pages, parts, format, domainId, onFree, ...options }: ProtectionDomainOptions) {
    super(pages, new PageTableBuilder(pages, amdTables[format].format));
    this.format = format;
    this.geometry = { first: 0n, last: (1n << amdTables[format].addressBits) - 1n };
    this.mode = format === 'v1' ? amdTables.v1.format.levels : 0;
    this.domainId = domainId;
    this.onFree = onFree;
    this.dirtyTracking = options.dirtyTracking
      ? new parts.amd.HostDirty({
          memory: pages.memory,
          table: this.table,
          toggle: () => this.toggleDirty(),
          flush: (iova, length) => this.flush(iova, length),
        })
      : undefined;
  }

  /** amd_iommu_enforce_cache_coherency(): each entry has the bit for it anyway. DEV-26 */
  enforceCacheCoherency(): boolean {
    return true;
  }

  override free(): void {
    invariant(this.users.size === 0, `domain ${this.domainId} is freed while attached`);
    invariant(this.viommus.size === 0, `domain ${this.domainId} is freed below a guest`);
    super.free();
    this.onFree();
  }

  protected override rightsOf(protection: IommuProtection): bigint {
    return amdTables[this.format].rightsOf(protection);
  }

  protected override flush(iova: bigint, length: bigint): void {
    this.flushRange({ iova, length });
  }

  /**
   * __domain_flush_pages(): first what the units keep, under each name that it may have there, then what devices keep;
   * everything where no range is given. HW-AMD-13 19 21 22
   */
  flushRange(range?: PageRange): void {
    this.flushUnits(range);
    for (const viommu of this.viommus) viommu.flushParent(range);
    for (const { queue, rid, hasDeviceTlb } of this.users)
      if (hasDeviceTlb) queue.flushDevicePages(rid, range);
    for (const queue of this.queues) queue.complete();
  }

  /** domain_flush_pages_v1(): once for each unit. domain_flush_pages_v2(): once for each device. */
  protected flushUnits(range: PageRange | undefined): void {
    const options = { directories: range === undefined };
    if (this.format === 'v1') {
      const own = new Set([...this.users].map(({ queue }) => queue));
      for (const queue of own) queue.flushPages(this.domainId, range, options);
      return;
    }
    for (const { queue, domainId } of this.users)
      queue.flushPages(domainId, range, { ...options, pasid: 0 });
  }

  private get queues(): ReadonlySet<CommandQueue> {
    return new Set([...this.users, ...this.viommus].map(({ queue }) => queue));
  }

  /** The entries of all devices at the domain, those of guests included. */
  protected toggleDirty(): void {
    for (const user of this.users) user.rewrite();
    for (const { nestedUsers } of this.viommus) for (const user of nestedUsers) user.rewrite();
    this.flushRange();
  }
}
