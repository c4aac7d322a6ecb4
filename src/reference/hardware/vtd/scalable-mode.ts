import type { Hpa, Rid } from '#formats/addresses.ts';
import { PAGE_MASK, PAGE_SIZE } from '#formats/page.ts';
import { FaultReason } from '#formats/vtd/fault-reason.ts';
import { PasidTranslation } from '#formats/vtd/pasid-entry.ts';
import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import type { ScalableContextEntry } from '#formats/vtd/scalable-context-entry.ts';

import type { DmaRequest, MemoryBus } from '../bus.ts';
import type { Iotlb } from '../iotlb.ts';
import { combine } from '../translation.ts';
import type { Leaf } from '../translation.ts';
import type { ContextCache } from './context-cache.ts';
import type { Refusal } from './faults.ts';
import { walkFirstStage } from './first-stage.ts';
import type { FirstStageTable } from './first-stage.ts';
import type { PagingStructureCache } from './paging-structure-cache.ts';
import type { PasidCache } from './pasid-cache.ts';
import type { PasidIotlb } from './pasid-iotlb.ts';
import { walkSecondStage } from './second-stage.ts';
import type { SecondStageTable } from './second-stage.ts';
import { readScalableContext, readPasidEntry } from './tables.ts';
import type { Found } from './tables.ts';

export interface ScalableModeOptions {
  readonly memory: MemoryBus;
  readonly contextCache: ContextCache;
  readonly pasidCache: PasidCache;
  /** Of second stages alone. */
  readonly iotlb: Iotlb;
  readonly pasidIotlb: PasidIotlb;
  readonly tables: PagingStructureCache;
  /** ECAP.SC */
  readonly snoopControl: boolean;
}

export interface Translated {
  readonly leaf: Leaf;
  /** The reason where the leaf lacks the right: of a second stage alone it is another one. HW-VTD-52 */
  readonly withoutRight: { readonly read: FaultReason; readonly write: FaultReason };
  /** FPD: also that a right is missing is not recorded. */
  readonly silent: boolean;
}

/** A request, with the PASID that it is translated as. */
interface Access {
  readonly iova: bigint;
  readonly write: boolean;
  readonly pasid: number;
}

/** VT-d, 3.4.3 Scalable Mode Translation: root, context and PASID tables, then one stage or two. */
export class ScalableMode {
  protected readonly options: ScalableModeOptions;
  private readonly memory: MemoryBus;

  constructor(options: ScalableModeOptions) {
    this.options = options;
    this.memory = options.memory;
  }

  /** What the page of a request translates to; the rights are for the caller to look at. HW-VTD-83 */
  translate(request: DmaRequest, rootTable: Hpa): Translated | Refusal {
    const context = this.contextOf(request.rid, rootTable);
    if ('reason' in context) return context;
    const { silent } = context;
    if (request.pasid !== undefined && !context.pasids) {
      return { reason: FaultReason.PasidsDisabled, silent };
    }
    const pasid = request.pasid ?? context.ridPasid;
    const entry = this.entryOf(request.rid, pasid, context);
    if ('reason' in entry) return entry;
    const leaf = this.translateBy(entry, { iova: request.iova, write: request.write, pasid });
    return typeof leaf === 'number'
      ? { reason: leaf, silent: entry.silent }
      : { leaf, withoutRight: withoutRight(entry), silent: entry.silent };
  }

  contextOf(rid: Rid, rootTable: Hpa): Found<ScalableContextEntry> | Refusal {
    const { contextCache } = this.options;
    const cached = contextCache.lookup(rid);
    if (cached && 'directory' in cached) return cached;
    const context = readScalableContext(this.memory, rootTable, rid);
    if (!('reason' in context)) contextCache.insert(rid, context);
    return context;
  }

  /** VT-d, 7.4: what a device asks for is looked up anew when it asks again. HW-PRQ-14 */
  forgetPage(
    { rid, pasid: asked, iova }: Pick<DmaRequest, 'rid' | 'pasid' | 'iova'>,
    rootTable: Hpa,
  ): void {
    const context = this.contextOf(rid, rootTable);
    if ('reason' in context) return;
    const pasid = asked ?? context.ridPasid;
    const entry = this.entryOf(rid, pasid, context);
    if ('reason' in entry) return;
    const page = { first: iova & PAGE_MASK, length: PAGE_SIZE };
    this.options.pasidIotlb.invalidatePages(entry.domainId, pasid, page);
  }

  protected entryOf(
    rid: Rid,
    pasid: number,
    context: Found<ScalableContextEntry>,
  ): Found<PasidEntry> | Refusal {
    const { pasidCache } = this.options;
    const cached = pasidCache.lookup(rid, pasid);
    if (cached) return cached;
    const entry = readPasidEntry(this.memory, context, pasid);
    if (!('reason' in entry)) pasidCache.insert(rid, pasid, entry);
    return entry;
  }

