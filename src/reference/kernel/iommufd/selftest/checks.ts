import type { ErrnoName } from '#uapi/errno.ts';
import { MockDomain } from '../../iommu/mock-domain.ts';
import { MockNestedDomain } from '../../iommu/mock-nested-domain.ts';
import { isErrno } from '../../lib/errno.ts';
import { ULONG_MAX, lowestSetBit } from '../../lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import { HwptNested, HwptPaging } from '../hw-pagetable.ts';
import type { Iommufd } from '../main.ts';
import type { TestCommand } from './test-command.ts';
import { pfnBehind } from './user-pages.ts';

/** iommufd_test_md_check_pa(): each piece of the range leads to the memory behind the address. MOCK-09 */
export function checkMap(context: Iommufd, { fields, task }: TestCommand): ErrnoName | undefined {
  const { iova, length, uptr } = fields.operation.check_map;
  const hwpt = context.objects.get(fields.id, HwptPaging);
  if (isErrno(hwpt)) return hwpt;
  if (!(hwpt.domain instanceof MockDomain)) return 'EINVAL';
  const granule = lowestSetBit(hwpt.domain.pageSizes);
  if ((iova | length | uptr) % granule !== 0n || uptr + length > ULONG_MAX) return 'EINVAL';
  for (let done = 0n; done < length; done += granule) {
    const pfn = pfnBehind(context.kernel, task, uptr + done);
    if (isErrno(pfn)) return pfn;
    const physical = (pfn << PAGE_SHIFT) + ((uptr + done) % PAGE_SIZE);
    if (hwpt.domain.iovaToPhys(iova + done) !== physical) return 'EINVAL';
  }
  return undefined;
}

/** iommufd_test_md_check_refs(): each small page is pinned that often. MOCK-10 */
export function checkReferences(
  { kernel }: Iommufd,
  { fields, task }: TestCommand,
): ErrnoName | undefined {
  const { uptr, length, refs } = fields.operation.check_refs;
  if ((uptr | length) % PAGE_SIZE !== 0n || uptr + length > ULONG_MAX) return 'EINVAL';
  for (let address = uptr; address < uptr + length; address += PAGE_SIZE) {
    const pfn = pfnBehind(kernel, task, address);
    if (isErrno(pfn)) return pfn;
    const isSmall = kernel.pages.folioOf(pfn).order === 0;
    if (isSmall && kernel.pages.pinCount(pfn) !== refs) return 'EIO';
  }
  return undefined;
}

/** iommufd_test_md_check_iotlb(): an entry of a nested table has that value. MOCK-18 */
export function checkIotlb(context: Iommufd, { fields }: TestCommand): ErrnoName | undefined {
  const { id, iotlb } = fields.operation.check_iotlb;
  const hwpt = context.objects.get(fields.id, HwptNested);
  if (isErrno(hwpt)) return hwpt;
  const { domain } = hwpt;
  const isSame = domain instanceof MockNestedDomain && domain.iotlb[id] === iotlb;
  return isSame ? undefined : 'EINVAL';
}
