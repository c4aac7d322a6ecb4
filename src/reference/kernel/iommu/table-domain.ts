import type { ErrnoName } from '#uapi/errno.ts';

import { invariant } from '../../reference-bug.ts';
import type { Pages } from '../mm/pages.ts';
import type { IommuDomain, IommuProtection } from './domain.ts';
import type { PageRequestHandler } from './io-pgfault.ts';
import type { PageTableBuilder } from './page-table-builder.ts';

const [SIZE_4K, SIZE_2M, SIZE_1G] = [1n << 12n, 1n << 21n, 1n << 30n];

/** A paging domain that is a page table in memory; pages of 4 KiB, 2 MiB and 1 GiB. */
export abstract class TableDomain implements IommuDomain {
  readonly type = 'paging';
  abstract readonly geometry: IommuDomain['geometry'];
  readonly pageSizes = SIZE_4K | SIZE_2M | SIZE_1G;
  pageRequestHandler?: PageRequestHandler;
  protected readonly pages: Pages;
  protected readonly table: PageTableBuilder;

  constructor(pages: Pages, table: PageTableBuilder) {
    this.pages = pages;
    this.table = table;
  }

  get root(): bigint {
    return this.table.root;
  }

  /** Entries that were not present are in no cache. No table has an entry without rights. IOAS-MAP-38 48 49, OPT-19, VFIO-20 */
  map(
    iova: bigint,
    physical: bigint,
    length: bigint,
    protection: IommuProtection,
    maxPageSize = SIZE_1G,
  ): ErrnoName | undefined {
    this.checkRange(iova, length);
    if (!protection.read && !protection.write) return 'EINVAL';
    const rights = this.rightsOf(protection);
    const error = this.table.map({ iova, physical, length, rights, maxPageSize });
    if (error) this.unmap(iova, length);
    return error;
  }

  /** iommu_unmap(), iommu_iotlb_sync(): tables are given back after no cache can lead to them. */
  unmap(iova: bigint, length: bigint): void {
    this.checkRange(iova, length);
    const unused = this.table.unmap(iova, length);
    this.flush(iova, length, unused.length === 0);
    for (const folio of unused) this.pages.put(folio);
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    return this.table.lookup(iova);
  }

  free(): void {
    this.table.free();
  }

  /** Right bits of the leaves. */
  protected abstract rightsOf(protection: IommuProtection): bigint;

  /** The IOMMU forgets what it knows of a range; where no table went, what leads to tables may stay. HW-PSC-05 */
  protected abstract flush(iova: bigint, length: bigint, leavesOnly: boolean): void;

  private checkRange(iova: bigint, length: bigint): void {
    invariant(
      iova % SIZE_4K === 0n && length % SIZE_4K === 0n && length > 0n,
      `range ${iova} +${length} is not made of pages`,
    );
    invariant(iova + length - 1n <= this.geometry.last, `range ${iova} +${length} is too high`);
  }
}
