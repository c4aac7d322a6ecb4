import type { ErrnoName } from '#uapi/errno.ts';
import type { IommuDomain, IommuProtection, ReservedRegion } from '../iommu/domain.ts';
import type { IommufdKernel } from './kernel.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX, lowestSetBit, maximum, minimum } from '../lib/math.ts';
import type { Range } from '../lib/range-counts.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Access } from './access.ts';
import type { AllowedIovas } from './allowed-iovas.ts';
import type { AreaTree, IoptArea, PagesSlice } from './area.ts';
import type { IovaAllocator } from './iova-allocator.ts';
import type { ReservedIovas } from './reserved-iovas.ts';

/** An access that does not let go of its pages is asked that often. */
const UNMAP_TRIES = 100;

export interface MapRequest {
  /** Ascending, one area each. */
  readonly slices: readonly PagesSlice[];
  /** Bytes, the sum of the slices. */
  readonly length: bigint;
  /** Undefined for an automatic one. */
  readonly iova: bigint | undefined;
  readonly protection: IommuProtection;
}

export interface Unmapped {
  /** Bytes; also where a later area could not be unmapped. */
  readonly bytes: bigint;
  readonly error?: ErrnoName;
}

/** io_pagetable.c: struct io_pagetable: the areas of an IOAS, and the domains that are kept in step with them. */
export class IoPagetable {
  readonly areas: AreaTree;
  readonly domains = new Set<IommuDomain>();
  readonly accesses = new Set<Access>();
  /** Bytes, a power of two, at most a page. IOAS-RANGES-14 */
  iovaAlignment = 1n;
  /** IOMMU_OPTION_HUGE_PAGES. OPT-12 */
  largePages = true;
  protected readonly kernel: IommufdKernel;
  protected readonly reserved: ReservedIovas;
  protected readonly allocator: IovaAllocator;
  protected allowed: AllowedIovas;

  constructor(kernel: IommufdKernel) {
    this.kernel = kernel;
    const { AreaTree, ReservedIovas, AllowedIovas, IovaAllocator } = kernel.parts.iommufd;
    this.areas = new AreaTree();
    this.reserved = new ReservedIovas();
    this.allowed = new AllowedIovas();
    this.allocator = new IovaAllocator({
      usable: () => this.usable(),
      areas: () => this.areas.all(),
    });
  }

  /** iopt_map_pages(): returns the IOVA. Nothing is left of it on failure. IOAS-MAP-09 29 36 41 */
  map(request: MapRequest): bigint | ErrnoName {
    const iova = this.findIova(request);
    if (isErrno(iova)) return iova;
    const areas = this.insertAreas(request, iova);
    if (isErrno(areas)) return areas;
    const error = this.fillAreas(areas);
    if (error) {
      this.removeAreas(areas);
      return error;
    }
    for (const area of areas) area.pages.get();
    return iova;
  }

