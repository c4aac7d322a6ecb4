import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_iommu_type1_dma_map } from '#uapi/vfio/iommu-type1.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_VADDR,
  VFIO_DMA_MAP_FLAG_WRITE,
} from '#uapi/vfio/iommu-type1.ts';

import type { IommuGroup } from '../../iommu/domain.ts';
import { ULONG_MAX, lowestSetBit } from '../../lib/math.ts';
import type { Range } from '../../lib/range-counts.ts';
import type { Task } from '../../fs/process.ts';
import type { UserMemory } from '../../mm/user-memory.ts';
import type { DirtyBitmaps, WantedBitmap } from './dirty-bitmap.ts';
import type { VfioDma } from './dma.ts';
import type { DmaList } from './dma-list.ts';
import type { Domains } from './domains.ts';
import type { IovaList } from './iova-list.ts';
import type { Type1Kernel } from './kernel.ts';
import type { LockedMemory } from './locked-memory.ts';
import type { Pinning } from './pinning.ts';

type MapFields = Value<typeof vfio_iommu_type1_dma_map>;

/** Where dirty bits go. */
export interface BitmapTarget {
  readonly memory: UserMemory;
  readonly bitmap: WantedBitmap;
}

export interface UnmapRequest {
  /** Version 1 takes what it finds at the first byte. */
  readonly range: Range;
  readonly all: boolean;
  readonly dirty?: BitmapTarget | undefined;
}

export interface Unmapped {
  /** Bytes. */
  readonly bytes: bigint;
  readonly error?: ErrnoName | undefined;
}

/** vfio_iommu_type1.c: struct vfio_iommu: what the groups of one container share. */
export class Type1Iommu {
  /** VFIO_TYPE1v2_IOMMU: a range that is unmapped cuts no mapping. */
  readonly v2: boolean;
  readonly domains: Domains;
  readonly dmas: DmaList;
  readonly iovas: IovaList;
  isTracking = false;
  /** How many more mappings there may be. VFIO-INF-08 VFIO-MAP-07 */
  dmaAvail: number;
  protected readonly kernel: Type1Kernel;
  protected readonly pinning: Pinning;
  protected readonly locked: LockedMemory;
  protected readonly bitmaps: DirtyBitmaps;
  /** Mappings whose addresses nobody knows. */
  protected vaddrInvalidCount = 0;

  constructor(kernel: Type1Kernel, v2: boolean) {
    const { type1 } = kernel.parts;
    this.kernel = kernel;
    this.v2 = v2;
    this.dmaAvail = kernel.parameters.dmaEntryLimit;
    this.dmas = new type1.DmaList();
    this.iovas = new type1.IovaList();
    this.pinning = new type1.Pinning(kernel);
    this.locked = new type1.LockedMemory();
    this.bitmaps = new type1.DirtyBitmaps();
    const { dmas, iovas, pinning } = this;
    this.domains = new type1.Domains(kernel, { dmas, iovas, pinning });
  }

  /** Bytes: the smallest page of all page tables. */
  get pageSize(): bigint {
    return lowestSetBit(this.domains.pageSizes);
  }

  /** vfio_iommu_type1_attach_group(): EBUSY while an address is not known: it could have to be pinned. VFIO-CTR-17 */
  attachGroup(group: IommuGroup, isEmulated: boolean): ErrnoName | undefined {
    if (this.vaddrInvalidCount > 0) return 'EBUSY';
    if (!isEmulated) return this.domains.attach(group);
    this.domains.emulated.add(group);
    return undefined;
  }

  /** vfio_iommu_type1_detach_group(): what devices wrote that are gone is reported once more. */
  detachGroup(group: IommuGroup): void {
    const isReal = !this.domains.emulated.has(group);
    this.domains.detach(group);
    if (isReal && this.isTracking) for (const dma of this.dmas.all()) dma.isDirty = true;
  }

  /** vfio_iommu_type1_release(): mappings go with the last group. VFIO-CTR-14 */
  release(): void {
    this.removeAll();
  }

  /** vfio_dma_do_map(). VFIO-MAP-02 03 04 05 06 07 08 09 13 */
  map(task: Task, fields: MapFields): ErrnoName | undefined {
    const { flags, iova, vaddr, size } = fields;
    const refused = this.checkMap(fields);
    if (refused) return refused;
    const last = iova + size - 1n;
    const found = this.dmas.find(iova, last);
    if (flags & VFIO_DMA_MAP_FLAG_VADDR) return this.updateVaddr(task, fields, found);
    if (found) return 'EEXIST';
    if (this.dmaAvail === 0) return 'ENOSPC';
    if (!this.iovas.allows(iova, last)) return 'EINVAL';
    const protection = {
      read: (flags & VFIO_DMA_MAP_FLAG_READ) !== 0,
      write: (flags & VFIO_DMA_MAP_FLAG_WRITE) !== 0,
    };
    return this.add(new this.kernel.parts.type1.VfioDma({ iova, vaddr, size, protection }, task));
  }

  /** vfio_dma_do_unmap(), in ascending order. VFIO-UNM-04 05 06 07 08 09 15 */
  unmap(request: UnmapRequest): Unmapped {
    const { range, all } = request;
    if (this.v2 && !all && this.isCut(range)) return { bytes: 0n, error: 'EINVAL' };
    let bytes = 0n;
    for (const dma of this.reached(range)) {
      const error = request.dirty && this.reportDirty(dma, range.first, request.dirty);
      if (error) return { bytes, error };
      bytes += dma.size;
      this.remove(dma);
    }
    return { bytes };
  }

