import type { ErrnoName } from '#uapi/errno.ts';
import type { FileOperations } from '../../fs/file.ts';
import { invariant } from '../../../reference-bug.ts';
import type { IommufdKernel } from '../kernel.ts';
import { isErrno } from '../../lib/errno.ts';
import { alignDown } from '../../lib/math.ts';
import type { Range } from '../../lib/range-counts.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type { Pfn } from '../../mm/user-memory.ts';
import type { Task } from '../../fs/process.ts';
import type { Access } from '../access.ts';
import { pfnBehind } from './user-pages.ts';

interface PinnedItem {
  readonly iova: bigint;
  readonly length: bigint;
}

export interface PinRequest {
  readonly task: Task;
  readonly iova: bigint;
  readonly length: bigint;
  readonly write: boolean;
  /** User memory that must be what is pinned; 0 for not checked. */
  readonly expected: bigint;
}

/** selftest.c: struct selftest_access: an access behind a file, with the ranges that it has pinned. */
export class SelftestAccess implements FileOperations {
  readonly needsPinPages: boolean;
  protected readonly kernel: IommufdKernel;
  protected used: Access | undefined;
  protected readonly items = new Map<number, PinnedItem>();
  protected nextItem = 0;

  constructor(kernel: IommufdKernel, needsPinPages: boolean) {
    this.kernel = kernel;
    this.needsPinPages = needsPinPages;
  }

  get access(): Access {
    invariant(this.used !== undefined, 'an access file is in use before it has its access');
    return this.used;
  }

  set access(access: Access) {
    this.used = access;
  }

  /** iommufd_test_access_pages(): the number of the pinned item. MOCK-12 PIN-27 */
  pin(
    request: PinRequest,
    respond: (item: number) => ErrnoName | undefined,
  ): ErrnoName | undefined {
    const { access } = this;
    const { iova, length, write } = request;
    const pfns = access.pinPages(iova, length, write);
    if (isErrno(pfns)) return pfns;
    const error = this.checkPages(request, pfns) ?? respond(this.nextItem);
    if (error) {
      access.unpinPages(iova, length);
      return error;
    }
    this.items.set(this.nextItem++, { iova, length });
    return undefined;
  }

  /** iommufd_test_access_item_destroy(). MOCK-13 */
  unpin(item: number): ErrnoName | undefined {
    const pinned = this.items.get(item);
    if (!pinned) return 'ENOENT';
    this.drop(item, pinned);
    return undefined;
  }

  /** iommufd_test_access_unmap(): lets go of all that intersects. IOAS-UNMAP-13 PIN-32 */
  unmap({ first, last }: Range): void {
    for (const [item, pinned] of this.items) {
      const end = pinned.iova + pinned.length - 1n;
      if (pinned.iova <= last && first <= end) this.drop(item, pinned);
    }
  }

  /** PIN-35 */
  release(): void {
    this.access.release();
  }

  protected drop(item: number, { iova, length }: PinnedItem): void {
    this.items.delete(item);
    this.access.unpinPages(iova, length);
  }

  /** iommufd_test_check_pages(): EBADE where another frame is pinned than is behind the address. */
  protected checkPages(
    { task, iova, expected }: PinRequest,
    pfns: readonly Pfn[],
  ): ErrnoName | undefined {
    if (expected === 0n) return undefined;
    const first = expected - (iova - alignDown(iova, PAGE_SIZE));
    for (const [index, pfn] of pfns.entries()) {
      const found = pfnBehind(this.kernel, task, first + BigInt(index) * PAGE_SIZE);
      if (isErrno(found)) return found;
      if (found !== pfn) return 'EBADE';
    }
    return undefined;
  }
}
