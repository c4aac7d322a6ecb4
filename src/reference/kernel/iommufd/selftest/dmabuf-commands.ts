import type { ErrnoName } from '#uapi/errno.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';
import type { FileOperations } from '../../fs/file.ts';
import { isErrno } from '../../lib/errno.ts';
import { alignUp } from '../../lib/math.ts';
import type { Dmabuf } from '../../mm/dmabuf.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';
import type { CommandResult } from '../dispatcher.ts';
import type { Iommufd } from '../main.ts';
import type { TestCommand } from './test-command.ts';

/** The exporter's memory is one huge page. */
const HUGE_ORDER = 9;
const MAX_SIZE = PAGE_SIZE << BigInt(HUGE_ORDER);

/** A file of the exporter of selftest.c. */
class TestDmabufFile implements FileOperations {
  readonly dmabuf: Dmabuf;
  protected readonly free: () => void;

  constructor(dmabuf: Dmabuf, free: () => void) {
    this.dmabuf = dmabuf;
    this.free = free;
  }

  release(): void {
    this.free();
  }
}

/** selftest.c: the operations of IOMMU_TEST_CMD on dma-bufs. */
export class DmabufTests {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [
      [uapi.IOMMU_TEST_OP_DMABUF_GET, (command) => this.export(command)],
      [uapi.IOMMU_TEST_OP_DMABUF_REVOKE, (command) => this.revoke(command)],
    ];
  }

  /** Returns the fd, which is what its users take. MOCK-25 */
  export({ fields, task }: TestCommand): CommandResult {
    const { length, open_flags } = fields.operation.dmabuf_get;
    const size = alignUp(BigInt(length), PAGE_SIZE);
    if (size === 0n || size > MAX_SIZE) return 'EINVAL';
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return fd;
    const { parts, pages } = this.context.kernel;
    const folio = pages.allocate(HUGE_ORDER);
    if (!folio) {
      task.files.unreserve(fd);
      return 'ENOMEM';
    }
    const dmabuf = new parts.mm.Dmabuf({ physical: folio.pfn << PAGE_SHIFT, size });
    const file = new TestDmabufFile(dmabuf, () => pages.put(folio));
    task.files.install(fd, new parts.fs.OpenFile(file, open_flags));
    return fd;
  }

  /** MOCK-26 */
  revoke({ fields, task }: TestCommand): ErrnoName | undefined {
    const { dmabuf_fd, revoked } = fields.operation.dmabuf_revoke;
    const file = task.files.get(dmabuf_fd);
    if (isErrno(file)) return file;
    const { dmabuf } = file.operations;
    if (!dmabuf) return 'EINVAL';
    dmabuf.setRevoked(revoked !== 0);
    return undefined;
  }
}
