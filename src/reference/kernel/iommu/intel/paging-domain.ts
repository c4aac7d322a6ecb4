import {
  FIRST_STAGE_PRESENT,
  FIRST_STAGE_USER,
  FIRST_STAGE_WRITE,
  SECOND_STAGE_READ,
  SECOND_STAGE_SNOOP,
  SECOND_STAGE_WRITE,
} from '#formats/vtd/paging-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { invariant } from '../../../reference-bug.ts';
import type { IntelParts } from './parts.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuProtection } from '../domain.ts';
import { TableDomain } from '../table-domain.ts';
import type { CacheTags } from './cache-tags.ts';
import type { SecondStageDirty } from './dirty-tracking.ts';
import type { IntelNestedDomain } from './nested-domain.ts';
import type { UnitFeatures } from './unit-features.ts';

export interface PagingDomainOptions {
  readonly pages: Pages;
  readonly parts: IntelParts;
  readonly stage: 'first' | 'second';
  readonly levels: 3 | 4;
  /** Page tables of guests can be put on top of it: second stage only. */
  readonly nestParent?: boolean | undefined;
  /** Second stage only. */
  readonly dirtyTracking?: boolean | undefined;
  /** iotlb_sync_map: a unit that it is for remembers what is not present. */
  readonly syncsMaps?: boolean | undefined;
}

/** One PASID entry that leads to a domain. */
export interface DomainUser {
  setDirtyTracking(isEnabled: boolean): void;
}

/** struct dmar_domain with a table of either stage. */
export class PagingDomain extends TableDomain {
  override readonly geometry: { readonly first: bigint; readonly last: bigint };
  readonly stage: 'first' | 'second';
  readonly levels: 3 | 4;
  readonly nestParent: boolean;
  readonly syncsMaps: boolean;
  readonly dirtyTracking: SecondStageDirty | undefined;
  readonly tags: CacheTags;
  /** dmar_domain.devices and dev_pasids: entries of scalable mode. */
  readonly users = new Set<DomainUser>();
  /** s1_domains: page tables of guests on top of this one. */
  readonly nested = new Set<IntelNestedDomain>();
  private isSnooping = false;

  constructor({ pages, parts, stage, levels, ...options }: PagingDomainOptions) {
    const { FirstStageBuilder, SecondStageBuilder } = parts.intel;
    const isFirst = stage === 'first';
    super(pages, isFirst ? new FirstStageBuilder(pages) : new SecondStageBuilder(pages, levels));
    this.stage = stage;
    this.levels = levels;
    this.nestParent = options.nestParent ?? false;
    this.syncsMaps = options.syncsMaps ?? false;
    this.geometry = { first: 0n, last: (1n << BigInt(this.addressBits)) - 1n };
    this.tags = new parts.intel.CacheTags();
    const { memory } = pages;
    const { table, tags } = this;
    const toggle = (isEnabled: boolean): void => this.toggleDirty(isEnabled);
    this.dirtyTracking = options.dirtyTracking
      ? new parts.intel.SecondStageDirty({
          memory,
          table,
          toggle,
          flush: (iova, length) => tags.flushRange(iova, length, true),
        })
      : undefined;
  }

  /** All accesses snoop the caches, whatever the device says. */
  get forcesSnoop(): boolean {
    return this.isSnooping;
  }

  /** Of a first stage the upper half is at the top of the address space, where the kernel maps nothing. */
  get addressBits(): number {
    const bits = 12 + 9 * this.levels;
    return this.stage === 'first' ? bits - 1 : bits;
  }

  /** intel_iommu_enforce_cache_coherency_*(): asked for before anything is mapped. DEV-26 */
  enforceCacheCoherency(): boolean {
    this.isSnooping = true;
    return true;
  }

  /** paging_domain_compatible(). DEV-24 26 */
  fits(unit: UnitFeatures): boolean {
    if (this.stage === 'first') return unit.firstStage;
    if (this.dirtyTracking && !unit.dirtyBits) return false;
    if (this.nestParent && !unit.nesting) return false;
    if (this.forcesSnoop && !unit.snoopControl) return false;
    if (unit.cachingMode && !this.syncsMaps) return false;
    return unit.addressBits >= this.addressBits && unit.takesLevels(this.levels);
  }

  /** intel_iommu_map_pages(), intel_iommu_iotlb_sync_map(): erratum 772415 allows a nesting parent no entry that can only be read. IOAS-MAP-45 HW-FLG-02 */
  override map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize?: bigint,
  ): ErrnoName | undefined {
    if (this.nestParent && !protection.write) return 'EINVAL';
    const error = super.map(iova, physical, length, protection, maxPageSize);
    if (!error && this.syncsMaps) this.tags.flushNew(iova, length);
    return error;
  }

  override free(): void {
    invariant(this.tags.isEmpty, 'a domain is freed while it is attached');
    invariant(this.nested.size === 0, 'a domain is freed before the nested ones on it');
    super.free();
  }

  /** A first stage has no right to read that could be left away. */
  protected override rightsOf({ read, write }: IommuProtection): bigint {
    if (this.stage === 'first') {
      return FIRST_STAGE_PRESENT | FIRST_STAGE_USER | (write ? FIRST_STAGE_WRITE : 0n);
    }
    const rights = (read ? SECOND_STAGE_READ : 0n) | (write ? SECOND_STAGE_WRITE : 0n);
    return this.forcesSnoop ? rights | SECOND_STAGE_SNOOP : rights;
  }

  protected override flush(iova: bigint, length: bigint, leavesOnly: boolean): void {
    this.tags.flushRange(iova, length, leavesOnly);
  }

  /** parent_domain_set_dirty_tracking(): also for the guests' page tables on top. HW-VTD-82 */
  protected toggleDirty(isEnabled: boolean): void {
    for (const domain of [this, ...this.nested]) {
      for (const user of domain.users) user.setDirtyTracking(isEnabled);
    }
  }
}
