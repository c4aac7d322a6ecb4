import type { Attachment } from '#port/bench.ts';
import {
  VFIO_API_VERSION,
  VFIO_CHECK_EXTENSION,
  VFIO_GET_API_VERSION,
  VFIO_SET_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
  VFIO_UPDATE_VADDR,
} from '#uapi/vfio/container.ts';
import {
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_IOMMU_DIRTY_PAGES,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_START,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP,
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
  vfio_iommu_type1_dirty_bitmap_get,
} from '#uapi/vfio/iommu-type1.ts';

import { Container } from './container.ts';
import type { DmaMapping, DmaRange, VmmContext } from './container.ts';
import { must, VmmError } from './error.ts';
import { parseInfo } from './container-info.ts';
import type { OpenFile } from './syscalls.ts';
import type { VfioGroup } from './group.ts';

/** A container of VFIO's own with its type1, which groups share: VMM-OBJ-03. */
export class LegacyContainer extends Container {
  readonly backend = 'legacy';
  readonly file: OpenFile;
  readonly groups = new Set<VfioGroup>();
  /** How many mappings it takes, where the kernel says so. */
  dmaMaxMappings: number | undefined;
  #tracksDirtyPages = false;

  constructor(context: VmmContext, file: OpenFile) {
    super(context);
    this.file = file;
  }

  /** Before a group is in it: is this the interface that we know? */
  async check(): Promise<void> {
    const { syscalls } = this.context;
    const version = await syscalls.plain(this.file, VFIO_GET_API_VERSION);
    if (version !== VFIO_API_VERSION) throw new VmmError(`VFIO_GET_API_VERSION is ${version}`);
    const type = await syscalls.plain(this.file, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU);
    if (type <= 0) throw new VmmError('the container has no VFIO_TYPE1v2_IOMMU');
  }

  /** With its first group: chooses the type, and asks what it can: VMM-CB-01. */
  async setup(): Promise<void> {
    const { syscalls } = this.context;
    const set = await syscalls.plain(this.file, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
    must('VFIO_SET_IOMMU', set);
    for (const extension of [VFIO_UPDATE_VADDR, VFIO_UNMAP_ALL]) {
      await syscalls.plain(this.file, VFIO_CHECK_EXTENSION, extension);
    }
    await this.getInfo();
  }

  /** Asks again with the room that the first answer wants. */
  protected async getInfo(): Promise<void> {
    const { syscalls } = this.context;
    const first = await syscalls.ioctl(this.file, VFIO_IOMMU_GET_INFO, {});
    must('VFIO_IOMMU_GET_INFO', first.result);
    const { argsz } = first.fields;
    if (argsz <= VFIO_IOMMU_GET_INFO.struct.size) return;
    const whole = await syscalls.ioctl(this.file, VFIO_IOMMU_GET_INFO, {}, argsz);
    must('VFIO_IOMMU_GET_INFO', whole.result);
    const { iovaRanges, available, dirtyPageSizes } = parseInfo(await syscalls.reply(argsz));
    this.#tracksDirtyPages = (dirtyPageSizes & BigInt(this.pageSize)) !== 0n;
    this.iovaRanges = iovaRanges;
    this.dmaMaxMappings = available;
  }

  /** VMM-CB-04. */
  async dmaMap({ iova, size, address: vaddr, readOnly }: DmaMapping): Promise<number> {
    const flags = VFIO_DMA_MAP_FLAG_READ | (readOnly ? 0 : VFIO_DMA_MAP_FLAG_WRITE);
    const { syscalls } = this.context;
    const values = { flags, vaddr, iova, size };
    return (await syscalls.ioctl(this.file, VFIO_IOMMU_MAP_DMA, values)).result;
  }

  get tracksDirtyPages(): boolean {
    return this.#tracksDirtyPages;
  }

  /** VMM-CB-07. */
  async setDirtyPageTracking(on: boolean): Promise<number> {
    const flags = on ? VFIO_IOMMU_DIRTY_PAGES_FLAG_START : VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP;
    const { syscalls } = this.context;
    return (await syscalls.ioctl(this.file, VFIO_IOMMU_DIRTY_PAGES, { flags })).result;
  }

  /** VMM-CB-08. */
  async queryDirtyBitmap({ iova, size }: DmaRange): Promise<Uint8Array | number> {
    return this.withBitmap({ iova, size }, async (data, bytes) => {
      const bitmap = { pgsize: BigInt(this.pageSize), size: BigInt(bytes), data };
      const what = vfio_iommu_type1_dirty_bitmap_get.pack({ iova, size, bitmap });
      const values = { flags: VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP, data: [...what] };
      const space = VFIO_IOMMU_DIRTY_PAGES.struct.size + what.length;
      const { syscalls } = this.context;
      return (await syscalls.ioctl(this.file, VFIO_IOMMU_DIRTY_PAGES, values, space)).result;
    });
  }

  /** VMM-CB-06. */
  async dmaUnmap({ iova, size }: DmaRange): Promise<number> {
    const { syscalls } = this.context;
    return (await syscalls.ioctl(this.file, VFIO_IOMMU_UNMAP_DMA, { iova, size })).result;
  }

  attachmentOf(): Omit<Attachment, 'process'> {
    return { container: this.file.fd };
  }
}
