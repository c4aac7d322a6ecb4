import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
} from '#uapi/iommufd/ioas.ts';
import {
  VFIO_API_VERSION,
  VFIO_CHECK_EXTENSION,
  VFIO_DMA_CC_IOMMU,
  VFIO_GET_API_VERSION,
  VFIO_NOIOMMU_IOMMU,
  VFIO_SET_IOMMU,
  VFIO_TYPE1_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
} from '#uapi/vfio/container.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';
import type { vfio_iommu_type1_dma_unmap } from '#uapi/vfio/iommu-type1.ts';
import type { Value } from '#uapi/codec.ts';
import { isErrno } from '../lib/errno.ts';
import { ULONG_MAX } from '../lib/math.ts';
import type { Task } from '../fs/process.ts';
import { loadArgument } from '../mm/argument.ts';
import type { AreaCutter } from './area-cutter.ts';
import type { Unmapped } from './io-pagetable.ts';
import type { IoasCommands } from './ioas-commands.ts';
import type { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';

/** Extensions that go with an IOMMU. */
const EXTENSIONS = [VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU, VFIO_UNMAP_ALL];
const MAP_FLAGS = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;

type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

/** vfio_compat.c: an iommufd as VFIO container. */
export class VfioCompat {
  protected readonly context: Iommufd;
  protected readonly ioasCommands: IoasCommands;
  protected readonly cutter: AreaCutter;

  constructor(context: Iommufd, ioasCommands: IoasCommands, cutter: AreaCutter) {
    this.context = context;
    this.ioasCommands = ioasCommands;
    this.cutter = cutter;
  }

  /** iommufd_vfio_ioctl(). ABI-03 VFIO-01 31 VFIO-CMP-03 10 */
  ioctl(task: Task, request: number, arg: bigint): number {
    const result = this.command(task, request, arg);
    return isErrno(result) ? failure(result) : (result ?? 0);
  }

  /** iommufd_vfio_compat_ioas_create(): what is set already stays; EINVAL in noiommu mode. VFIO-32 35 38 VFIO-CMP-01 13 */
  createIoas(): ErrnoName | undefined {
    const { kernel, vfioIoas, noiommuMode } = this.context;
    if (noiommuMode) return 'EINVAL';
    if (vfioIoas) return undefined;
    const ioas = this.context.create((id) => new kernel.parts.iommufd.Ioas(id, kernel));
    if (isErrno(ioas)) return ioas;
    this.context.vfioIoas = ioas;
    return undefined;
  }

  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_GET_API_VERSION.request:
        return VFIO_API_VERSION;
      case VFIO_CHECK_EXTENSION.request:
        return this.checkExtension(arg);
      case VFIO_SET_IOMMU.request:
        return this.context.noiommuMode ? this.setNoiommu(task, arg) : this.setIommu(arg);
      case VFIO_IOMMU_GET_INFO.request:
        return this.getInfo(task, arg);
      case VFIO_IOMMU_MAP_DMA.request:
        return this.mapDma(task, arg);
      case VFIO_IOMMU_UNMAP_DMA.request:
        return this.unmapDma(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  /** VFIO-02 03 04 05 06 VFIO-CMP-04 */
  protected checkExtension(extension: bigint): number | ErrnoName {
    if (extension === BigInt(VFIO_DMA_CC_IOMMU)) {
      const ioas = this.ioas();
      return isErrno(ioas) ? ioas : Number(this.isCoherent(ioas));
    }
    if (extension === BigInt(VFIO_NOIOMMU_IOMMU)) return 1;
    return EXTENSIONS.includes(Number(extension)) && !this.context.noiommuMode ? 1 : 0;
  }

  /** iommufd_vfio_cc_iommu(): true where there are no page tables. DEV-26 */
  protected isCoherent({ hwpts }: Ioas): boolean {
    return [...hwpts].every(({ enforcesCoherency }) => enforcesCoherency);
  }

  /** VFIO-07 08 09 10 VFIO-CMP-05 */
  protected setIommu(type: bigint): ErrnoName | undefined {
    const version1 = type === BigInt(VFIO_TYPE1_IOMMU);
    if (!version1 && type !== BigInt(VFIO_TYPE1v2_IOMMU)) return 'EINVAL';
    const ioas = this.ioas();
    if (isErrno(ioas)) return ioas;
    return version1 ? ioas.iopt.disableLargePages() : undefined;
  }

  /** VFIO-11 */
  protected setNoiommu({ capabilities }: Task, type: bigint): ErrnoName | undefined {
    if (type !== BigInt(VFIO_NOIOMMU_IOMMU)) return 'EINVAL';
    return capabilities.has('SYS_RAWIO') ? undefined : 'EPERM';
  }

  /** VFIO-12 13 */
  protected getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_GET_INFO);
    if (isErrno(argument)) return argument;
    const ioas = this.ioas();
    if (isErrno(ioas)) return ioas;
    return new this.context.kernel.parts.iommufd.VfioInfo().write(argument, ioas.iopt);
  }

  /** VFIO-18 19 20 21 36 37 VFIO-CMP-08 */
  protected mapDma(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_MAP_DMA);
    if (isErrno(argument)) return argument;
    const { flags, vaddr, iova, size: length } = argument.fields;
    if (flags & ~MAP_FLAGS) return 'EINVAL';
    const ioas = this.ioas();
    if (isErrno(ioas)) return ioas;
    const mapping = { ioas, flags: this.mapFlags(flags), iova, length };
    const placed = this.ioasCommands.mapUser(task, mapping, vaddr);
    return isErrno(placed) ? placed : undefined;
  }

  /** What was unmapped is told also where a later area could not be. VFIO-22 23 24 25 28 29 30 43 VFIO-CMP-09 */
  protected unmapDma(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_IOMMU_UNMAP_DMA);
    if (isErrno(argument)) return argument;
    const { fields } = argument;
    if (fields.flags & ~VFIO_DMA_UNMAP_FLAG_ALL) return 'EINVAL';
    const ioas = this.ioas();
    if (isErrno(ioas)) return ioas;
    const all = (fields.flags & VFIO_DMA_UNMAP_FLAG_ALL) !== 0;
    if (all && (fields.iova !== 0n || fields.size !== 0n)) return 'EINVAL';
    const uncut = all ? undefined : this.cut(ioas, fields);
    if (uncut) return uncut;
    const { bytes, error } = this.unmap(ioas, fields, all);
    return argument.respond({ size: bytes }, VFIO_IOMMU_UNMAP_DMA.minSize) ?? error;
  }

  /** Type 1 version 1 is told by its small pages. The range may wrap, and have no bytes. VFIO-26 VFIO-CMP-07 */
  protected cut(ioas: Ioas, { iova, size }: UnmapFields): ErrnoName | undefined {
    if (ioas.iopt.largePages) return undefined;
    const last = BigInt.asUintN(64, iova + size - 1n);
    return this.cutter.cut(ioas.iopt, iova === 0n ? [last] : [last, iova - 1n]);
  }

  protected unmap(ioas: Ioas, { iova, size }: UnmapFields, all: boolean): Unmapped {
    return all ? ioas.iopt.unmap(0n, ULONG_MAX) : ioas.unmapRange(iova, size);
  }

  protected mapFlags(flags: number): number {
    const read = flags & VFIO_DMA_MAP_FLAG_READ ? IOMMU_IOAS_MAP_READABLE : 0;
    const write = flags & VFIO_DMA_MAP_FLAG_WRITE ? IOMMU_IOAS_MAP_WRITEABLE : 0;
    return IOMMU_IOAS_MAP_FIXED_IOVA | read | write;
  }

  protected ioas(): Ioas | 'ENODEV' {
    return this.context.vfioIoas ?? 'ENODEV';
  }
}
