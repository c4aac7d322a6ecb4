import type { ErrnoName } from '#uapi/errno.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { isErrno } from '../../lib/errno.ts';
import type { Access } from '../access.ts';
import type { CommandResult } from '../dispatcher.ts';
import type { Iommufd } from '../main.ts';
import { convertIova } from '../syzkaller.ts';
import { SelftestAccess } from './access-file.ts';
import type { SelftestKernel } from './kernel.ts';
import { respondWith } from './test-command.ts';
import type { TestCommand } from './test-command.ts';

/** Bytes that one operation takes at most. */
const MAX_LENGTH = 16n << 20n;
const PIN_FLAGS = uapi.MOCK_FLAGS_ACCESS_WRITE | uapi.MOCK_FLAGS_ACCESS_SYZ;
const RW_FLAGS =
  uapi.MOCK_ACCESS_RW_WRITE | uapi.MOCK_ACCESS_RW_SLOW_PATH | uapi.MOCK_FLAGS_ACCESS_SYZ;

/** selftest.c: the operations of IOMMU_TEST_CMD on accesses. */
export class AccessTests {
  protected readonly context: Iommufd;
  protected readonly kernel: SelftestKernel;

  constructor(context: Iommufd, kernel: SelftestKernel) {
    this.context = context;
    this.kernel = kernel;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [
      [uapi.IOMMU_TEST_OP_CREATE_ACCESS, (command) => this.create(command)],
      [uapi.IOMMU_TEST_OP_ACCESS_PAGES, (command) => this.pinPages(command)],
      [uapi.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, (command) => this.unpinPages(command)],
      [uapi.IOMMU_TEST_OP_ACCESS_RW, (command) => this.readWrite(command)],
      [uapi.IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, (command) => this.replaceIoas(command)],
    ];
  }

  /** MOCK-11 OBJ-07 12 PIN-17 */
  create(command: TestCommand): ErrnoName | undefined {
    const { flags } = command.fields.operation.create_access;
    const { task } = command;
    if (flags & ~uapi.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES) return 'EOPNOTSUPP';
    const { parts } = this.kernel;
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return 'ENOMEM';
    const operations = new parts.selftest.SelftestAccess(this.kernel, flags !== 0);
    const access = this.createAccess(operations);
    if (isErrno(access)) {
      task.files.unreserve(fd);
      return access;
    }
    const error =
      access.attach(command.fields.id) ??
      respondWith(command, 'create_access', { out_access_fd: fd });
    if (error) {
      access.release();
      task.files.unreserve(fd);
      return error;
    }
    task.files.install(fd, new parts.fs.OpenFile(operations, O_RDWR | O_CLOEXEC));
    return undefined;
  }

  /** MOCK-12 */
  pinPages(command: TestCommand): ErrnoName | undefined {
    const { flags, iova, length, uptr } = command.fields.operation.access_pages;
    if (length > MAX_LENGTH) return 'ENOMEM';
    if (flags & ~PIN_FLAGS) return 'EOPNOTSUPP';
    const file = this.file(command);
    if (isErrno(file)) return file;
    if (!file.needsPinPages) return 'EOPNOTSUPP';
    const request = {
      task: command.task,
      iova: this.iova(file, flags, iova),
      length,
      write: (flags & uapi.MOCK_FLAGS_ACCESS_WRITE) !== 0,
      expected: uptr,
    };
    return file.pin(request, (item) => {
      return respondWith(command, 'access_pages', { out_access_pages_id: item });
    });
  }

  /** MOCK-13 */
  unpinPages(command: TestCommand): ErrnoName | undefined {
    const file = this.file(command);
    if (isErrno(file)) return file;
    return file.unpin(command.fields.operation.destroy_access_pages.access_pages_id);
  }

  /** MOCK-14 */
  readWrite(command: TestCommand): ErrnoName | undefined {
    const { flags, length } = command.fields.operation.access_rw;
    if (length > MAX_LENGTH) return 'ENOMEM';
    if (flags & ~RW_FLAGS) return 'EOPNOTSUPP';
    const file = this.file(command);
    if (isErrno(file)) return file;
    const noMemory = this.kernel.faults.kvmalloc(length);
    if (noMemory) return noMemory;
    const write = (flags & uapi.MOCK_ACCESS_RW_WRITE) !== 0;
    return write ? this.writeTo(file, command) : this.readFrom(file, command);
  }

  /** MOCK-15 */
  replaceIoas(command: TestCommand): ErrnoName | undefined {
    const file = this.file(command);
    if (isErrno(file)) return file;
    return file.access.attach(command.fields.operation.access_replace_ioas.ioas_id);
  }

  protected createAccess(file: SelftestAccess): Access | ErrnoName {
    const { context, kernel } = this;
    const access = context.create((id) => {
      return new kernel.parts.iommufd.Access(id, {
        context,
        needsPinPages: file.needsPinPages,
        unmap: (range) => file.unmap(range),
      });
    });
    if (!isErrno(access)) file.access = access;
    return access;
  }

  protected readFrom(file: SelftestAccess, { fields, task }: TestCommand): ErrnoName | undefined {
    const { flags, iova, length, uptr } = fields.operation.access_rw;
    const bytes = new Uint8Array(Number(length));
    const slow = (flags & uapi.MOCK_ACCESS_RW_SLOW_PATH) !== 0;
    const options = { task, write: false, slow };
    const error = file.access.readWrite(this.iova(file, flags, iova), bytes, options);
    return error ?? task.memory.copyToUser(uptr, bytes);
  }

  protected writeTo(file: SelftestAccess, { fields, task }: TestCommand): ErrnoName | undefined {
    const { flags, iova, length, uptr } = fields.operation.access_rw;
    const bytes = task.memory.copyFromUser(uptr, Number(length));
    if (isErrno(bytes)) return bytes;
    const slow = (flags & uapi.MOCK_ACCESS_RW_SLOW_PATH) !== 0;
    return file.access.readWrite(this.iova(file, flags, iova), bytes, { task, write: true, slow });
  }

  protected iova(file: SelftestAccess, flags: number, iova: bigint): bigint {
    const ioas = file.access.attachedTo;
    return flags & uapi.MOCK_FLAGS_ACCESS_SYZ && ioas ? convertIova(ioas, iova) : iova;
  }

  /** iommufd_access_get(). */
  protected file({ fields, task }: TestCommand): SelftestAccess | 'EBADFD' {
    const file = task.files.get(fields.id);
    if (isErrno(file) || !(file.operations instanceof SelftestAccess)) return 'EBADFD';
    return file.operations;
  }
}
