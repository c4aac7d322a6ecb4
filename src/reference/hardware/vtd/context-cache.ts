import type { Rid } from '#formats/addresses.ts';
import type { ContextEntry } from '#formats/vtd/context-entry.ts';
import type { ScalableContextEntry } from '#formats/vtd/scalable-context-entry.ts';

import type { Refusal } from './faults.ts';
import type { Found } from './tables.ts';

/** Of either mode: a unit is in one of them. In caching mode also that there is none. */
export type AnyContextEntry = Found<ContextEntry> | Found<ScalableContextEntry> | Refusal;

/** Context entries of scalable mode are of no domain, and neither are those that are none: invalidations name them by 0. */
const NO_DOMAIN = 0;

/** VT-d, 6.2.1 Context-Cache: entries by requester, until they are invalidated. HW-VTD-30 31 */
export class ContextCache {
  private readonly entries = new Map<Rid, AnyContextEntry>();

  lookup(rid: Rid): AnyContextEntry | undefined {
    return this.entries.get(rid);
  }

  insert(rid: Rid, entry: AnyContextEntry): void {
    this.entries.set(rid, entry);
  }

  invalidateAll(): void {
    this.entries.clear();
  }

  invalidateDomain(domainId: number): void {
    for (const [rid, entry] of this.entries) {
      if (domainOf(entry) === domainId) this.entries.delete(rid);
    }
  }

  /** `ignored` has the bits of the function number that need not be equal (FM). */
  invalidateDevice(rid: Rid, ignored: number): void {
    for (const cached of this.entries.keys()) {
      if ((cached & ~ignored) === (rid & ~ignored)) this.entries.delete(cached);
    }
  }
}

function domainOf(entry: AnyContextEntry): number {
  return 'domainId' in entry ? entry.domainId : NO_DOMAIN;
}
