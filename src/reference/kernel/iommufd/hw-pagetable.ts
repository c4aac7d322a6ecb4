import type { ErrnoName } from '#uapi/errno.ts';
import type { IommuDomain } from '../iommu/domain.ts';
import type { FaultQueue } from './fault-queue.ts';
import type { Ioas } from './ioas.ts';
import { IommufdObject } from './object.ts';

export interface HwptPagingOptions {
  readonly ioas: Ioas;
  readonly domain: IommuDomain;
  /** Made by an attach to the IOAS, and gone with the last device. */
  readonly automatic: boolean;
}

/** hw_pagetable.c: struct iommufd_hwpt_paging: an IOAS in the form of one kind of IOMMU. */
export class HwptPaging extends IommufdObject {
  readonly ioas: Ioas;
  readonly domain: IommuDomain;
  readonly automatic: boolean;
  protected fault: FaultQueue | undefined;

  constructor(id: number, { ioas, domain, automatic }: HwptPagingOptions) {
    super(id);
    this.ioas = ioas;
    this.domain = domain;
    this.automatic = automatic;
    ioas.users++;
  }

  /** From now on the domain follows the IOAS. EINVAL, EADDRINUSE, or why an area cannot be pinned. HWPT-06 29 30 41 */
  populate(): ErrnoName | undefined {
    const error = this.ioas.iopt.addDomain(this.domain);
    if (!error) this.ioas.hwpts.add(this);
    return error;
  }

  /** Page requests of its devices go to that queue. HWPT-12 OBJ-14 */
  setFaultQueue(fault: FaultQueue): void {
    this.fault = fault;
    fault.users++;
  }

  /** OBJ-07 09 26 */
  override destroy(): void {
    if (this.ioas.hwpts.delete(this)) this.ioas.iopt.removeDomain(this.domain);
    this.domain.free();
    if (this.fault) this.fault.users--;
    this.ioas.users--;
  }
}
