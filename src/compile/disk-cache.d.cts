/** Types of disk-cache.cjs, which says what it is. */

/** Of texts, in that order. */
export function hashOf(...parts: readonly string[]): string;

/** By IOMMUFD_COMPILE_CACHE. */
export const isOff: boolean;

export class DiskCache {
  /** Of this project unless `folder` says otherwise; `most` entries. */
  constructor(folder?: string, most?: number);
  read(key: string): unknown;
  write(key: string, value: unknown): void;
  prune(): void;
}
