import { invariant } from '../../reference-bug.ts';
import { forkPageTable } from './fork.ts';
import type { MappedEntry, PageTable } from './page-table.ts';
import { PAGES_PER_HUGE_PAGE } from './pages.ts';
import type { Folio, Pages } from './pages.ts';
import { PAGE_SHIFT } from './user-memory.ts';
import type { Pfn } from './user-memory.ts';
import type { Vma } from './vma.ts';

/** mm/memory.c: how a page of a VMA comes into being. Permissions are the caller's business. */
export class PageFaults {
  protected readonly pages: Pages;
  protected readonly table: PageTable;

  constructor(pages: Pages, table: PageTable) {
    this.pages = pages;
    this.table = table;
  }

  /** What a read finds, `zero` where nothing was written so far. Changes nothing. */
  peek(vma: Vma, page: bigint): Pfn | 'zero' | 'SIGBUS' {
    const entry = vma.shared ? undefined : this.table.lookup(page);
    if (entry) return frameOf(entry, page);
    return vma.file ? vma.file.peek(filePage(vma, page)) : 'zero';
  }

  /**
   * handle_mm_fault(FAULT_FLAG_WRITE or FAULT_FLAG_UNSHARE): the page of a shared mapping, or a page that this process
   * alone has. A private page of a file is copied also when it is only pinned for reading. IOAS-MAP-33 47
   */
  own(vma: Vma, page: bigint): Pfn | 'SIGBUS' {
    if (vma.shared) return vma.file?.fault(filePage(vma, page)) ?? 'SIGBUS';
    const entry = this.table.lookup(page);
    if (entry?.exclusive) return frameOf(entry, page);
    if (entry) return this.breakCopyOnWrite(entry, vma, page);
    return vma.file ? this.copyFromFile(vma, page) : this.fillAnonymous(vma, page);
  }

  /** copy_page_range(): gives a child its pages. */
  fork(child: PageTable): void {
    forkPageTable(this.pages, this.table, child);
  }

  /** do_wp_page(): the last process that has a folio takes it over, another one copies. */
  protected breakCopyOnWrite(entry: MappedEntry, vma: Vma, page: bigint): Pfn | 'SIGBUS' {
    const folio = this.pages.folioOf(entry.pfn);
    if (folio.references === 1) {
      this.table.set(entry.page, { pfn: entry.pfn, pages: entry.pages, exclusive: true });
      return frameOf(entry, page);
    }
    if (entry.pages > 1n && !vma.hugetlb) {
      this.split(entry);
      return this.own(vma, page);
    }
    return this.copyFolio(entry.pfn, vma, page, folio);
  }

  private copyFolio(from: Pfn, vma: Vma, page: bigint, shared: Folio): Pfn | 'SIGBUS' {
    const copy = this.allocate(vma, page);
    if (!copy) return 'SIGBUS';
    this.pages.copy(from, copy.pfn, copy.order);
    this.pages.put(shared);
    return copy.pfn + (page % pagesOf(vma));
  }

  /** do_cow_fault() */
  protected copyFromFile(vma: Vma, page: bigint): Pfn | 'SIGBUS' {
    const first = page - (page % pagesOf(vma));
    const source = vma.file?.peek(filePage(vma, first)) ?? 'SIGBUS';
    const copy = source === 'SIGBUS' ? undefined : this.allocate(vma, page);
    if (!copy) return 'SIGBUS';
    if (source !== 'zero') this.pages.copy(source as Pfn, copy.pfn, copy.order);
    return copy.pfn + (page - first);
  }

  /** do_anonymous_page(), do_huge_pmd_anonymous_page(): a huge page where one fits and nothing is yet. IOAS-MAP-38 */
  private fillAnonymous(vma: Vma, page: bigint): Pfn | 'SIGBUS' {
    const first = page - (page % PAGES_PER_HUGE_PAGE);
    const huge = !vma.hugetlb && this.hugePageFits(vma, first) ? this.pages.allocate(9) : undefined;
    if (huge) {
      this.table.set(first, { pfn: huge.pfn, pages: PAGES_PER_HUGE_PAGE, exclusive: true });
      return huge.pfn + (page - first);
    }
    const folio = this.allocate(vma, page);
    return folio ? folio.pfn + (page % pagesOf(vma)) : 'SIGBUS';
  }

  private hugePageFits(vma: Vma, first: bigint): boolean {
    const end = first + PAGES_PER_HUGE_PAGE;
    const inside = vma.start <= first << PAGE_SHIFT && end << PAGE_SHIFT <= vma.end;
    return inside && this.table.isEmpty(first, end);
  }

  /** A folio of the VMA's page size, in the page table. */
  private allocate(vma: Vma, page: bigint): Folio | undefined {
    const folio = this.pages.allocate(vma.hugetlb ? 9 : 0);
    const pages = pagesOf(vma);
    if (folio) this.table.set(page - (page % pages), { pfn: folio.pfn, pages, exclusive: true });
    return folio;
  }

  /** __split_huge_pmd(): each of the 512 entries has a reference. */
  split(entry: MappedEntry): void {
    invariant(entry.pages === PAGES_PER_HUGE_PAGE, 'only an entry of a huge page can be split');
    this.pages.get(this.pages.folioOf(entry.pfn), Number(PAGES_PER_HUGE_PAGE) - 1);
    this.table.split(entry);
  }
}

function pagesOf(vma: Vma): bigint {
  return vma.hugetlb ? PAGES_PER_HUGE_PAGE : 1n;
}

function frameOf(entry: MappedEntry, page: bigint): Pfn {
  return entry.pfn + (page - entry.page);
}

function filePage(vma: Vma, page: bigint): bigint {
  return ((page << PAGE_SHIFT) - vma.start + vma.offset) >> PAGE_SHIFT;
}
