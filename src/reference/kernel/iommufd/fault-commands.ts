import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import type { iommu_fault_alloc } from '#uapi/iommufd/fault.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { isErrno } from '../lib/errno.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

type AllocCommand = UserCommand<typeof iommu_fault_alloc>;

/** eventq.c: iommufd_fault_alloc(). */
export class FaultCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_FAULT_QUEUE_ALLOC, (command) => this.alloc(command))];
  }

  /** FAULT-01 02 03 ABI-14 OBJ-14 */
  alloc(command: AllocCommand): ErrnoName | undefined {
    if (command.fields.flags) return 'EOPNOTSUPP';
    const { kernel } = this.context;
    const { files, limits } = command.task;
    const fd = files.reserve(limits.nofile);
    if (isErrno(fd)) return fd;
    const queue = this.context.create(
      (id) => kernel.faults.kmalloc() ?? new kernel.parts.iommufd.FaultQueue(id),
      ({ id }) => command.respond({ out_fault_id: id, out_fault_fd: fd }),
    );
    if (isErrno(queue)) {
      files.unreserve(fd);
      return queue;
    }
    const operations = new kernel.parts.iommufd.FaultFile(queue, this.context.file);
    files.install(fd, new kernel.parts.fs.OpenFile(operations, O_RDWR | O_CLOEXEC));
    return undefined;
  }
}
