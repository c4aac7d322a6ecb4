import type { PageRange } from '#formats/amd/commands.ts';
import {
  asksForPageRequests,
  guestDomainOf,
  guestTablesIn,
  hasHostTable,
  isGuestEntryInUse,
} from '#formats/amd/device-table-entry.ts';
import type { DeviceTableWords } from '#formats/amd/device-table-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HWPT_DATA_AMD_GUEST, iommu_hwpt_amd_guest } from '#uapi/iommufd/hwpt.ts';

import { isErrno } from '../../lib/errno.ts';
import type { NestedDomain } from '../domain.ts';
import type { PageRequestHandler } from '../io-pgfault.ts';
import { copyUserData } from '../user-data.ts';
import type { UserData } from '../user-data.ts';
import { AmdViommu } from './amd-viommu.ts';

const RESERVED_GLX = 3;
const FIVE_LEVELS = 1;

/** drivers/iommu/amd/nested.c, which nothing calls in 7.3: what is put on a parent is a device table entry of a guest. */
export class NestingViommu extends AmdViommu {
  /** gdomid_array: by the id that the guest has for a domain, the id of the host and how many have it. HW-AMD-18 */
  private readonly domainIds = new Map<number, { readonly hostId: number; users: number }>();

  /** amd_iommu_alloc_domain_nested(). HW-AMD-15 */
  override allocNestedDomain(_flags: number, data: UserData): NestedDomain | ErrnoName {
    if (data.type !== IOMMU_HWPT_DATA_AMD_GUEST) return 'EOPNOTSUPP';
    const fields = copyUserData(data, iommu_hwpt_amd_guest, iommu_hwpt_amd_guest.size);
    if (isErrno(fields)) return fields;
    const [first = 0n, second = 0n, third = 0n, fourth = 0n] = fields.dte;
    const words = [first, second, third, fourth] as const;
    const error = this.check(words);
    if (error) return error;
    const hostId = this.takeDomainId(guestDomainOf(words));
    return isErrno(hostId) ? hostId : new AmdNestedDomain(this, words, hostId);
  }

  /** validate_gdte_nested(): in this order, and nothing else. HW-AMD-02 16 */
  protected check(words: DeviceTableWords): ErrnoName | undefined {
    const { root, glx, pagingMode } = guestTablesIn(words);
    if (hasHostTable(words)) return 'EINVAL';
    if (isGuestEntryInUse(words) && root === 0n) return 'EINVAL';
    if (pagingMode > FIVE_LEVELS) return 'EINVAL';
    if (glx === RESERVED_GLX) return 'EINVAL';
    return pagingMode === FIVE_LEVELS ? 'EOPNOTSUPP' : undefined;
  }

  /** Shared by all that the guest calls by one id. ENOSPC. */
  protected takeDomainId(guestId: number): number | ErrnoName {
    const known = this.domainIds.get(guestId);
    if (known) {
      known.users += 1;
      return known.hostId;
    }
    const hostId = this.iommu.domainIds.take();
    if (hostId === undefined) return 'ENOSPC';
    this.domainIds.set(guestId, { hostId, users: 1 });
    return hostId;
  }

  /** nested_domain_free(): the last one gives the id back. */
  releaseDomainId(guestId: number): void {
    const known = this.domainIds.get(guestId);
    if (!known) return;
    known.users -= 1;
    if (known.users > 0) return;
    this.domainIds.delete(guestId);
    this.iommu.domainIds.release(known.hostId);
  }

  /** iommu_flush_pages_v1_hdom_ids(): what a device keeps does not tell by which page of the parent. HW-AMD-19 */
  override flushParent(range: PageRange | undefined): void {
    const directories = range === undefined;
    for (const { hostId } of this.domainIds.values())
      this.queue.flushPages(hostId, range, { directories });
    for (const { rid, hasDeviceTlb } of this.nestedUsers)
      if (hasDeviceTlb) this.queue.flushDevicePages(rid);
  }
}

/** struct nested_domain */
export class AmdNestedDomain implements NestedDomain {
  readonly type = 'nested';
  pageRequestHandler?: PageRequestHandler;
  readonly viommu: NestingViommu;
  readonly hostId: number;
  private readonly words: DeviceTableWords;

  constructor(viommu: NestingViommu, words: DeviceTableWords, hostId: number) {
    this.viommu = viommu;
    this.words = words;
    this.hostId = hostId;
  }

  /** Without V or GV the guest wants no translation of its own: nothing is reached. */
  get isBlocked(): boolean {
    return !isGuestEntryInUse(this.words);
  }

  get guest(): ReturnType<typeof guestTablesIn> {
    return guestTablesIn(this.words);
  }

  get pageRequests(): boolean {
    return asksForPageRequests(this.words);
  }

  free(): void {
    this.viommu.releaseDomainId(guestDomainOf(this.words));
  }
}
