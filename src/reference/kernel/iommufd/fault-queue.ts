import { failure } from '#uapi/errno.ts';
import { iommu_hwpt_page_response, iommu_hwpt_pgfault } from '#uapi/iommufd/fault.ts';
import { POLLOUT } from '#uapi/poll.ts';
import type { FileOperations, OpenFile, Transfer } from '../file.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdObject } from './object.ts';

/** eventq.c: struct iommufd_fault: page requests for a VMM. Nothing that makes page requests is here yet. */
export class FaultQueue extends IommufdObject {
  override destroy(): void {}
}

/**
 * The file of a fault queue: it keeps the queue, and the iommufd.
 * FAULT-04 05 07 15 16 18 19 29 32 OBJ-14 28
 */
export class FaultFile implements FileOperations {
  readonly nonseekable = true;
  protected readonly queue: FaultQueue;
  protected readonly iommufd: OpenFile;

  constructor(queue: FaultQueue, iommufd: OpenFile) {
    this.queue = queue;
    this.iommufd = iommufd.get();
    queue.users++;
  }

  read({ length }: Transfer): number {
    return length % iommu_hwpt_pgfault.size === 0 ? 0 : failure('ESPIPE');
  }

  /** No request is outstanding, so no response can be right: EINVAL for each, after EFAULT. FAULT-18 19 21 */
  write({ task, address, length }: Transfer): number {
    if (length % iommu_hwpt_page_response.size !== 0) return failure('ESPIPE');
    if (length === 0) return 0;
    const bytes = task.memory.copyFromUser(address, iommu_hwpt_page_response.size);
    return failure(isErrno(bytes) ? bytes : 'EINVAL');
  }

  poll(): number {
    return POLLOUT;
  }

  release(): void {
    this.queue.users--;
    this.iommufd.put();
  }
}
