import type { QueuedInvalidation } from './queued-invalidation.ts';

/** struct cache_tag: where translations by a domain may be cached, and under which names. */
export interface CacheTag {
  readonly queue: QueuedInvalidation;
  readonly domainId: number;
  readonly pasid: number;
  /**
   * `second-stage`: named by the domain alone. `first-stage`: by the PASID as well, as what came by both stages.
   * `nesting`: that of a guest's page table, where its parent changes. `device`: what a device keeps, by the addresses
   * that it uses. `nesting-device`: where the parent changes, which says nothing of these.
   */
  readonly kind: 'second-stage' | 'first-stage' | 'nesting' | 'device' | 'nesting-device';
  /** Requester id, of a device. */
  readonly rid: number;
}

/** drivers/iommu/intel/cache.c: what has to be invalidated where the entries of a domain change. HW-VTD-43 44 */
export class CacheTags {
  /** Each once, with how many attachments need it. */
  protected readonly tags: { readonly tag: CacheTag; users: number }[] = [];

  get isEmpty(): boolean {
    return this.tags.length === 0;
  }

  /** cache_tag_assign() */
  assign(tag: CacheTag): void {
    const known = this.tags.find((other) => isSame(other.tag, tag));
    if (known) known.users++;
    else this.tags.push({ tag, users: 1 });
  }

  /** cache_tag_unassign() */
  unassign(tag: CacheTag): void {
    const index = this.tags.findIndex((other) => isSame(other.tag, tag));
    const known = this.tags[index];
    if (known && --known.users === 0) this.tags.splice(index, 1);
  }

  /** cache_tag_flush_range(). `leavesOnly`: no table is gone. */
  flushRange(iova: bigint, length: bigint, leavesOnly = false): void {
    for (const { tag } of this.tags) this.flush(tag, iova, length, leavesOnly);
  }

  /** cache_tag_flush_range_np(): where nothing was, only a unit in caching mode has something to forget. HW-VTD-31 */
  flushNew(iova: bigint, length: bigint): void {
    for (const { tag } of this.tags) {
      const isCached = tag.kind === 'second-stage' || tag.kind === 'nesting';
      if (isCached && tag.queue.cachingMode) this.flush(tag, iova, length, false);
    }
  }

  /** cache_tag_flush_iotlb(), cache_tag_flush_devtlb_psi(). HW-VTD-32 78 88 89 HW-PSC-06 */
  protected flush(tag: CacheTag, iova: bigint, length: bigint, leavesOnly: boolean): void {
    const { queue, domainId, pasid, rid } = tag;
    const ofDevice = pasid === 0 ? undefined : pasid;
    switch (tag.kind) {
      case 'second-stage':
      case 'nesting':
        queue.flushRange(domainId, iova, length, leavesOnly);
        break;
      case 'first-stage':
        queue.flushPasidRange(domainId, pasid, { iova, length }, leavesOnly);
        break;
      case 'device':
        queue.flushDevice(rid, ofDevice, { iova, length });
        break;
      case 'nesting-device':
        queue.flushDevice(rid, ofDevice);
        break;
    }
  }
}

/** cache_tage_match() */
function isSame(one: CacheTag, other: CacheTag): boolean {
  return (
    one.queue === other.queue &&
    one.kind === other.kind &&
    one.domainId === other.domainId &&
    one.pasid === other.pasid &&
    one.rid === other.rid
  );
}
