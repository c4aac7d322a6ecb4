import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_ALLOW_IOVAS,
  IOMMU_IOAS_CHANGE_PROCESS,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_IOVA_RANGES,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FILE,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
  iommu_iova_range,
} from '#uapi/iommufd/ioas.ts';
import type {
  iommu_ioas_alloc,
  iommu_ioas_allow_iovas,
  iommu_ioas_change_process,
  iommu_ioas_copy,
  iommu_ioas_iova_ranges,
  iommu_ioas_map,
  iommu_ioas_map_file,
  iommu_ioas_unmap,
} from '#uapi/iommufd/ioas.ts';
import { MOCK_FLAGS_ACCESS_SYZ } from '#uapi/iommufd/selftest.ts';
import type { IommuProtection } from '../iommu/domain.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Task } from '../fs/process.ts';
import type { OpenFile } from '../fs/file.ts';
import type { Accounting } from './accounting.ts';
import type { AllowedIovas } from './allowed-iovas.ts';
import type { PagesSlice } from './area.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import type { PageSource } from './page-source.ts';
import type { IoptPages } from './pages.ts';
import { convertIova } from './syzkaller.ts';
import type { UserCommand } from './user-command.ts';

const MAP_FLAGS = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE;
/** Bytes that one IoptPages can have. IOAS-MAP-06 07 */
const MAX_LENGTH = ULONG_MAX - PAGE_SIZE;
const RANGE_SIZE = BigInt(iommu_iova_range.size);

/** Shared by all areas. */
const NO_ACCESS: IommuProtection = { read: false, write: false };
const protections: readonly IommuProtection[] = [
  { read: true, write: true },
  { read: true, write: false },
  { read: false, write: true },
];

export interface Mapping {
  readonly ioas: Ioas;
  readonly flags: number;
  readonly iova: bigint;
  readonly length: bigint;
}

type CopySource = Pick<Value<typeof iommu_ioas_copy>, 'flags' | 'src_iova'>;

