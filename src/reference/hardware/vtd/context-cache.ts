import type { Rid } from '#formats/addresses.ts';

import type { ContextEntry } from './context-table.ts';
import type { ScalableContextEntry } from './scalable-context.ts';

/** Of either mode: a unit is in one of them. */
export type AnyContextEntry = ContextEntry | ScalableContextEntry;

/** VT-d, 6.2.1 Context-Cache: present entries by requester, until they are invalidated. HW-VTD-30 */
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
      if (entry.domainId === domainId) this.entries.delete(rid);
    }
  }

  /** `ignored` has the bits of the function number that need not be equal (FM). */
  invalidateDevice(rid: Rid, ignored: number): void {
    for (const cached of this.entries.keys()) {
      if ((cached & ~ignored) === (rid & ~ignored)) this.entries.delete(cached);
    }
  }
}
