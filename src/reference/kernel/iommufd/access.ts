import type { ErrnoName } from '#uapi/errno.ts';
import type { OpenFile } from '../fs/file.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX, minimum } from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Pfn } from '../mm/user-memory.ts';
import type { Task } from '../fs/process.ts';
import type { IoptArea } from './area.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';

export interface AccessOptions {
  readonly context: Iommufd;
  /** Pins pages: areas have to be page aligned. PIN-17 */
  readonly needsPinPages: boolean;
  /**
   * Has to let go of the range before it returns. Undefined for an access of iommufd itself, which never lets go: what it
   * pins cannot be unmapped. OBJ-13 HWQ-10
   */
  readonly unmap?: (range: Range) => void;
}

/** A part of a range that one area covers. */
interface Piece {
  readonly area: IoptArea;
  readonly first: bigint;
  readonly last: bigint;
}

/** device.c: struct iommufd_access: a driver that reads and writes an IOAS without DMA. */
export class Access extends IommufdObject {
  /** Bytes. */
  readonly iovaAlignment: bigint;
  protected readonly options: AccessOptions;
  protected ioas: Ioas | undefined;
  /** Keeps the iommufd open, for a driver outside of it. OBJ-28 */
  protected readonly file: OpenFile | undefined;

  /** The driver is a user until release(). OBJ-12 */
  constructor(id: number, options: AccessOptions) {
    super(id);
    this.options = options;
    this.iovaAlignment = options.needsPinPages ? PAGE_SIZE : 1n;
    this.users = 1;
    this.file = options.unmap && options.context.file.get();
  }

  get attachedTo(): Ioas | undefined {
    return this.ioas;
  }

  /** iommufd_access_attach(), iommufd_access_replace(). The old IOAS stays on failure. PIN-17 32 33 34 OBJ-07 */
  attach(ioasId: number): ErrnoName | undefined {
    const ioas = this.options.context.objects.get(ioasId, Ioas);
    return isErrno(ioas) ? ioas : this.attachTo(ioas);
  }

  /** iommufd_access_change_ioas(). HWQ-15 */
  attachTo(ioas: Ioas): ErrnoName | undefined {
    if (ioas === this.ioas) return undefined;
    const error = ioas.iopt.addAccess(this);
    if (error) return error;
    ioas.users++;
    this.detach();
    this.ioas = ioas;
    return undefined;
  }

  /** iommufd_access_detach(). PIN-21 */
  detach(): void {
    const { ioas } = this;
    if (!ioas) return;
    this.options.unmap?.({ first: 0n, last: ULONG_MAX });
    ioas.iopt.removeAccess(this);
    ioas.users--;
    this.ioas = undefined;
  }

  /** iommufd_access_destroy(). PIN-35 */
  release(): void {
    this.users--;
    this.options.context.objects.remove(this.id);
  }

  override destroy(): void {
    this.detach();
    this.file?.put();
  }

  notifyUnmap(range: Range): void {
    this.options.unmap?.(range);
  }

  /**
   * iommufd_access_pin_pages(): the frames of the range; nothing is pinned on failure: EINVAL, EOVERFLOW, ENOENT, EPERM,
   * or why a page cannot be pinned. PIN-18 19 20 21 22 23 24 25 26 27
   */
  pinPages(iova: bigint, length: bigint, write: boolean): Pfn[] | ErrnoName {
    const error = this.checkRange(iova, length);
    if (error) return error;
    const pfns: Pfn[] = [];
    let next = iova;
    for (const piece of this.pieces(iova, iova + length - 1n)) {
      const pinError = this.checkPin(piece, write) ?? this.pinPiece(piece);
      if (pinError) {
        if (next > iova) this.unpinPages(iova, next - iova);
        return pinError;
      }
      pfns.push(...this.pfnsOf(piece));
      next = piece.last + 1n;
    }
    if (next === iova + length) return pfns;
    if (next > iova) this.unpinPages(iova, next - iova);
    return 'ENOENT';
  }

  /** iommufd_access_unpin_pages(): of one call of pinPages(). */
  unpinPages(iova: bigint, length: bigint): void {
    for (const { area, first, last } of this.pieces(iova, iova + length - 1n)) {
      area.pages.unpin(area.indexAt(first), area.indexAt(last));
      area.accesses--;
      if (!this.options.unmap) area.locks--;
    }
  }

  /**
   * iommufd_access_rw(): `bytes` are written, or filled from the range. PIN-19 20 21 22 23 29
   */
  readWrite(
    iova: bigint,
    bytes: Uint8Array,
    { task, write, slow }: { task: Task; write: boolean; slow: boolean },
  ): ErrnoName | undefined {
    const error = this.checkRange(iova, BigInt(bytes.length));
    if (error) return error;
    const end = iova + BigInt(bytes.length);
    let next = iova;
    for (const { area, first, last } of this.pieces(iova, end - 1n)) {
      const part = bytes.subarray(Number(first - iova), Number(last + 1n - iova));
      const refused =
        this.checkArea(area, write) ??
        area.pages.readWrite(area.byteAt(first), part, { task, write, slow });
      if (refused) return refused;
      next = last + 1n;
    }
    return next === end ? undefined : 'ENOENT';
  }

  protected checkRange(iova: bigint, length: bigint): ErrnoName | undefined {
    if (length === 0n) return 'EINVAL';
    if (iova + length - 1n > ULONG_MAX) return 'EOVERFLOW';
    return this.ioas ? undefined : 'ENOENT';
  }

  protected *pieces(first: bigint, last: bigint): Generator<Piece> {
    if (!this.ioas) return;
    let next = first;
    for (const area of this.ioas.iopt.areas.contiguous(first, last)) {
      const end = minimum(area.last, last);
      yield { area, first: next, last: end };
      next = end + 1n;
    }
  }

  /**
   * iopt_area_contig_is_aligned() and check_area_prot(): pages only. Areas begin and end with one, as the access has the
   * IOAS aligned so. PIN-22 23 24 25
   */
  protected checkPin({ area, first }: Piece, write: boolean): ErrnoName | undefined {
    if (area.byteAt(first) % PAGE_SIZE !== 0n) return 'EINVAL';
    return this.checkArea(area, write);
  }

  protected checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
    if (area.preventAccess) return 'EINVAL';
    const allowed = write ? area.protection.write : area.protection.read;
    return allowed ? undefined : 'EPERM';
  }

  /** iopt_area_add_access(). */
  protected pinPiece({ area, first, last }: Piece): ErrnoName | undefined {
    const error = area.pages.pinForAccess(area.indexAt(first), area.indexAt(last));
    if (error) return error;
    area.accesses++;
    if (!this.options.unmap) area.locks++;
    return undefined;
  }

  protected pfnsOf({ area, first, last }: Piece): Pfn[] {
    const index = area.indexAt(first);
    const count = area.indexAt(last) - index + 1;
    return Array.from({ length: count }, (_, page) => area.pages.pfnAt(index + page) ?? 0n);
  }
}
