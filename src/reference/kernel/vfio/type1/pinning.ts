import type { ErrnoName } from '#uapi/errno.ts';

import type { IommuDomain } from '../../iommu/domain.ts';
import { isErrno } from '../../lib/errno.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { Pfn } from '../../mm/user-memory.ts';
import type { VfioDma } from './dma.ts';
import type { Type1Kernel } from './kernel.ts';
import type { LockedMemory } from './locked-memory.ts';

/** Pages that are pinned, and charged, by one step: as many pointers as a page holds. */
const BATCH = 512;

/** vfio_iommu_type1.c: vfio_pin_map_dma(), vfio_unmap_unpin(): the pages of a mapping, and the domains that lead to them. */
export class Pinning {
  protected readonly kernel: Type1Kernel;
  protected readonly locked: LockedMemory;

  constructor(kernel: Type1Kernel) {
    this.kernel = kernel;
    this.locked = new kernel.parts.type1.LockedMemory();
  }

  /** Pins the pages and puts them into the domains: EFAULT, ENOMEM, or what a domain says. Undoes itself on failure. VFIO-MAP-10 */
  pinAndMap(dma: VfioDma, domains: Iterable<IommuDomain>): ErrnoName | undefined {
    const error = this.pin(dma) ?? this.mapAll(dma, domains);
    if (error) this.unpin(dma);
    return error;
  }

  /** Each domain is flushed before the pages are let go. */
  unmapAndUnpin(dma: VfioDma, domains: Iterable<IommuDomain>): void {
    if (!dma.iommuMapped) return;
    for (const domain of domains) domain.unmap(dma.iova, dma.size);
    dma.iommuMapped = false;
    this.unpin(dma);
  }

  /** vfio_iommu_map(): those that are pinned; a domain that fails takes it out of those before it. */
  mapAll(dma: VfioDma, domains: Iterable<IommuDomain>): ErrnoName | undefined {
    const done: IommuDomain[] = [];
    for (const domain of domains) {
      const error = this.map(dma, domain);
      if (error) {
        for (const mapped of done) mapped.unmap(dma.iova, dma.size);
        return error;
      }
      done.push(domain);
    }
    dma.iommuMapped = true;
    return undefined;
  }

  /** Runs of frames that follow each other, with their rights; ERANGE for what the domain has no room for. VFIO-MAP-12 */
  map(dma: VfioDma, domain: IommuDomain): ErrnoName | undefined {
    const { first, last } = domain.geometry;
    if (dma.iova < first || dma.last > last) return 'ERANGE';
    let done = 0n;
    for (const { pfn, count } of runsOf(dma.pfns)) {
      const length = BigInt(count) << PAGE_SHIFT;
      const physical = pfn << PAGE_SHIFT;
      const error = domain.map(dma.iova + done, physical, length, dma.protection);
      if (error) {
        if (done > 0n) domain.unmap(dma.iova, done);
        return error;
      }
      done += length;
    }
    return undefined;
  }

  /** vfio_pin_pages_remote() */
  pin(dma: VfioDma): ErrnoName | undefined {
    const pages = Number(dma.size >> PAGE_SHIFT);
    const found: FoundPages = { pfns: [], pinned: [] };
    dma.pfns = found.pfns;
    dma.pinned = found.pinned;
    while (found.pfns.length < pages) {
      const error = this.pinBatch(dma, found, Math.min(BATCH, pages - found.pfns.length));
      if (error) {
        this.unpin(dma);
        return error;
      }
    }
    return undefined;
  }

  unpin(dma: VfioDma): void {
    this.kernel.pages.unpinPages(dma.pinned);
    dma.pfns = [];
    dma.pinned = [];
    this.locked.uncharge(dma);
  }

  /** vaddr_get_pfns(): what cannot be pinned may be registers, which nobody is charged for. VFIO-MAP-15 VFIO-MAP2-10 */
  protected pinBatch(dma: VfioDma, found: FoundPages, count: number): ErrnoName | undefined {
    const { memory, vaddr, protection } = dma;
    const address = vaddr + BigInt(found.pfns.length) * PAGE_SIZE;
    const pfns = memory.pinPages(address, count, protection.write);
    if (isErrno(pfns)) return this.takeRegisters(dma, found, address) ? undefined : pfns;
    const error = this.locked.charge(dma, BigInt(pfns.length));
    if (error) {
      this.kernel.pages.unpinPages(pfns);
      return error;
    }
    found.pfns.push(...pfns);
    found.pinned.push(...pfns);
    return undefined;
  }

  /** follow_fault_pfn() VFIO-CMP-15 */
  protected takeRegisters(
    { memory, protection }: VfioDma,
    found: FoundPages,
    address: bigint,
  ): boolean {
    const pfn = memory.deviceFrame(address, protection.write);
    if (pfn === undefined) return false;
    found.pfns.push(pfn);
    return true;
  }
}

/** What was found of a mapping so far. */
export interface FoundPages {
  readonly pfns: Pfn[];
  readonly pinned: Pfn[];
}

interface Run {
  readonly pfn: Pfn;
  count: number;
}

function* runsOf(pfns: readonly Pfn[]): Generator<Run> {
  const [first, ...rest] = pfns;
  if (first === undefined) return;
  let run: Run = { pfn: first, count: 1 };
  for (const pfn of rest) {
    if (run.pfn + BigInt(run.count) === pfn) {
      run.count++;
      continue;
    }
    yield run;
    run = { pfn, count: 1 };
  }
  yield run;
}
