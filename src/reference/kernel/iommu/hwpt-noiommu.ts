import BTree from 'sorted-btree';

import type { ErrnoName } from '#uapi/errno.ts';
import { invariant } from '../../reference-bug.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from './domain.ts';
import type { IommuOps } from './group.ts';
import { compareBigints, ULONG_MAX } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { IommuParts } from './parts.ts';

interface Run {
  readonly physical: bigint;
  /** Bytes. */
  readonly length: bigint;
}

/** A page table for programs only: no device looks into it. NOIO-02 */
export class NoiommuDomain implements IommuDomain {
  readonly type = 'paging';
  readonly geometry = { first: 0n, last: ULONG_MAX };
  readonly pageSizes = ULONG_MAX - (PAGE_SIZE - 1n);
  /** By first IOVA. */
  protected readonly runs = new BTree<bigint, Run>(undefined, compareBigints);

  map(iova: bigint, physical: bigint, length: bigint): undefined {
    this.runs.set(iova, { physical, length });
  }

  unmap(iova: bigint, length: bigint): void {
    this.runs.deleteRange(iova, iova + length, false);
  }

  iovaToPhys(iova: bigint): bigint | undefined {
    const found = this.runs.getPairOrNextLower(iova);
    if (!found || iova >= found[0] + found[1].length) return undefined;
    return found[1].physical + (iova - found[0]);
  }

  free(): void {
    invariant(this.runs.isEmpty, 'a noiommu domain is freed with mappings in it');
  }
}

/**
 * hwpt_noiommu.c: iommufd_noiommu_ops, and what device.c does itself where there is no driver to call. Unlike device.c it
 * looks at the page table that it is given: a device in noiommu mode takes none that was made for a real IOMMU. NOIO-05
 */
export class NoiommuOps implements IommuOps<undefined> {
  readonly isAbsent = true;
  readonly userPasidTable = false;
  protected readonly parts: IommuParts;

  constructor(parts: IommuParts) {
    this.parts = parts;
  }

  /** iommufd_bind_noiommu() asks for nothing. NOIO-02 */
  capabilities(): DeviceCapabilities {
    return {
      cacheCoherent: true,
      msiIsolated: true,
      dirtyTracking: false,
      ats: false,
      pasidWidth: 0,
    };
  }

  hardwareInfo(): undefined {}

  /** noiommu_alloc_paging_flags(). HWPT-42 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    const isPlain = !nestParent && !dirtyTracking && !pasid && !data;
    return isPlain ? new this.parts.iommu.NoiommuDomain() : 'EOPNOTSUPP';
  }

  /** NOIO-03 */
  reservedRegions(): readonly ReservedRegion[] {
    return [];
  }

  attach(_device: undefined, domain: AnyDomain): ErrnoName | undefined {
    return domain instanceof NoiommuDomain ? undefined : 'EINVAL';
  }

  /** Nothing can. NOIO-02 */
  block(): void {}

  respond(): void {}
}
