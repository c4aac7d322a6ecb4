import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_VEVENTQ_ALLOC, IOMMU_VEVENTQ_TYPE_DEFAULT } from '#uapi/iommufd/viommu.ts';
import type { iommu_veventq_alloc } from '#uapi/iommufd/viommu.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { isErrno } from '../lib/errno.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';
import { Viommu } from './viommu.ts';

/** Events that a queue may be asked to hold. VEVQ-02 */
const MAX_DEPTH = 524_288;

type AllocCommand = UserCommand<typeof iommu_veventq_alloc>;

/** eventq.c: IOMMU_VEVENTQ_ALLOC. */
export class VeventCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_VEVENTQ_ALLOC, (command) => this.alloc(command))];
  }

  /** iommufd_veventq_alloc(): the type is not compared with what the hardware reports. VEVQ-03 04 05 */
  alloc(command: AllocCommand): ErrnoName | undefined {
    const refused = this.check(command);
    if (refused) return refused;
    const viommu = this.context.objects.get(command.fields.viommu_id, Viommu);
    if (isErrno(viommu)) return viommu;
    if (viommu.eventQueues.has(command.fields.type)) return 'EEXIST';
    const { files, limits } = command.task;
    const fd = files.reserve(limits.nofile);
    if (isErrno(fd)) return fd;
    const error = this.open(command, viommu, fd);
    if (error) files.unreserve(fd);
    return error;
  }

  /** VEVQ-01 02 ABI-19 */
  protected check({ fields }: AllocCommand): ErrnoName | undefined {
    const { flags, __reserved, type, veventq_depth } = fields;
    if (flags || __reserved || type === IOMMU_VEVENTQ_TYPE_DEFAULT) return 'EOPNOTSUPP';
    return veventq_depth === 0 || veventq_depth > MAX_DEPTH ? 'EINVAL' : undefined;
  }

  /** OBJ-16 ABI-14 */
  protected open(command: AllocCommand, viommu: Viommu, fd: number): ErrnoName | undefined {
    const { parts, faults } = this.context.kernel;
    const { type, veventq_depth: depth } = command.fields;
    const queue = this.context.create(
      (id) =>
        faults.kmalloc() ?? new parts.iommufd.VeventQueue(id, { viommu, type, depth, faults }),
      ({ id }) => command.respond({ out_veventq_id: id, out_veventq_fd: fd }),
    );
    if (isErrno(queue)) return queue;
    const file = new parts.iommufd.VeventFile(queue, this.context.file);
    command.task.files.install(fd, new parts.fs.OpenFile(file, O_RDWR | O_CLOEXEC));
    return undefined;
  }
}