/** ioas.c: the commands that act on an IOAS. */
export class IoasCommands {
  protected readonly context: Iommufd;
  /** Mappings of one process share one. */
  protected lastAccounting: Accounting | undefined;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [
      row(IOMMU_IOAS_ALLOC, (command) => this.alloc(command)),
      row(IOMMU_IOAS_IOVA_RANGES, (command) => this.iovaRanges(command)),
      row(IOMMU_IOAS_ALLOW_IOVAS, (command) => this.allowIovas(command)),
      row(IOMMU_IOAS_MAP, (command) => this.map(command)),
      row(IOMMU_IOAS_MAP_FILE, (command) => this.mapFile(command)),
      row(IOMMU_IOAS_COPY, (command) => this.copy(command)),
      row(IOMMU_IOAS_UNMAP, (command) => this.unmap(command)),
      row(IOMMU_IOAS_CHANGE_PROCESS, (command) => this.changeProcess(command)),
    ];
  }

  /** IOAS-ALLOC-01 02 04 ABI-17 */
  alloc(command: UserCommand<typeof iommu_ioas_alloc>): ErrnoName | undefined {
    if (command.fields.flags) return 'EOPNOTSUPP';
    const { kernel } = this.context;
    const ioas = this.context.create(
      (id) => new kernel.parts.iommufd.Ioas(id, kernel),
      ({ id }) => command.respond({ out_ioas_id: id }),
    );
    return isErrno(ioas) ? ioas : undefined;
  }

  /** IOAS-RANGES-01 02 03 04 05 06 15 ABI-31 */
  iovaRanges(command: UserCommand<typeof iommu_ioas_iova_ranges>): ErrnoName | undefined {
    const { __reserved, ioas_id, num_iovas, allowed_iovas } = command.fields;
    if (__reserved) return 'EOPNOTSUPP';
    const ioas = this.ioas(ioas_id);
    if (isErrno(ioas)) return ioas;
    let count = 0;
    for (const { first, last } of ioas.iopt.usable()) {
      if (count < num_iovas) {
        const bytes = iommu_iova_range.pack({ start: first, last });
        const address = allowed_iovas + BigInt(count) * RANGE_SIZE;
        if (command.task.memory.copyToUser(address, bytes)) return 'EFAULT';
      }
      count++;
    }
    const out_iova_alignment = ioas.iopt.iovaAlignment;
    const error = command.respond({ num_iovas: count, out_iova_alignment });
    return error ?? (count > num_iovas ? 'EMSGSIZE' : undefined);
  }

  /** IOAS-ALLOW-01 02 03 04 05 06 07 08 */
  allowIovas(command: UserCommand<typeof iommu_ioas_allow_iovas>): ErrnoName | undefined {
    if (command.fields.__reserved) return 'EOPNOTSUPP';
    const ioas = this.ioas(command.fields.ioas_id);
    if (isErrno(ioas)) return ioas;
    const allowed = this.loadIovas(command);
    return isErrno(allowed) ? allowed : ioas.iopt.setAllowed(allowed);
  }

  /** IOAS-MAP-01 02 03 04 18 46 ABI-15 18 27 28 */
  map(command: UserCommand<typeof iommu_ioas_map>): ErrnoName | undefined {
    const { flags, __reserved, ioas_id, user_va, length, iova } = command.fields;
    if (flags & ~MAP_FLAGS || __reserved) return 'EOPNOTSUPP';
    if (iova === ULONG_MAX || length === ULONG_MAX) return 'EOVERFLOW';
    if (!this.hasAccess(flags)) return 'EINVAL';
    const ioas = this.ioas(ioas_id);
    if (isErrno(ioas)) return ioas;
    const placed = this.mapUser(command.task, { ioas, flags, iova, length }, user_va);
    return isErrno(placed) ? placed : command.respond({ iova: placed });
  }

  /** iopt_map_user_pages(). IOAS-MAP-05 06 07 08 27 */
  mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
    const { flags, length } = mapping;
    if (address + length > ULONG_MAX) return 'EOVERFLOW';
    if (length === 0n || length > MAX_LENGTH) return 'EINVAL';
    const { UserSource } = this.context.kernel.parts.iommufd;
    const pages = this.newPages(task, new UserSource(task.memory, address), flags);
    if (isErrno(pages)) return pages;
    return this.mapNew(mapping, pages, address);
  }

  /** IOAS-FILE-01 02 03 04 05 06 10 ABI-15 */
  mapFile(command: UserCommand<typeof iommu_ioas_map_file>): ErrnoName | undefined {
    const { flags, ioas_id, fd, start, length, iova } = command.fields;
    if (flags & ~MAP_FLAGS) return 'EOPNOTSUPP';
    if (iova === ULONG_MAX || length === ULONG_MAX) return 'EOVERFLOW';
    if (!this.hasAccess(flags)) return 'EINVAL';
    const ioas = this.ioas(ioas_id);
    if (isErrno(ioas)) return ioas;
    if (length === 0n) return 'EINVAL';
    if (start + length - 1n > ULONG_MAX) return 'EOVERFLOW';
    const file = command.task.files.get(fd);
    if (isErrno(file)) return file;
    const pages = this.filePages(command, file);
    if (isErrno(pages)) return pages;
    const placed = this.mapNew({ ioas, flags, iova, length }, pages, start);
    return isErrno(placed) ? placed : command.respond({ iova: placed });
  }

  /** The source and its range are looked up first. IOAS-COPY-01 02 03 04 05 06 10 17 23 ABI-15 */
  copy(command: UserCommand<typeof iommu_ioas_copy>): ErrnoName | undefined {
    const { dst_ioas_id, src_ioas_id, length, dst_iova } = command.fields;
    const { flags, src_iova } = this.syzkallerSource(command);
    if (flags & ~MAP_FLAGS) return 'EOPNOTSUPP';
    if ([length, src_iova, dst_iova].includes(ULONG_MAX)) return 'EOVERFLOW';
    if (!this.hasAccess(flags)) return 'EINVAL';
    const source = this.ioas(src_ioas_id);
    if (isErrno(source)) return source;
    const slices = source.iopt.slices(src_iova, length);
    if (isErrno(slices)) return slices;
    const ioas = this.ioas(dst_ioas_id);
    if (isErrno(ioas)) return ioas;
    const placed = this.mapSlices({ ioas, flags, iova: dst_iova, length }, slices);
    return isErrno(placed) ? placed : command.respond({ dst_iova: placed });
  }

  /** IOAS-UNMAP-01 02 03 09 10 11 12 ABI-16 */
  unmap(command: UserCommand<typeof iommu_ioas_unmap>): ErrnoName | undefined {
    const { ioas_id, iova, length } = command.fields;
    const ioas = this.ioas(ioas_id);
    if (isErrno(ioas)) return ioas;
    const everything = iova === 0n && length === ULONG_MAX;
    if (!everything && (iova === ULONG_MAX || length === ULONG_MAX)) return 'EOVERFLOW';
    const { bytes, error } = everything
      ? ioas.iopt.unmap(0n, ULONG_MAX)
      : ioas.unmapRange(iova, length);
    if (error) return error;
    if (bytes === 0n && !everything) return 'ENOENT';
    return command.respond({ length: bytes });
  }

  /**
   * Moves the accounting of all maps of files to the caller; EINVAL if there is any other map. OPT-21 22 23 24 25 26 28
   */
  changeProcess(command: UserCommand<typeof iommu_ioas_change_process>): ErrnoName | undefined {
    if (command.fields.__reserved) return 'EOPNOTSUPP';
    const error = this.listAll();
    if (error) return error;
    const all = this.everyPages();
    for (const { source } of all) if (source.kind !== 'file') return 'EINVAL';
    return this.movePages(command.task, [...all]);
  }

  /** A test kernel takes the source as area number and offset where it is told so. ABI-26 */
  protected syzkallerSource({ fields }: UserCommand<typeof iommu_ioas_copy>): CopySource {
    const { flags, src_iova, src_ioas_id } = fields;
    const { selftest } = this.context.kernel;
    if (!selftest || !(flags & MOCK_FLAGS_ACCESS_SYZ)) return { flags, src_iova };
    const ioas = this.ioas(src_ioas_id);
    const converted = isErrno(ioas) ? src_iova : convertIova(ioas, src_iova);
    return { flags: flags & ~MOCK_FLAGS_ACCESS_SYZ, src_iova: converted };
  }

  /** Nothing is made that gives a device no access at all. IOAS-MAP-03 IOAS-COPY-03 */
  protected hasAccess(flags: number): boolean {
    return (flags & (IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE)) !== 0;
  }

  /** iopt_map_common(): takes over the reference to the pages. */
  protected mapNew(mapping: Mapping, pages: IoptPages, start: bigint): bigint | ErrnoName {
    const slice = { pages, startByte: start - pages.source.start, length: mapping.length };
    const placed = this.mapSlices(mapping, [slice]);
    pages.put();
    return placed;
  }

  /** iopt_map_file_pages(). IOAS-FILE-17 18 20 21 25 */
  protected filePages(
    { fields, task }: UserCommand<typeof iommu_ioas_map_file>,
    file: OpenFile,
  ): IoptPages | ErrnoName {
    const { start, length, flags } = fields;
    const { kernel } = this.context;
    const { dmabuf } = file.operations;
    if (!dmabuf) {
      if (length > MAX_LENGTH) return 'EINVAL';
      return this.newPages(task, new kernel.parts.iommufd.FileSource(file, start), flags);
    }
    if (start + length > dmabuf.size) return 'EINVAL';
    if (kernel.faults.kmalloc()) return 'ENOMEM';
    const physical = dmabuf.mapForIommufd();
    if (isErrno(physical)) return physical;
    const writable = this.isWritable(flags);
    const accounting = this.accountingOf(task);
    const options = { file, dmabuf, physical, start, writable, accounting };
    return new kernel.parts.iommufd.DmabufPages(kernel, options);
  }

  protected newPages(task: Task, source: PageSource, flags: number): IoptPages | ErrnoName {
    const { kernel } = this.context;
    const error = kernel.faults.kmalloc();
    if (error) {
      source.release();
      return error;
    }
    const writable = this.isWritable(flags);
    return new kernel.parts.iommufd.IoptPages(kernel, source, writable, this.accountingOf(task));
  }

  /** The capability counts at this moment, not when pages are pinned. PIN-02 VFIO-36 */
  protected accountingOf(task: Task): Accounting {
    const { kernel, accountMode } = this.context;
    const mode = task.capabilities.has('IPC_LOCK') ? 'none' : accountMode;
    const last = this.lastAccounting;
    if (last?.task === task && last.mode === mode) return last;
    this.lastAccounting = new kernel.parts.iommufd.Accounting(task, mode);
    return this.lastAccounting;
  }

  protected isWritable(flags: number): boolean {
    return (flags & IOMMU_IOAS_MAP_WRITEABLE) !== 0;
  }

  protected mapSlices(mapping: Mapping, slices: readonly PagesSlice[]): bigint | ErrnoName {
    const { ioas, flags, iova, length } = mapping;
    const fixed = (flags & IOMMU_IOAS_MAP_FIXED_IOVA) !== 0;
    return ioas.iopt.map({
      slices,
      length,
      iova: fixed ? iova : undefined,
      protection: this.protection(flags),
    });
  }

  /** conv_iommu_prot(). */
  protected protection(flags: number): IommuProtection {
    const read = (flags & IOMMU_IOAS_MAP_READABLE) !== 0;
    const write = (flags & IOMMU_IOAS_MAP_WRITEABLE) !== 0;
    return protections.find((other) => other.read === read && other.write === write) ?? NO_ACCESS;
  }

  /** iommufd_ioas_load_iovas(): the array, element by element. IOAS-ALLOW-03 04 05 */
  protected loadIovas(
    command: UserCommand<typeof iommu_ioas_allow_iovas>,
  ): AllowedIovas | ErrnoName {
    const { num_iovas, allowed_iovas } = command.fields;
    const allowed = new this.context.kernel.parts.iommufd.AllowedIovas();
    for (let index = 0; index < num_iovas; index++) {
      const address = allowed_iovas + BigInt(index) * RANGE_SIZE;
      const bytes = command.task.memory.copyFromUser(address, iommu_iova_range.size);
      if (isErrno(bytes)) return bytes;
      const { start, last } = iommu_iova_range.unpack(bytes);
      if (this.context.kernel.faults.kmalloc()) return 'ENOMEM';
      if (start >= last || !allowed.add({ first: start, last })) return 'EINVAL';
    }
    return allowed;
  }

  /** Everything is charged to the new process before anything is given back to the old. */
  protected movePages(task: Task, all: readonly IoptPages[]): ErrnoName | undefined {
    const { Accounting } = this.context.kernel.parts.iommufd;
    const moves = all
      .filter(({ accounting }) => accounting.movesTo(task))
      .map((pages) => ({ pages, to: new Accounting(task, pages.accounting.mode) }));
    for (const [index, { pages, to }] of moves.entries()) {
      const error = to.charge(pages.pinnedPages);
      if (error) {
        for (const done of moves.slice(0, index)) done.to.uncharge(done.pages.pinnedPages);
        return error;
      }
    }
    for (const { pages, to } of moves) pages.moveAccounting(to);
    return undefined;
  }

  /** iommufd_take_all_iova_rwsem(): a list of one needs no memory. OPT-22 */
  protected listAll(): 'ENOMEM' | undefined {
    const [, second] = [...this.context.objects.all()].filter((object) => object instanceof Ioas);
    return second && this.context.kernel.faults.kmalloc();
  }

  protected everyPages(): Set<IoptPages> {
    const pages = new Set<IoptPages>();
    for (const object of this.context.objects.all()) {
      if (!(object instanceof Ioas)) continue;
      for (const area of object.iopt.areas.all()) pages.add(area.pages);
    }
    return pages;
  }

  protected ioas(id: number): Ioas | 'ENOENT' {
    return this.context.objects.get(id, Ioas);
  }
}