  private translateBy(entry: PasidEntry, access: Access): Leaf | FaultReason {
    switch (entry.translation) {
      case PasidTranslation.PassThrough:
        return passThrough(access.iova);
      case PasidTranslation.SecondStage:
        return this.throughSecondStage(entry, access);
      default:
        return this.throughFirstStage(entry, access);
    }
  }

  private throughSecondStage(entry: PasidEntry, access: Access): Leaf | FaultReason {
    const { iotlb } = this.options;
    const cached = iotlb.lookup(entry.domainId, access.iova);
    if (cached && serves(cached, access)) return cached;
    const leaf = this.walkSecond(entry, access);
    if (typeof leaf === 'number') return leaf;
    iotlb.insert(entry.domainId, access.iova, leaf);
    return leaf;
  }

  private throughFirstStage(entry: PasidEntry, access: Access): Leaf | FaultReason {
    const { pasidIotlb } = this.options;
    const { iova, pasid } = access;
    const cached = pasidIotlb.lookup(entry.domainId, pasid, iova);
    if (cached && serves(cached, access)) return cached;
    const isNested = entry.translation === PasidTranslation.Nested;
    return isNested ? this.walkBoth(entry, access) : this.walkFirst(entry, access);
  }

  private keep({ domainId }: PasidEntry, { iova, pasid }: Access, leaf: Leaf): Leaf {
    this.options.pasidIotlb.insert(domainId, pasid, { iova, leaf });
    return leaf;
  }

  private walkFirst(entry: PasidEntry, access: Access): Leaf | FaultReason {
    const { firstStageTable: root, domainId } = entry;
    const kept = this.options.tables.ofFirstStage(domainId, access.pasid);
    const leaf = this.walkTables({ root, locate: (address) => address, kept }, access);
    return typeof leaf === 'number' ? leaf : this.keep(entry, access, leaf);
  }

  protected walkTables(table: FirstStageTable, access: Access): Leaf | FaultReason {
    return walkFirstStage(this.memory, table, access);
  }

  /**
   * VT-d, 3.8 Nested Translation: the second stage is walked for each table of the first one as well. What is kept lacks no
   * right of the second stage, so that a refusal by it is one of the first. HW-VTD-23
   */
  private walkBoth(entry: PasidEntry, access: Access): Leaf | FaultReason {
    const locate: FirstStageTable['locate'] = (address, use) =>
      this.locateTable(entry, address, use);
    const { firstStageTable: root, domainId } = entry;
    const kept = this.options.tables.ofFirstStage(domainId, access.pasid);
    const first = this.walkTables({ root, locate, kept }, access);
    if (typeof first === 'number') return first;
    const guest = first.address + (access.iova % first.size);
    const second = this.walkSecond(entry, { iova: guest, write: access.write });
    if (typeof second === 'number') return second;
    const leaf = combine(first, second, access.iova);
    return second.read && second.write ? this.keep(entry, access, leaf) : leaf;
  }

  /** An entry is marked by a write to the second stage, which makes the page of the table dirty. HW-VTD-24 */
  protected locateTable(
    entry: PasidEntry,
    address: Hpa,
    use: Parameters<FirstStageTable['locate']>[1],
  ): Hpa | FaultReason {
    const leaf = this.walkSecond(entry, { iova: address, write: use === 'update' });
    return typeof leaf === 'number' ? nestedReasons[use] : leaf.address + (address % leaf.size);
  }

  protected walkSecond(
    { secondStageTable: root, levels, dirty, domainId }: PasidEntry,
    access: Omit<Access, 'pasid'>,
  ): Leaf | FaultReason {
    const { snoopControl, tables } = this.options;
    const table: SecondStageTable = { root, levels, dirty, snoopControl };
    const leaf = walkSecondStage(this.memory, table, access, tables.ofSecondStage(domainId));
    if (leaf === FaultReason.BeyondAddressWidth) return FaultReason.SecondStageBeyondWidth;
    if (typeof leaf === 'number') return FaultReason.SecondStageReserved;
    return leaf ?? FaultReason.SecondStageNoRight;
  }
}

const nestedReasons = {
  root: FaultReason.NestedRootNoRead,
  read: FaultReason.NestedEntryNoRead,
  update: FaultReason.NestedEntryNoWrite,
} as const;

function withoutRight({ translation }: PasidEntry): Translated['withoutRight'] {
  const { SecondStageNoRight, ScalableNoRead, ScalableNoWrite } = FaultReason;
  return translation === PasidTranslation.SecondStage
    ? { read: SecondStageNoRight, write: SecondStageNoRight }
    : { read: ScalableNoRead, write: ScalableNoWrite };
}

/** A write needs the dirty bits set, for which the tables have to be walked. */
function serves(cached: Leaf, { write }: Access): boolean {
  return !write || cached.clean !== true;
}

function passThrough(iova: bigint): Leaf {
  return { address: iova & PAGE_MASK, size: PAGE_SIZE, read: true, write: true };
}
