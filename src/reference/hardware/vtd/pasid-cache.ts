import type { Rid } from '#formats/addresses.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';

import type { Found } from './tables.ts';

/** VT-d, 6.2.2 PASID-Cache: present entries by requester and PASID, until they are invalidated. HW-VTD-30 */
export class PasidCache {
  private readonly entries = new Map<
    number,
    { readonly pasid: number; entry: Found<PasidEntry> }
  >();

  lookup(rid: Rid, pasid: number): Found<PasidEntry> | undefined {
    return this.entries.get(tag(rid, pasid))?.entry;
  }

  insert(rid: Rid, pasid: number, entry: Found<PasidEntry>): void {
    this.entries.set(tag(rid, pasid), { pasid, entry });
  }

  invalidateAll(): void {
    this.entries.clear();
  }

  invalidateDomain(domainId: number): void {
    this.drop(({ entry }) => entry.domainId === domainId);
  }

  invalidatePasid(domainId: number, pasid: number): void {
    this.drop((cached) => cached.entry.domainId === domainId && cached.pasid === pasid);
  }

  private drop(isMeant: (cached: { pasid: number; entry: Found<PasidEntry> }) => boolean): void {
    for (const [key, cached] of this.entries) if (isMeant(cached)) this.entries.delete(key);
  }
}

/** 20 bits of PASID below 16 bits of requester id. */
function tag(rid: Rid, pasid: number): number {
  return rid * 0x10_0000 + pasid;
}
