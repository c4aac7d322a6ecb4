import type { Attachment } from '#port/bench.ts';
import { failure } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP,
  IOMMU_HWPT_SET_DIRTY_TRACKING,
} from '#uapi/iommufd/hwpt.ts';
import { IOMMU_HW_CAP_DIRTY_TRACKING } from '#uapi/iommufd/device.ts';
import {
  IOMMU_IOAS_IOVA_RANGES,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FILE,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
  iommu_iova_range,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_DETACH_IOMMUFD_PT } from '#uapi/vfio/device.ts';

import { Container } from './container.ts';
import type { DmaMapping, DmaRange, VmmContext } from './container.ts';
import type { VfioDevice } from './device.ts';
import type { OpenFile } from './syscalls.ts';

/** A page table of the host that the VMM made, and who is attached to it. */
interface HardwarePageTable {
  readonly id: number;
  readonly devices: Set<VfioDevice>;
  /** It was made to track dirty pages. */
  readonly tracks: boolean;
}

/** An IOAS, and the page tables on it: VMM-OBJ-03. */
export class IommufdContainer extends Container {
  readonly backend = 'iommufd';
  readonly ioasId: number;
  protected readonly hwpts: HardwarePageTable[] = [];
  readonly #iommufd: OpenFile;
  /** Page tables that come now track as well. */
  #isTracking = false;

  constructor(context: VmmContext, iommufd: OpenFile, ioasId: number) {
    super(context);
    this.#iommufd = iommufd;
    this.ioasId = ioasId;
  }

  /** To the first page table that takes it, else to a new one: VMM-ATT-02 and 03. 0, or a negative errno. */
  async attach(device: VfioDevice): Promise<number> {
    for (const hwpt of this.hwpts) {
      const result = await this.attachTo(hwpt, device);
      if (result !== failure('EINVAL')) return result;
    }
    const hwpt = await this.newPageTable(device);
    if (typeof hwpt === 'number') return hwpt;
    const result = await this.attachTo(hwpt, device);
    if (result < 0) await this.put(hwpt);
    else if (this.#isTracking && hwpt.tracks) await this.setTracking(hwpt, true);
    return result;
  }

  /** Its DMA is blocked then. */
  async detach(device: VfioDevice): Promise<void> {
    const hwpt = this.hwpts.find(({ devices }) => devices.has(device));
    if (hwpt === undefined) throw new Error(`device ${device.info.id} is attached to nothing`);
    await this.context.syscalls.ioctl(device.file, VFIO_DEVICE_DETACH_IOMMUFD_PT, {});
    hwpt.devices.delete(device);
    if (hwpt.devices.size === 0) await this.put(hwpt);
  }

  /** Asks how many there are, and then for them; what goes wrong is no reason to give up: VMM-CB-01. */
  async askRanges(): Promise<void> {
    const { syscalls } = this.context;
    const ask = (num_iovas: number) =>
      syscalls.ioctl(this.#iommufd, IOMMU_IOAS_IOVA_RANGES, {
        ioas_id: this.ioasId,
        num_iovas,
        allowed_iovas: syscalls.data,
      });
    const first = await ask(0);
    if (first.result !== failure('EMSGSIZE')) return;
    const most = syscalls.pageSize / 2 / iommu_iova_range.size;
    const { result, fields } = await ask(Math.min(first.fields.num_iovas, most));
    if (result < 0) return;
    const bytes = await syscalls.load(syscalls.data, fields.num_iovas * iommu_iova_range.size);
    this.iovaRanges = Array.from({ length: fields.num_iovas }, (_, index) => {
      const { start, last } = iommu_iova_range.unpack(
        bytes.subarray(index * iommu_iova_range.size),
      );
      return { first: start, last };
    });
  }

