import type { Range } from '#formats/smmuv3/commands.ts';

import type { Iotlb } from '../iotlb.ts';
import type { Leaf } from '../translation.ts';
import type { HardwareParts } from '../parts.ts';

/** One more than there are ASIDs: pages that all address spaces of a VMID have in common. */
const ASIDS = 0x1_0001;
const GLOBAL = 0x1_0000;

/**
 * What the unit remembers of translations: of stage 1, whether alone or on stage 2, by VMID and ASID; of stage 2 alone by
 * VMID. Both stages in one entry: an invalidation of a stage-2 address leaves those alone. A leaf of 64 KiB is not kept:
 * one address in it would have to take all of it. HW-SMU-10
 */
export class Tlb {
  private readonly stage1: Iotlb;
  private readonly stage2: Iotlb;
  /** Which tags there may be entries for. */
  private readonly asids = new Map<number, Set<number>>();

  constructor(parts: HardwareParts) {
    this.stage1 = new parts.hardware.Iotlb();
    this.stage2 = new parts.hardware.Iotlb();
  }

  lookup(vmid: number, asid: number | undefined, address: bigint): Leaf | undefined {
    if (asid === undefined) return this.stage2.lookup(vmid, address);
    const own = this.stage1.lookup(tagOf(vmid, asid), address);
    return own ?? this.stage1.lookup(tagOf(vmid, GLOBAL), address);
  }

  insert(tag: { vmid: number; asid: number | undefined }, address: bigint, leaf: Leaf): void {
    const { vmid } = tag;
    if (tag.asid === undefined) return this.stage2.insert(vmid, address, leaf);
    const asid = leaf.global ? GLOBAL : tag.asid;
    const known = this.asids.get(vmid) ?? new Set();
    this.asids.set(vmid, known.add(asid));
    this.stage1.insert(tagOf(vmid, asid), address, leaf);
  }

  /** TLBI_NH_ALL, and TLBI_S12_VMALL with `both`. */
  invalidateVmid(vmid: number, both: boolean): void {
    for (const asid of this.asids.get(vmid) ?? []) this.invalidateAsid(vmid, asid);
    this.asids.delete(vmid);
    if (both) this.stage2.invalidateDomain(vmid);
  }

  /** TLBI_NH_ASID: global pages are of no ASID. */
  invalidateAsid(vmid: number, asid: number): void {
    this.stage1.invalidateDomain(tagOf(vmid, asid));
  }

  /** TLBI_NH_VA of one ASID, and TLBI_NH_VAA of all: in either case also of global pages. */
  invalidateStage1(tag: { vmid: number; asid: number | undefined }, range: Range): void {
    const { vmid, asid } = tag;
    const asids = asid === undefined ? (this.asids.get(vmid) ?? []) : [asid, GLOBAL];
    for (const one of asids)
      this.stage1.invalidatePages(tagOf(vmid, one), range.first, range.length);
  }

  invalidateStage2(vmid: number, { first, length }: Range): void {
    this.stage2.invalidatePages(vmid, first, length);
  }

  invalidateAll(): void {
    this.stage1.invalidateAll();
    this.stage2.invalidateAll();
    this.asids.clear();
  }
}

function tagOf(vmid: number, asid: number): number {
  return vmid * ASIDS + asid;
}
