import BTree from 'sorted-btree';

import { compareBigints } from '../../lib/math.ts';
import type { VfioDma } from './dma.ts';

/** vfio_iommu_type1.c: dma_list: the mappings of a container by their IOVAs; no two share a byte. */
export class DmaList {
  protected readonly byIova = new BTree<bigint, VfioDma>(undefined, compareBigints);

  get isEmpty(): boolean {
    return this.byIova.isEmpty;
  }

  link(dma: VfioDma): void {
    this.byIova.set(dma.iova, dma);
  }

  unlink(dma: VfioDma): void {
    this.byIova.delete(dma.iova);
  }

  /** vfio_find_dma_first_node(): the lowest one that shares a byte with the range. */
  find(first: bigint, last: bigint): VfioDma | undefined {
    const below = this.byIova.getPairOrNextLower(first)?.[1];
    if (below && below.last >= first) return below;
    const above = this.byIova.nextHigherPair(first)?.[1];
    return above && above.iova <= last ? above : undefined;
  }

  next({ iova }: VfioDma): VfioDma | undefined {
    return this.byIova.nextHigherPair(iova)?.[1];
  }

  /** Ascending. */
  all(): Iterable<VfioDma> {
    return this.byIova.values();
  }
}
