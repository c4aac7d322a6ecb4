import type { Struct } from '#uapi/codec.ts';
import type { Feature } from '#port/features.ts';

/** How the driver of one make of IOMMUs is spoken to. */

/** A number that says which struct follows, and the struct, where there is one. */
export interface Typed {
  readonly type: number;
  readonly struct?: Struct;
}

/** What a driver is told. */
export interface DriverData {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Of a page table of a guest: what the driver gets to hear, be it where its root is or the entry that leads to it, as words of 64 bits. */
export interface Nested extends Typed {
  data(words: readonly bigint[]): DriverData;
}

export function nested<S extends Struct>(
  type: number,
  struct: S,
  values: (words: readonly bigint[]) => Parameters<S['pack']>[0],
): Nested {
  return { type, struct, data: (words) => ({ type, bytes: struct.pack(values(words)) }) };
}

export interface Vendor {
  readonly name: string;
  /** What a machine has whose devices are behind such an IOMMU. */
  readonly feature: Feature;
  /** What names of values of its structs may lack at their front. */
  readonly prefixes?: Readonly<Record<string, readonly string[]>>;
  /** IOMMU_GET_HW_INFO. */
  readonly information?: Typed;
  /** IOMMU_HWPT_ALLOC of a page table on a nesting parent. */
  readonly nested?: Nested;
  /** IOMMU_HWPT_INVALIDATE of such a page table, and of a vIOMMU. */
  readonly invalidation?: Typed;
  readonly guestInvalidation?: Typed;
  /** IOMMU_VIOMMU_ALLOC. */
  readonly viommu?: Typed;
  /** IOMMU_VEVENTQ_ALLOC, and an event. */
  readonly events?: Typed;
  /** IOMMU_HW_QUEUE_ALLOC. */
  readonly queue?: Typed;
}

export type VendorData = Exclude<keyof Vendor, 'name' | 'feature' | 'prefixes'>;
