import { overlaps, type Area, type Held } from './pages.ts';

/** A range that somebody in the kernel has pinned. */
export interface Pin {
  readonly iova: bigint;
  readonly length: bigint;
  readonly held: readonly Held[];
}

/** An access of IOMMU_TEST_CMD. */
export interface Access {
  ioas: number;
  /** Its object id, which no call tells. */
  readonly id: number;
  readonly pins: boolean;
  readonly items: Map<number, Pin>;
}

/** What an unmapped area takes with it. */
export function letGo({ items }: Access, { iova, length }: Area): void {
  for (const [id, item] of items) {
    if (overlaps(item, { first: iova, last: iova + length - 1n })) items.delete(id);
  }
}

/** A hardware queue: it pins with an access of its own, and nobody can unmap what it pins. */
export interface HwQueue extends Pin {
  /** Object id of the access. */
  readonly id: number;
  readonly ioas: number | undefined;
  readonly viommu: number;
  readonly index: number;
}

/** What mmap() gives of a vIOMMU. */
export interface Region {
  readonly viommu: number;
  readonly offset: bigint;
}