  /** VMM-CB-04; of a file VMM-CB-05. */
  async dmaMap({ iova, size: length, ...memory }: DmaMapping): Promise<number> {
    const { address: user_va, readOnly, file } = memory;
    const access = IOMMU_IOAS_MAP_READABLE | (readOnly ? 0 : IOMMU_IOAS_MAP_WRITEABLE);
    const values = {
      flags: IOMMU_IOAS_MAP_FIXED_IOVA | access,
      ioas_id: this.ioasId,
      length,
      iova,
    };
    const { syscalls } = this.context;
    const { result } = await (file === undefined
      ? syscalls.ioctl(this.#iommufd, IOMMU_IOAS_MAP, { ...values, user_va })
      : syscalls.ioctl(this.#iommufd, IOMMU_IOAS_MAP_FILE, { ...values, fd: file.fd, start: 0n }));
    return result;
  }

  /** What is not mapped any more is no failure: VMM-CB-06. */
  async dmaUnmap({ iova, size: length }: DmaRange): Promise<number> {
    const values = { ioas_id: this.ioasId, iova, length };
    const { result } = await this.context.syscalls.ioctl(this.#iommufd, IOMMU_IOAS_UNMAP, values);
    return result === failure('ENOENT') ? 0 : result;
  }

  /** Where each page table does: what one cannot tell is not known. */
  get tracksDirtyPages(): boolean {
    return this.hwpts.every(({ tracks }) => tracks);
  }

  /** Of each page table that can; where one fails none does: VMM-CB-07. */
  async setDirtyPageTracking(on: boolean): Promise<number> {
    const tracked = this.hwpts.filter(({ tracks }) => tracks);
    for (const [index, hwpt] of tracked.entries()) {
      if ((await this.setTracking(hwpt, on)) === 0) continue;
      for (const other of tracked.slice(0, index)) await this.setTracking(other, !on);
      return failure('EINVAL');
    }
    this.#isTracking = on;
    return 0;
  }

  /** What was written by devices of any page table: VMM-CB-08. */
  async queryDirtyBitmap({ iova, size: length }: DmaRange): Promise<Uint8Array | number> {
    const { syscalls } = this.context;
    const page_size = BigInt(this.pageSize);
    return this.withBitmap({ iova, size: length }, async (data) => {
      for (const { id: hwpt_id, tracks } of this.hwpts) {
        if (!tracks) continue;
        const values = { hwpt_id, iova, length, page_size, data };
        const asked = await syscalls.ioctl(this.#iommufd, IOMMU_HWPT_GET_DIRTY_BITMAP, values);
        if (asked.result < 0) return asked.result;
      }
      return 0;
    });
  }

  protected async setTracking({ id: hwpt_id }: HardwarePageTable, on: boolean): Promise<number> {
    const flags = on ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0;
    const { syscalls } = this.context;
    const values = { hwpt_id, flags };
    return (await syscalls.ioctl(this.#iommufd, IOMMU_HWPT_SET_DIRTY_TRACKING, values)).result;
  }

  attachmentOf(device: VfioDevice): Omit<Attachment, 'process'> {
    const hwpt = this.hwpts.find(({ devices }) => devices.has(device));
    const { fd: iommufd } = this.#iommufd;
    return { iommufd, ioas: this.ioasId, ...(hwpt && { hwpt: hwpt.id }) };
  }

  protected async attachTo(hwpt: HardwarePageTable, device: VfioDevice): Promise<number> {
    const values = { pt_id: hwpt.id };
    const { syscalls } = this.context;
    const { result } = await syscalls.ioctl(device.file, VFIO_DEVICE_ATTACH_IOMMUFD_PT, values);
    if (result === 0) hwpt.devices.add(device);
    return result;
  }

  /** It tracks dirty pages where the host can: VMM-ATT-03. */
  protected async newPageTable(device: VfioDevice): Promise<HardwarePageTable | number> {
    const { host } = device;
    if (host === undefined) throw new Error(`device ${device.info.id} was never bound`);
    const info = await host.getHwInfo();
    if (typeof info === 'number') return info;
    const tracks = (info.capabilities & BigInt(IOMMU_HW_CAP_DIRTY_TRACKING)) !== 0n;
    const made = await this.context.syscalls.ioctl(this.#iommufd, IOMMU_HWPT_ALLOC, {
      flags: tracks ? IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0,
      dev_id: host.deviceId,
      pt_id: this.ioasId,
    });
    if (made.result < 0) return made.result;
    const hwpt = { id: made.fields.out_hwpt_id, devices: new Set<VfioDevice>(), tracks };
    this.hwpts.push(hwpt);
    return hwpt;
  }

  protected async put(hwpt: HardwarePageTable): Promise<void> {
    this.hwpts.splice(this.hwpts.indexOf(hwpt), 1);
    await this.context.syscalls.ioctl(this.#iommufd, IOMMU_DESTROY, { id: hwpt.id });
  }
}
