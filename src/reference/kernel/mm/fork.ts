import { invariant } from '../../reference-bug.ts';
import type { MappedEntry, PageTable } from './page-table.ts';
import type { Folio, Pages } from './pages.ts';

/**
 * mm/memory.c: copy_page_range(). Both processes go on with the same frames and copy when they write; a page that is
 * pinned stays with the parent, whose device has it, and the child gets a copy at once.
 */
export function forkPageTable(pages: Pages, parent: PageTable, child: PageTable): void {
  for (const entry of parent.all()) {
    const folio = pages.folioOf(entry.pfn);
    if (folio.pins > 0 && entry.exclusive) copyNow(pages, entry, child);
    else share(pages, folio, entry, [parent, child]);
  }
}

/** copy_present_page() */
function copyNow(pages: Pages, entry: MappedEntry, child: PageTable): void {
  const copy = pages.allocate(entry.pages === 1n ? 0 : 9);
  invariant(copy !== undefined, 'out of memory in fork()');
  pages.copy(entry.pfn, copy.pfn, copy.order);
  child.set(entry.page, { pfn: copy.pfn, pages: entry.pages, exclusive: true });
}

function share(pages: Pages, folio: Folio, entry: MappedEntry, tables: readonly PageTable[]): void {
  pages.get(folio);
  for (const table of tables) {
    table.set(entry.page, { pfn: entry.pfn, pages: entry.pages, exclusive: false });
  }
}
