import { GCR3_VALID } from '#formats/amd/guest-page-entry.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Folio, Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';

/** struct gcr3_tbl_info: the roots of the page tables of a device's PASIDs, in one page: those below 512. HW-AMD-03 */
export class Gcr3Table {
  private readonly pages: Pages;
  private readonly folio: Folio;

  constructor(pages: Pages) {
    const folio = pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for a GCR3 table');
    this.pages = pages;
    this.folio = folio;
  }

  get address(): bigint {
    return this.folio.pfn << PAGE_SHIFT;
  }

  /** update_gcr3() */
  set(pasid: number, root: bigint): void {
    this.pages.memory.write64(this.address + BigInt(pasid) * 8n, root | GCR3_VALID);
  }

  free(): void {
    this.pages.put(this.folio);
  }
}
