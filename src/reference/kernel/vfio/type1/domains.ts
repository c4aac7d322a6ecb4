import type { ErrnoName } from '#uapi/errno.ts';

import type { IommuDomain, IommuGroup, ReservedRegion } from '../../iommu/domain.ts';
import type { AttachHandle } from '../../iommu/io-pgfault.ts';
import { MsiCookie } from '../../iommu/msi-cookie.ts';
import { invariant } from '../../../reference-bug.ts';
import { isErrno } from '../../lib/errno.ts';
import { ULONG_MAX } from '../../lib/math.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type { DmaList } from './dma-list.ts';
import { isKept } from './iova-list.ts';
import type { IovaList } from './iova-list.ts';
import type { Type1Kernel } from './kernel.ts';
import type { Pinning } from './pinning.ts';

/** struct vfio_domain: a page table, and the groups that are attached to it. */
export interface VfioDomain {
  readonly domain: IommuDomain;
  readonly enforcesCoherency: boolean;
  readonly groups: Set<IommuGroup>;
}

/** vfio_iommu_type1.c: the groups of a container, and the page tables that are kept in step with its mappings. */
export class Domains {
  readonly list: VfioDomain[] = [];
  private readonly cookies = new WeakMap<IommuDomain, MsiCookie>();
  /** emulated_iommu_groups: their devices do no DMA of their own. */
  readonly emulated = new Set<IommuGroup>();
  protected readonly kernel: Type1Kernel;
  protected readonly dmas: DmaList;
  protected readonly iovas: IovaList;
  protected readonly pinning: Pinning;

  constructor(
    kernel: Type1Kernel,
    owned: { readonly dmas: DmaList; readonly iovas: IovaList; readonly pinning: Pinning },
  ) {
    this.kernel = kernel;
    this.dmas = owned.dmas;
    this.iovas = owned.iovas;
    this.pinning = owned.pinning;
  }

  *pageTables(): Generator<IommuDomain> {
    for (const { domain } of this.list) yield domain;
  }

  /** vfio_update_pgsize_bitmap(): what all have; the processor's pages in place of smaller ones. VFIO-INF-03 */
  get pageSizes(): bigint {
    let sizes = ULONG_MAX;
    for (const { domain } of this.list) sizes &= domain.pageSizes;
    const whole = sizes & ~(PAGE_SIZE - 1n);
    return sizes === whole ? sizes : whole | PAGE_SIZE;
  }

  /** VFIO_DMA_CC_IOMMU: also where there is none. VFIO-CTR-05 */
  get enforceCoherency(): boolean {
    return this.list.every(({ enforcesCoherency }) => enforcesCoherency);
  }

  /** vfio_iommu_type1_attach_group(), of a real one. Undoes itself on failure. VFIO-CTR-11 16 */
  attach(group: IommuGroup): ErrnoName | undefined {
    const [device] = group.devices;
    invariant(device !== undefined, `group ${group.id} has no device`);
    const domain = device.allocPagingDomain();
    if (isErrno(domain)) return domain;
    const error = group.attach(this.handleOf(group, domain)) ?? this.settle(group, domain);
    if (error) domain.free();
    else this.updateIovas();
    return error;
  }

  /** vfio_iommu_type1_detach_group(): a page table goes with its last group. */
  detach(group: IommuGroup): void {
    if (this.emulated.delete(group)) return;
    const found = this.list.find(({ groups }) => groups.has(group));
    invariant(found !== undefined, `group ${group.id} is not in this container`);
    group.detach();
    found.groups.delete(group);
    if (found.groups.size === 0) this.drop(found);
    this.updateIovas();
  }

  /** Nothing is translated for a group that left; what it reserved may be mapped again. */
  updateIovas(): void {
    const apertures = this.list.map(({ domain }) => domain.geometry);
    const groups = this.list.flatMap((each) => [...each.groups]);
    this.iovas.set(apertures, groups.flatMap(reservedOf));
  }

