import type { ErrnoName } from '#uapi/errno.ts';
import type { IommufdKernel } from './kernel.ts';
import type { IoptArea } from './area.ts';
import type { IoPagetable } from './io-pagetable.ts';

/** io_pagetable.c: iopt_cut_iova(), iopt_area_split(): a hole in a mapping, for containers of type 1 version 1. */
export class AreaCutter {
  protected readonly kernel: IommufdKernel;

  constructor(kernel: IommufdKernel) {
    this.kernel = kernel;
  }

  /**
   * Each IOVA becomes the last one of an area, where there is one. EBUSY, EOPNOTSUPP, EINVAL; what was cut before stays
   * cut. VFIO-26 27 IOAS-FILE-25
   */
  cut(iopt: IoPagetable, lasts: readonly bigint[]): ErrnoName | undefined {
    for (const last of lasts) {
      const area = iopt.areas.intersecting(last, last);
      if (!area || last === area.first || last === area.last) continue;
      const error = this.check(iopt, area, last + 1n);
      if (error) return error;
      this.split(iopt, area, last + 1n);
    }
    return undefined;
  }

  /** Page tables know pages only, so that both halves, which need memory each, have to begin with one. */
  protected check(iopt: IoPagetable, area: IoptArea, start: bigint): ErrnoName | undefined {
    if (area.preventAccess) return 'EBUSY';
    if (area.pages.source.kind === 'dmabuf') return 'EOPNOTSUPP';
    if ((start | area.byteAt(start)) % iopt.iovaAlignment !== 0n) return 'EINVAL';
    const noMemory = this.kernel.faults.kmalloc() ?? this.kernel.faults.kmalloc();
    return noMemory ?? (area.accesses > 0 ? 'EINVAL' : undefined);
  }

  /** Both halves have the pages of the area, and whatever is pinned or mapped stays so. */
  protected split(iopt: IoPagetable, area: IoptArea, start: bigint): void {
    const left = this.part(area, area.first, start - 1n);
    const right = this.part(area, start, area.last);
    iopt.areas.remove(area);
    iopt.areas.insert(left);
    iopt.areas.insert(right);
    area.pages.get();
  }

  protected part(area: IoptArea, first: bigint, last: bigint): IoptArea {
    const slice = { pages: area.pages, startByte: area.byteAt(first), length: last - first + 1n };
    const part = new this.kernel.parts.iommufd.IoptArea(first, slice, area.protection);
    part.filled = area.filled;
    return part;
  }
}
