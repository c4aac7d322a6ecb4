import type { ErrnoName } from '#uapi/errno.ts';
import type { AnyDomain, IommuDomain, NestedDomain } from '../iommu/domain.ts';
import type { FaultQueue } from './fault-queue.ts';
import type { Ioas } from './ioas.ts';
import { IommufdObject } from './object.ts';

/** iommufd_private.h: struct iommufd_hw_pagetable: what a device can be attached to. */
export abstract class HwPagetable extends IommufdObject {
  abstract readonly domain: AnyDomain;
  /** find_hwpt_paging(): the page table that its IOVAs are of: itself, or its parent. */
  abstract readonly paging: HwptPaging;
  /** Made by an attach to an IOAS, and gone with the last device. */
  abstract readonly automatic: boolean;
  /** Allocated for PASIDs: IOMMU_HWPT_ALLOC_PASID. */
  abstract readonly pasidCompatible: boolean;
  protected faultQueue: FaultQueue | undefined;

  get fault(): FaultQueue | undefined {
    return this.faultQueue;
  }

  /** Page requests of its devices go to that queue. HWPT-12 OBJ-14 */
  setFaultQueue(fault: FaultQueue): void {
    this.faultQueue = fault;
    this.domain.pageRequestHandler = (group) => fault.deliver(group);
    fault.users++;
  }

  /** __iommufd_hwpt_destroy(). OBJ-14 */
  override destroy(): void {
    this.domain.free();
    if (this.faultQueue) this.faultQueue.users--;
  }
}

export interface HwptPagingOptions {
  readonly ioas: Ioas;
  readonly domain: IommuDomain;
  readonly automatic: boolean;
  readonly nestParent?: boolean | undefined;
  readonly pasidCompatible?: boolean | undefined;
  /** All accesses of its devices snoop the caches: decided before anything is mapped. DEV-26 */
  readonly enforcesCoherency?: boolean | undefined;
}

/** hw_pagetable.c: struct iommufd_hwpt_paging: an IOAS in the form of one kind of IOMMU. */
export class HwptPaging extends HwPagetable {
  readonly ioas: Ioas;
  readonly domain: IommuDomain;
  readonly automatic: boolean;
  /** Page tables of guests can be put on top of it. HWPT-16 */
  readonly nestParent: boolean;
  readonly pasidCompatible: boolean;
  readonly enforcesCoherency: boolean;
  /** Which pages of doorbells are mapped in it. */
  readonly presentSwMsi = new Set<number>();

  constructor(id: number, options: HwptPagingOptions) {
    super(id);
    this.ioas = options.ioas;
    this.domain = options.domain;
    this.automatic = options.automatic;
    this.nestParent = options.nestParent ?? false;
    this.pasidCompatible = options.pasidCompatible ?? false;
    this.enforcesCoherency = options.enforcesCoherency ?? false;
    options.ioas.users++;
  }

  get paging(): this {
    return this;
  }

  /** From now on the domain follows the IOAS. EINVAL, EADDRINUSE, or why an area cannot be pinned. HWPT-06 29 30 41 */
  populate(): ErrnoName | undefined {
    const error = this.ioas.iopt.addDomain(this.domain);
    if (!error) this.ioas.hwpts.add(this);
    return error;
  }

  /** OBJ-07 09 26 */
  override destroy(): void {
    if (this.ioas.hwpts.delete(this)) this.ioas.iopt.removeDomain(this.domain);
    super.destroy();
    this.ioas.users--;
  }
}

export interface HwptNestedOptions {
  readonly domain: NestedDomain;
  readonly parent: HwptPaging;
  /** What must not go before it: its parent, or the virtual IOMMU that stands for its parent. */
  readonly holder: IommufdObject;
  readonly pasidCompatible: boolean;
}

/** hw_pagetable.c: struct iommufd_hwpt_nested: a guest's page table. HWPT-22 23 27 OBJ-10 */
export class HwptNested extends HwPagetable {
  readonly domain: NestedDomain;
  readonly paging: HwptPaging;
  readonly automatic = false;
  readonly pasidCompatible: boolean;
  protected readonly holder: IommufdObject;

  constructor(id: number, options: HwptNestedOptions) {
    super(id);
    this.domain = options.domain;
    this.paging = options.parent;
    this.pasidCompatible = options.pasidCompatible;
    this.holder = options.holder;
    options.holder.users++;
  }

  override destroy(): void {
    super.destroy();
    this.holder.users--;
  }
}
