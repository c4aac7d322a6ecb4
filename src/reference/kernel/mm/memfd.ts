import type { ErrnoName } from '#uapi/errno.ts';

import { invariant, ReferenceBug } from '../../reference-bug.ts';
import { PAGES_PER_HUGE_PAGE } from './pages.ts';
import type { Folio, Pages } from './pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './user-memory.ts';
import type { MemoryFile, Pfn } from './user-memory.ts';

export interface MemfdOptions {
  readonly pages: Pages;
  /** Bytes. */
  readonly size: bigint;
  readonly hugetlb: boolean;
}

/** mm/memfd.c, mm/shmem.c and fs/hugetlbfs: a file of pages; also what is behind shared anonymous memory. */
export class Memfd implements MemoryFile {
  readonly size: bigint;
  readonly hugetlb: boolean;
  private readonly pages: Pages;
  private readonly pagesPerFolio: bigint;
  /** The page cache: number of a page, or of a huge page, in the file. */
  private readonly folios = new Map<bigint, Folio>();
  private users = 1;

  constructor(options: MemfdOptions) {
    this.pages = options.pages;
    this.size = options.size;
    this.hugetlb = options.hugetlb;
    this.pagesPerFolio = options.hugetlb ? PAGES_PER_HUGE_PAGE : 1n;
  }

  /** shmem_fault(), hugetlb_no_page() */
  fault(page: bigint): Pfn | 'SIGBUS' {
    if (page << PAGE_SHIFT >= this.size) return 'SIGBUS';
    const index = page / this.pagesPerFolio;
    const folio = this.folios.get(index) ?? this.fillHole(index);
    return folio ? folio.pfn + (page % this.pagesPerFolio) : 'SIGBUS';
  }

  peek(page: bigint): Pfn | 'zero' | 'SIGBUS' {
    if (page << PAGE_SHIFT >= this.size) return 'SIGBUS';
    const folio = this.folios.get(page / this.pagesPerFolio);
    return folio ? folio.pfn + (page % this.pagesPerFolio) : 'zero';
  }

  /** mm/gup.c: memfd_pin_folios(). IOAS-FILE-08 */
  pinPages(offset: bigint, count: number): readonly Pfn[] | ErrnoName {
    if (offset + BigInt(count) * PAGE_SIZE > this.size) return 'EINVAL';
    const first = offset >> PAGE_SHIFT;
    const pinned = Array.from({ length: count }, (_, index) => this.fault(first + BigInt(index)));
    if (pinned.includes('SIGBUS')) return 'ENOMEM';
    for (const pfn of pinned as Pfn[]) this.pages.pin(pfn);
    return pinned as Pfn[];
  }

  get(): void {
    invariant(this.users > 0, 'a file is referred to after its last put()');
    this.users += 1;
  }

  put(): void {
    invariant(this.users > 0, 'a file is put more often than it was got');
    this.users -= 1;
    if (this.users > 0) return;
    for (const folio of this.folios.values()) this.pages.put(folio);
    this.folios.clear();
  }

  private fillHole(index: bigint): Folio | undefined {
    if (this.users === 0) throw new ReferenceBug('a file is read after its last put()');
    const folio = this.pages.allocate(this.hugetlb ? 9 : 0);
    if (folio) this.folios.set(index, folio);
    return folio;
  }
}
