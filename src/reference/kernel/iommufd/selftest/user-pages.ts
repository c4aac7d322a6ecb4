import { isErrno } from '../../lib/errno.ts';
import { alignDown } from '../../lib/math.ts';
import type { IommufdKernel } from '../kernel.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { Pfn } from '../../mm/user-memory.ts';
import type { Task } from '../../fs/process.ts';

/** get_user_pages_fast() of one page, which is let go at once; it is faulted in where it is not there. */
export function pfnBehind(kernel: IommufdKernel, task: Task, address: bigint): Pfn | 'EFAULT' {
  const physical = task.memory.physicalAddress(address);
  if (physical !== undefined) return physical >> PAGE_SHIFT;
  const pfns = task.memory.pinPages(alignDown(address, PAGE_SIZE), 1, false);
  if (isErrno(pfns)) return pfns;
  kernel.pages.unpinPages(pfns);
  return pfns[0] ?? 'EFAULT';
}