  /** With the last page table of all what is mapped is unpinned; emulated devices go on using it. */
  protected drop(old: VfioDomain): void {
    const isLast = this.list.length === 1;
    if (!isLast) {
      for (const dma of this.dmas.all()) old.domain.unmap(dma.iova, dma.size);
    } else {
      for (const dma of this.dmas.all()) this.pinning.unmapAndUnpin(dma, this.pageTables());
    }
    old.domain.free();
    this.list.splice(this.list.indexOf(old), 1);
  }

  /** The group is attached to its own page table; it stays there, or joins another one. */
  protected settle(group: IommuGroup, domain: IommuDomain): ErrnoName | undefined {
    const refused = this.check(group, domain);
    if (refused) {
      group.detach();
      return refused;
    }
    const enforcesCoherency = this.enforceOn(group, domain);
    if (this.join(group, domain, enforcesCoherency)) return undefined;
    const error = this.replay(domain);
    if (error) group.detach();
    else this.list.push({ domain, enforcesCoherency, groups: new Set([group]) });
    return error;
  }

  /** iommu_get_msi_cookie(), where a device of the group has a window for doorbells. HW-SMU-43 */
  protected handleOf(group: IommuGroup, domain: IommuDomain): AttachHandle {
    const window = reservedOf(group).find(({ type }) => type === 'sw-msi');
    if (!window) return { domain };
    const cookie = this.cookies.get(domain) ?? new MsiCookie(domain, window.first);
    this.cookies.set(domain, cookie);
    return { domain, mapDoorbell: (page) => cookie.map(page) };
  }

  /** What is mapped has to fit, and interrupts have to be safe. */
  protected check(group: IommuGroup, domain: IommuDomain): ErrnoName | undefined {
    const cut = this.iovas.cutOffBy(domain.geometry);
    const conflicts = [...cut, ...reservedOf(group).filter(isKept)];
    if (conflicts.some(({ first, last }) => this.dmas.find(first, last))) return 'EINVAL';
    return this.isSafe(group) ? undefined : 'EPERM';
  }

  protected isSafe({ devices }: IommuGroup): boolean {
    const { type1AllowUnsafeInterrupts } = this.kernel.parameters;
    return type1AllowUnsafeInterrupts || devices.every(({ msiIsolated }) => msiIsolated);
  }

  protected enforceOn({ devices }: IommuGroup, domain: IommuDomain): boolean {
    const canEnforce = devices.every(({ enforcesCoherency }) => enforcesCoherency);
    return canEnforce && (domain.enforceCacheCoherency?.() ?? false);
  }

  /** A page table of the same driver that treats the caches alike and takes the group; what is mapped is there already. */
  protected join(group: IommuGroup, own: IommuDomain, enforcesCoherency: boolean): boolean {
    for (const known of this.list) {
      if (known.domain.constructor !== own.constructor) continue;
      if (known.enforcesCoherency !== enforcesCoherency) continue;
      group.detach();
      if (!group.attach(this.handleOf(group, known.domain))) {
        known.groups.add(group);
        own.free();
        return true;
      }
      const error = group.attach(this.handleOf(group, own));
      invariant(!error, `group ${group.id} does not come back to its page table: ${error}`);
    }
    return false;
  }

  /** vfio_iommu_replay(): what was mapped before is in the new page table as well; the first one pins it. VFIO-CTR-16 */
  protected replay(domain: IommuDomain): ErrnoName | undefined {
    const fresh: Iterable<IommuDomain> = [domain];
    const done: (() => void)[] = [];
    for (const dma of this.dmas.all()) {
      const wasMapped = dma.iommuMapped;
      const error = wasMapped ? this.pinning.map(dma, domain) : this.pinning.pinAndMap(dma, fresh);
      if (error) {
        for (const undo of done.reverse()) undo();
        return error;
      }
      done.push(() => {
        if (wasMapped) domain.unmap(dma.iova, dma.size);
        else this.pinning.unmapAndUnpin(dma, fresh);
      });
    }
    return undefined;
  }
}

/** iommu_get_group_resv_regions() */
function reservedOf({ devices }: IommuGroup): readonly ReservedRegion[] {
  return devices.flatMap((device) => device.reservedRegions());
}