  /** iopt_check_iova(). IOAS-MAP-10 12 13 14 15 16 17 IOAS-COPY-11 12 13 */
  checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
    const last = iova + length - 1n;
    if (iova % this.iovaAlignment !== 0n) return 'EINVAL';
    if (last > ULONG_MAX) return 'EOVERFLOW';
    if (this.reserved.intersects({ first: iova, last })) return 'EINVAL';
    if (this.areas.intersecting(iova, last)) return 'EEXIST';
    return undefined;
  }

  /** iopt_get_pages(): what is behind a range; ENOENT unless areas cover all of it. IOAS-COPY-05 06 07 08 09 */
  slices(iova: bigint, length: bigint): PagesSlice[] | ErrnoName {
    if (length === 0n) return 'EINVAL';
    const last = iova + length - 1n;
    if (last > ULONG_MAX) return 'EOVERFLOW';
    const slices: PagesSlice[] = [];
    let next = iova;
    for (const area of this.areas.contiguous(iova, last)) {
      const end = minimum(last, area.last);
      slices.push({ pages: area.pages, startByte: area.byteAt(next), length: end - next + 1n });
      next = end + 1n;
    }
    return next > last ? slices : 'ENOENT';
  }

  /**
   * iopt_unmap_iova_range(): whole areas only, in ascending order: those before one that is cut are gone.
   * IOAS-UNMAP-02 04 05 06 10 13 14 15 17 18 19 21
   */
  unmap(first: bigint, last: bigint): Unmapped {
    let bytes = 0n;
    let tries = 0;
    let start = first;
    let area = this.areas.intersecting(start, last);
    for (; area; area = this.areas.intersecting(start, last)) {
      if (area.locks > 0) return { bytes, error: 'EBUSY' };
      if (this.isCut(area, start, last)) return { bytes, error: 'ENOENT' };
      if (area.first !== start) tries = 0;
      start = area.first;
      if (area.accesses > 0) {
        this.evictAccesses(area);
        if (++tries > UNMAP_TRIES) return { bytes, error: 'EDEADLK' };
        continue;
      }
      this.unmapArea(area);
      bytes += area.length;
      if (area.last >= last) break;
      start = area.last + 1n;
    }
    return { bytes };
  }

  /** iopt_set_allow_iova(): replaces the list; EADDRINUSE over reserved IOVAs. IOAS-ALLOW-06 07 08 11 13 */
  setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
    for (const range of allowed.all()) {
      if (this.reserved.intersects(range)) return 'EADDRINUSE';
    }
    this.allowed = allowed;
    return undefined;
  }

  /** iopt_reserve_iova(). EADDRINUSE over an area or an allowed range. DEV-37 38 IOAS-ALLOW-12 MOCK-04 */
  reserve(range: Range, owner: object): ErrnoName | undefined {
    if (this.areas.intersecting(range.first, range.last)) return 'EADDRINUSE';
    if (this.allowed.intersects(range)) return 'EADDRINUSE';
    if (this.kernel.faults.kmalloc()) return 'ENOMEM';
    for (const fresh of this.reserved.add(range, owner)) this.allocator.occupy(fresh);
    return undefined;
  }

  /** iopt_remove_reserved_iova(). */
  removeReserved(owner: object): void {
    for (const range of this.reserved.removeAllOf(owner)) this.allocator.release(range);
  }

  /**
   * iopt_table_enforce_dev_resv_regions(): all that a device must not be given, or nothing on failure. DEV-36 37
   */
  reserveRegions(regions: readonly ReservedRegion[], owner: object): ErrnoName | undefined {
    if (this.kernel.faults.shouldFail()) return 'EINVAL';
    for (const region of regions) {
      if (region.type === 'direct-relaxable') continue;
      const error = this.reserve(region, owner);
      if (error) {
        this.removeReserved(owner);
        return error;
      }
    }
    return undefined;
  }

  /** IOAS_IOVA_RANGES: what is not reserved. IOAS-RANGES-03 10 13 */
  usable(): Iterable<Range> {
    return this.reserved.usable();
  }

  /**
   * iopt_table_add_domain(): narrows the table to the aperture and the page size of the domain and maps every area into
   * it. EINVAL, EADDRINUSE, or why an area cannot be pinned; the table is unchanged then.
   * IOAS-MAP-28 DEV-38 39 40 50 HWPT-29 30 PIN-07
   */
  addDomain(domain: IommuDomain): ErrnoName | undefined {
    const alignment = maximum(lowestSetBit(domain.pageSizes), this.iovaAlignment);
    if (alignment > PAGE_SIZE) return 'EINVAL';
    const error =
      this.checkAlignment(alignment) ?? this.reserveOutside(domain) ?? this.fillDomain(domain);
    if (error) {
      this.removeReserved(domain);
      return error;
    }
    this.iovaAlignment = alignment;
    this.domains.add(domain);
    return undefined;
  }

  /** iopt_table_remove_domain(). IOAS-RANGES-08 OBJ-09 PIN-11 12 */
  removeDomain(domain: IommuDomain): void {
    this.domains.delete(domain);
    for (const area of this.areas.all()) this.unfillDomain(area, domain);
    this.removeReserved(domain);
    this.updateAlignment();
  }

  /** iopt_add_access(): EADDRINUSE where an area is not aligned as the access needs. PIN-17 IOAS-RANGES-12 */
  addAccess(access: Access): ErrnoName | undefined {
    this.accesses.add(access);
    const error = this.kernel.faults.kmalloc() ?? this.updateAlignment();
    if (error) this.accesses.delete(access);
    return error;
  }

  removeAccess(access: Access): void {
    this.accesses.delete(access);
    this.updateAlignment();
  }

  /** IOMMU_OPTION_HUGE_PAGES 0. EINVAL with domains and areas; EADDRINUSE. OPT-14 15 16 17 IOAS-RANGES-11 */
  disableLargePages(): ErrnoName | undefined {
    if (!this.largePages) return undefined;
    if (this.domains.size > 0 && this.areas.size > 0) return 'EINVAL';
    this.largePages = false;
    const error = this.updateAlignment();
    if (error) this.largePages = true;
    return error;
  }

  /** IOMMU_OPTION_HUGE_PAGES 1. OPT-18 */
  enableLargePages(): void {
    this.largePages = true;
    this.updateAlignment();
  }

  /** An area that the range does not cover wholly cannot be unmapped: it would have to be split. IOAS-UNMAP-05 */
  protected isCut(area: IoptArea, first: bigint, last: bigint): boolean {
    return area.first < first || area.last > last;
  }

  /** EINVAL for a length that is 0 or not aligned, before anything about the IOVA. IOAS-MAP-06 09 */
  protected findIova({ slices, length, iova }: MapRequest): bigint | ErrnoName {
    const [slice] = slices;
    if (length % this.iovaAlignment !== 0n || !slice) return 'EINVAL';
    if (iova !== undefined) return this.checkIova(iova, length) ?? iova;
    return this.allocator.place({
      address: slice.pages.source.start + slice.startByte,
      length,
      iovaAlignment: this.iovaAlignment,
      allowed: this.allowed.spans(),
    });
  }

  /** iopt_insert_area() for each slice. IOAS-COPY-09 */
  protected insertAreas({ slices, protection }: MapRequest, iova: bigint): IoptArea[] | ErrnoName {
    const areas: IoptArea[] = [];
    let next = iova;
    for (const slice of slices) {
      const error = this.kernel.faults.kmalloc() ?? this.checkSlice(slice, protection);
      if (error) {
        this.removeAreas(areas);
        return error;
      }
      areas.push(this.insertArea(next, slice, protection));
      next += slice.length;
    }
    return areas;
  }

  /** EPERM, then EINVAL for where the memory begins in its page. IOAS-COPY-13 14 15 16 IOAS-MAP-11 */
  protected checkSlice(slice: PagesSlice, protection: IommuProtection): ErrnoName | undefined {
    if (protection.write && !slice.pages.writable) return 'EPERM';
    if ((slice.startByte % PAGE_SIZE) % this.iovaAlignment !== 0n) return 'EINVAL';
    return undefined;
  }

  protected insertArea(iova: bigint, slice: PagesSlice, protection: IommuProtection): IoptArea {
    const area = new this.kernel.parts.iommufd.IoptArea(iova, slice, protection);
    this.areas.insert(area);
    this.allocator.occupy(area);
    return area;
  }

  /** Of a map that failed. */
  protected removeAreas(areas: readonly IoptArea[]): void {
    for (const area of areas) this.removeArea(area);
  }

  protected removeArea(area: IoptArea): void {
    this.areas.remove(area);
    this.allocator.release(area);
  }

  /** Nothing can reach the pages any more before they are unpinned. IOAS-UNMAP-17 */
  protected unmapArea(area: IoptArea): void {
    this.unfillArea(area);
    this.removeArea(area);
    area.pages.put();
  }

  /** iommufd_access_notify_unmap(). IOAS-UNMAP-13 */
  protected evictAccesses(area: IoptArea): void {
    area.preventAccess = true;
    for (const access of [...this.accesses]) access.notifyUnmap(area);
  }

  protected fillAreas(areas: readonly IoptArea[]): ErrnoName | undefined {
    for (const [index, area] of areas.entries()) {
      const error = this.fillArea(area);
      if (error) {
        for (const done of areas.slice(0, index)) this.unfillArea(done);
        return error;
      }
    }
    return undefined;
  }

  /** iopt_area_fill_domains(): into each domain, or into none. IOAS-MAP-36 */
  protected fillArea(area: IoptArea): ErrnoName | undefined {
    if (this.domains.size === 0) return undefined;
    const error = this.pinArea(area);
    if (error) return error;
    const mapped: IommuDomain[] = [];
    for (const domain of this.domains) {
      const mapError = area.pages.mapDomain(area, domain, this.largePages);
      if (mapError) {
        for (const other of mapped) area.pages.unmapDomain(area, other);
        this.unpinArea(area);
        return mapError;
      }
      mapped.push(domain);
    }
    return undefined;
  }

  /** iopt_area_unfill_domains(). */
  protected unfillArea(area: IoptArea): void {
    if (!area.filled) return;
    for (const domain of this.domains) area.pages.unmapDomain(area, domain);
    this.unpinArea(area);
  }

  protected pinArea(area: IoptArea): ErrnoName | undefined {
    const error = area.pages.pin(area.indexAt(area.first), area.indexAt(area.last));
    area.filled = error === undefined;
    return error;
  }

  protected unpinArea(area: IoptArea): void {
    area.filled = false;
    area.pages.unpin(area.indexAt(area.first), area.indexAt(area.last));
  }

  /** iopt_fill_domain(): a new domain gets every area; the first one pins them. */
  protected fillDomain(domain: IommuDomain): ErrnoName | undefined {
    const filled: IoptArea[] = [];
    for (const area of this.areas.all()) {
      const error = this.addToDomain(area, domain);
      if (error) {
        for (const done of filled) this.unfillDomain(done, domain);
        return error;
      }
      filled.push(area);
    }
    return undefined;
  }

  protected addToDomain(area: IoptArea, domain: IommuDomain): ErrnoName | undefined {
    const first = !area.filled;
    const error = first ? this.pinArea(area) : undefined;
    if (error) return error;
    const mapError = area.pages.mapDomain(area, domain, this.largePages);
    if (mapError && first) this.unpinArea(area);
    return mapError;
  }

  /** Out of one domain; the last one that goes unpins. */
  protected unfillDomain(area: IoptArea, domain: IommuDomain): void {
    area.pages.unmapDomain(area, domain);
    if (this.domains.size === 0) this.unpinArea(area);
  }

  protected reserveOutside(domain: IommuDomain): ErrnoName | undefined {
    const { first, last } = domain.geometry;
    const below = first > 0n ? this.reserve({ first: 0n, last: first - 1n }, domain) : undefined;
    if (below || last === ULONG_MAX) return below;
    return this.reserve({ first: last + 1n, last: ULONG_MAX }, domain);
  }

  /** iopt_check_iova_alignment(). EADDRINUSE where an area is finer. DEV-39 PIN-17 OPT-16 */
  protected checkAlignment(alignment: bigint): ErrnoName | undefined {
    if (alignment <= this.iovaAlignment) return undefined;
    for (const area of this.areas.all()) {
      if ((area.first | area.length | area.pageOffset) % alignment !== 0n) return 'EADDRINUSE';
    }
    return undefined;
  }

  /** iopt_calculate_iova_alignment(). */
  protected updateAlignment(): ErrnoName | undefined {
    let alignment = this.largePages ? 1n : PAGE_SIZE;
    for (const { pageSizes } of this.domains) {
      alignment = maximum(alignment, lowestSetBit(pageSizes));
    }
    for (const access of this.accesses) alignment = maximum(alignment, access.iovaAlignment);
    const error = this.checkAlignment(alignment);
    if (!error) this.iovaAlignment = alignment;
    return error;
  }
}
