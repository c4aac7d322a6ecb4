import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_IOAS_NOIOMMU_GET_PA } from '#uapi/iommufd/ioas.ts';
import type { iommu_ioas_noiommu_get_pa } from '#uapi/iommufd/ioas.ts';
import type { IommuDomain } from '../iommu/domain.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX, minimum } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { NoiommuDomain } from '../iommu/hwpt-noiommu.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

export interface PhysicalRange {
  readonly address: bigint;
  /** Bytes. */
  readonly length: bigint;
}

/** ioas.c: IOMMU_IOAS_NOIOMMU_GET_PA. */
export class NoiommuCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_IOAS_NOIOMMU_GET_PA, (command) => this.getPa(command))];
  }

  /** iommufd_ioas_noiommu_get_pa(). ABI-29 OPT-35 36 */
  getPa(command: UserCommand<typeof iommu_ioas_noiommu_get_pa>): ErrnoName | undefined {
    const { flags, __reserved, ioas_id, iova, length } = command.fields;
    if (!command.task.capabilities.has('SYS_RAWIO')) return 'EPERM';
    if (flags || __reserved) return 'EOPNOTSUPP';
    if (length === 0n) return 'EINVAL';
    if (iova === ULONG_MAX) return 'EOVERFLOW';
    const ioas = this.context.objects.get(ioas_id, Ioas);
    if (isErrno(ioas)) return ioas;
    const found = this.physicalRange(ioas, iova, length);
    if (isErrno(found)) return found;
    return command.respond({ out_phys: found.address, length: found.length });
  }

  /** iopt_get_phys(): EOPNOTSUPP unless the IOAS has the page table of a noiommu device. OPT-37 38 39 40 NOIO-02 05 */
  protected physicalRange(ioas: Ioas, iova: bigint, most: bigint): PhysicalRange | ErrnoName {
    const area = ioas.iopt.areas.intersecting(iova, iova);
    if (!area) return 'ENOENT';
    if (area.pages.revoked) return 'EINVAL';
    const domain = this.domainOf(ioas);
    const physical = (place: bigint): bigint | undefined => domain?.iovaToPhys(place);
    const address = physical(iova);
    if (address === undefined) return 'EOPNOTSUPP';
    const limit = this.limitOf(most, area.last - iova + 1n);
    return { address, length: this.contiguous(physical, { iova, address, limit }) };
  }

  /** Bytes: what was asked for, and what is left of the mapping. OPT-39 */
  protected limitOf(most: bigint, rest: bigint): bigint {
    return minimum(most, rest);
  }

  protected domainOf({ iopt }: Ioas): IommuDomain | undefined {
    return [...iopt.domains].find((domain) => domain instanceof NoiommuDomain);
  }

  /** Bytes, from the rest of the first page to `limit`. OPT-39 */
  protected contiguous(
    physical: (place: bigint) => bigint | undefined,
    { iova, address, limit }: { iova: bigint; address: bigint; limit: bigint },
  ): bigint {
    let length = PAGE_SIZE - (iova % PAGE_SIZE);
    while (length < limit && physical(iova + length) === address + length) {
      length += PAGE_SIZE;
    }
    return minimum(length, limit);
  }
}