  /** VFIO_DMA_UNMAP_FLAG_VADDR: what one call has marked is unmarked where it fails. VFIO-UNM-10 11 */
  invalidateVaddr({ range, all }: UnmapRequest): Unmapped {
    if (this.v2 && !all && this.isCut(range)) return { bytes: 0n, error: 'EINVAL' };
    const marked: VfioDma[] = [];
    for (const dma of this.reached(range)) {
      if (dma.vaddrInvalid) {
        this.unmark(marked);
        return { bytes: 0n, error: 'EINVAL' };
      }
      dma.vaddrInvalid = true;
      this.vaddrInvalidCount++;
      marked.push(dma);
    }
    return { bytes: marked.reduce((sum, { size }) => sum + size, 0n) };
  }

  /** Nothing is remembered of before. VFIO-DRT-03 */
  startTracking(): ErrnoName | undefined {
    if (this.isTracking) return undefined;
    for (const dma of this.dmas.all()) {
      if (this.kernel.faults.kmalloc()) return 'ENOMEM';
      dma.isDirty = false;
    }
    this.isTracking = true;
    return undefined;
  }

  stopTracking(): void {
    this.isTracking = false;
  }

  /** vfio_iova_dirty_bitmap(): mappings that begin in the range; each is clean from then on, as far as anybody watches. VFIO-DRT-05 06 07 */
  getDirty(range: Range, target: BitmapTarget): ErrnoName | undefined {
    if (this.isCut(range)) return 'EINVAL';
    for (const dma of this.reached(range)) {
      const error = this.reportDirty(dma, range.first, target);
      if (error) return error;
      dma.isDirty = false;
    }
    return undefined;
  }

  /** As far as it does not depend on what is mapped. */
  protected checkMap({ flags, iova, vaddr, size }: MapFields): ErrnoName | undefined {
    if (size === 0n) return 'EINVAL';
    if (iova + size - 1n > ULONG_MAX || vaddr + size - 1n > ULONG_MAX) return 'EOVERFLOW';
    const hasRight = (flags & (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)) !== 0;
    const updates = (flags & VFIO_DMA_MAP_FLAG_VADDR) !== 0;
    if (hasRight === updates) return 'EINVAL';
    return (iova | vaddr | size) % this.pageSize === 0n ? undefined : 'EINVAL';
  }

  /** VFIO_DMA_MAP_FLAG_VADDR: exactly one mapping, whose address is not known. VFIO-UNM-13 14 */
  protected updateVaddr(
    task: Task,
    { iova, vaddr, size }: MapFields,
    dma: VfioDma | undefined,
  ): ErrnoName | undefined {
    if (!dma) return 'ENOENT';
    if (!dma.vaddrInvalid || dma.iova !== iova || dma.size !== size) return 'EINVAL';
    const error = this.locked.move(dma, task);
    if (error) return error;
    dma.vaddr = vaddr;
    this.unmark([dma]);
    return undefined;
  }

  /** Pinned only where there is a page table. VFIO-DRT-08 */
  protected add(dma: VfioDma): ErrnoName | undefined {
    const { domains, pinning, kernel } = this;
    if (kernel.faults.kmalloc()) return 'ENOMEM';
    const tables = [...domains.pageTables()];
    const error = tables.length > 0 ? pinning.pinAndMap(dma, tables) : undefined;
    if (error) return error;
    if (this.isTracking && kernel.faults.kmalloc()) {
      pinning.unmapAndUnpin(dma, tables);
      return 'ENOMEM';
    }
    this.dmas.link(dma);
    this.dmaAvail--;
    return undefined;
  }

  /** vfio_remove_dma() */
  protected remove(dma: VfioDma): void {
    this.pinning.unmapAndUnpin(dma, this.domains.pageTables());
    this.dmas.unlink(dma);
    if (dma.vaddrInvalid) this.vaddrInvalidCount--;
    this.dmaAvail++;
  }

  protected removeAll(): void {
    for (const dma of [...this.dmas.all()]) this.remove(dma);
  }

  /** Does the range begin or end inside a mapping? VFIO-UNM-04 */
  protected isCut({ first, last }: Range): boolean {
    const [low, high] = [this.dmas.find(first, first), this.dmas.find(last, last)];
    return (low !== undefined && low.iova !== first) || (high !== undefined && high.last !== last);
  }

  /**
   * The mappings of a range. Version 1 stops before one that begins below it, and takes one that ends behind it as a whole.
   * VFIO-UNM-07 08
   */
  protected *reached({ first, last }: Range): Generator<VfioDma> {
    let dma = this.dmas.find(first, last);
    while (dma && dma.iova <= last && dma.iova >= first) {
      const next = this.dmas.next(dma);
      yield dma;
      dma = next;
    }
  }

  /** What a real device reaches it may write, and nobody sees it: VFIO-DRT-06 */
  protected reportDirty(
    dma: VfioDma,
    base: bigint,
    { memory, bitmap }: BitmapTarget,
  ): ErrnoName | undefined {
    const isDirty = dma.isDirty || dma.iommuMapped;
    return this.bitmaps.write(memory, bitmap, { dma, base, isDirty });
  }

  protected unmark(dmas: readonly VfioDma[]): void {
    for (const dma of dmas) dma.vaddrInvalid = false;
    this.vaddrInvalidCount -= dmas.length;
  }
}
