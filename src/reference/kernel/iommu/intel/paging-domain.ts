import type { ErrnoName } from '#uapi/errno.ts';

import {
  FIRST_STAGE_PRESENT,
  FIRST_STAGE_USER,
  FIRST_STAGE_WRITE,
} from '../../../hardware/vtd/first-stage.ts';
import {
  SECOND_STAGE_READ,
  SECOND_STAGE_SNOOP,
  SECOND_STAGE_WRITE,
} from '../../../hardware/vtd/second-stage.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Parts } from '../../parts.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuDomain, IommuProtection } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import type { CacheTags } from './cache-tags.ts';
import type { SecondStageDirty } from './dirty-tracking.ts';
import type { IntelNestedDomain } from './nested-domain.ts';
import type { RadixTableBuilder, TableFormat } from './radix-table-builder.ts';
import type { UnitFeatures } from './unit-features.ts';

const [SIZE_4K, SIZE_2M, SIZE_1G] = [1n << 12n, 1n << 21n, 1n << 30n];

export interface PagingDomainOptions {
  readonly pages: Pages;
  readonly parts: Parts;
  /** Without it the second stage of legacy mode. */
  readonly stage: 'first' | 'second';
  readonly levels: 3 | 4;
  /** Page tables of guests can be put on top of it: second stage only. */
  readonly nestParent?: boolean | undefined;
  /** Second stage only. */
  readonly dirtyTracking?: boolean | undefined;
}

/** One PASID entry that leads to a domain. */
export interface DomainUser {
  setDirtyTracking(isEnabled: boolean): void;
}

/** struct dmar_domain with a table of either stage: pages of 4 KiB, 2 MiB and 1 GiB. */
export class PagingDomain implements IommuDomain {
  readonly type = 'paging';
  readonly geometry: { readonly first: bigint; readonly last: bigint };
  readonly pageSizes = SIZE_4K | SIZE_2M | SIZE_1G;
  readonly stage: 'first' | 'second';
  readonly levels: 3 | 4;
  readonly nestParent: boolean;
  readonly dirtyTracking: SecondStageDirty | undefined;
  readonly tags: CacheTags;
  /** dmar_domain.devices and dev_pasids: entries of scalable mode. */
  readonly users = new Set<DomainUser>();
  /** s1_domains: page tables of guests on top of this one. */
  readonly nested = new Set<IntelNestedDomain>();
  pageRequestHandler?: PageRequestHandler;
  protected readonly pages: Pages;
  protected readonly table: RadixTableBuilder;
  private isSnooping = false;

  constructor({ pages, parts, ...options }: PagingDomainOptions) {
    this.pages = pages;
    this.stage = options.stage;
    this.levels = options.levels;
    this.nestParent = options.nestParent ?? false;
    this.geometry = { first: 0n, last: (1n << BigInt(this.addressBits)) - 1n };
    this.tags = new parts.CacheTags();
    this.table = new parts.RadixTableBuilder(pages, formatOf(options));
    const { memory } = pages;
    const { table, tags } = this;
    const toggle = (isEnabled: boolean): void => this.toggleDirty(isEnabled);
    this.dirtyTracking = options.dirtyTracking
      ? new parts.SecondStageDirty({ memory, table, tags, toggle })
      : undefined;
  }

  get root(): bigint {
    return this.table.root;
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
    return unit.addressBits >= this.addressBits && unit.takesLevels(this.levels);
  }

  /** intel_iommu_map_pages(): entries that were not present are in no cache. IOAS-MAP-38 45 48 49, OPT-19 */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize = SIZE_1G,
  ): ErrnoName | undefined {
    this.checkRange(iova, length);
    if (this.nestParent && !protection.write) return 'EINVAL';
    const rights = this.bitsOf(protection);
    const error = this.table.map({ iova, physical, length, rights, maxPageSize });
    if (error) this.unmap(iova, length);
    return error;
  }

  /** intel_iommu_unmap(), iommu_iotlb_sync(): tables are given back after no cache can lead to them. */
  unmap(iova: bigint, length: bigint): void {
    this.checkRange(iova, length);
    const unused = this.table.unmap(iova, length);
    this.tags.flushRange(iova, length);
    for (const folio of unused) this.pages.put(folio);
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    return this.table.lookup(iova);
  }

  free(): void {
    invariant(this.tags.isEmpty, 'a domain is freed while it is attached');
    invariant(this.nested.size === 0, 'a domain is freed before the nested ones on it');
    this.table.free();
  }

  /** parent_domain_set_dirty_tracking(): also for the guests' page tables on top. */
  protected toggleDirty(isEnabled: boolean): void {
    for (const domain of [this, ...this.nested]) {
      for (const user of domain.users) user.setDirtyTracking(isEnabled);
    }
  }

  /** A first stage has no right to read that could be left away. */
  protected bitsOf({ read, write }: IommuProtection): bigint {
    invariant(read || write, 'a mapping has no right at all');
    if (this.stage === 'first') return FIRST_STAGE_TABLE & ~(write ? 0n : FIRST_STAGE_WRITE);
    const rights = (read ? SECOND_STAGE_READ : 0n) | (write ? SECOND_STAGE_WRITE : 0n);
    return this.forcesSnoop ? rights | SECOND_STAGE_SNOOP : rights;
  }

  private checkRange(iova: bigint, length: bigint): void {
    const aligned = iova % SIZE_4K === 0n && length % SIZE_4K === 0n && length > 0n;
    invariant(aligned, `range ${iova} +${length} is not made of pages`);
    invariant(iova + length - 1n <= this.geometry.last, `range ${iova} +${length} is too high`);
  }
}

const FIRST_STAGE_TABLE = FIRST_STAGE_PRESENT | FIRST_STAGE_WRITE | FIRST_STAGE_USER;
const SECOND_STAGE_TABLE = SECOND_STAGE_READ | SECOND_STAGE_WRITE;

function formatOf({ stage, levels }: Pick<PagingDomainOptions, 'stage' | 'levels'>): TableFormat {
  return stage === 'first'
    ? { levels, presentBits: FIRST_STAGE_PRESENT, tableBits: FIRST_STAGE_TABLE }
    : { levels, presentBits: SECOND_STAGE_TABLE, tableBits: SECOND_STAGE_TABLE };
}
