import type { FileOperations, OpenFile } from '../fs/file.ts';
import type { IommufdObject } from './object.ts';

/** eventq.c: struct iommufd_eventq: a file that keeps its queue, and the iommufd. FAULT-25 VEVQ-05 OBJ-14 16 28 */
export abstract class EventFile<Queue extends IommufdObject> implements FileOperations {
  readonly nonseekable = true;
  protected readonly queue: Queue;
  protected readonly iommufd: OpenFile;

  constructor(queue: Queue, iommufd: OpenFile) {
    this.queue = queue;
    this.iommufd = iommufd.get();
    queue.users++;
  }

  /** iommufd_eventq_fops_release(): what the queue holds stays. HW-PRQ-10 */
  release(): void {
    this.queue.users--;
    this.iommufd.put();
  }
}
