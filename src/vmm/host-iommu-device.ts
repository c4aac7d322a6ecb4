import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';

import type { VmmContext } from './container.ts';
import { must } from './error.ts';
import type { OpenFile } from './syscalls.ts';

/** What the host says of the IOMMU before a device. */
export interface HwInfo {
  /** IOMMU_HW_INFO_TYPE_*. */
  readonly type: number;
  /** IOMMU_HW_CAP_*. */
  readonly capabilities: bigint;
  /** Of the vendor, as they are. */
  readonly bytes: Uint8Array;
}

/** Bytes that a VMM has for what a vendor tells: as much as the longest of them. */
const dataLength = 40;

/** What a vIOMMU is given of a device: which it is in the iommufd, and what its IOMMU can. */
export class HostIommuDevice {
  readonly deviceId: number;
  /** Once it was realized. */
  info: HwInfo | undefined;
  protected readonly context: VmmContext;
  readonly #iommufd: OpenFile;

  constructor(context: VmmContext, iommufd: OpenFile, deviceId: number) {
    this.context = context;
    this.#iommufd = iommufd;
    this.deviceId = deviceId;
  }

  /** VMM-ATT-10. */
  async realize(): Promise<void> {
    const info = await this.getHwInfo();
    if (typeof info === 'number') must('IOMMU_GET_HW_INFO', info);
    else this.info = info;
  }

  /** Or a negative errno. */
  async getHwInfo(): Promise<HwInfo | number> {
    const { syscalls } = this.context;
    const { result, fields } = await syscalls.ioctl(this.#iommufd, IOMMU_GET_HW_INFO, {
      dev_id: this.deviceId,
      data_len: dataLength,
      data_uptr: syscalls.data,
    });
    if (result < 0) return result;
    const bytes = await syscalls.load(syscalls.data, Math.min(fields.data_len, dataLength));
    return { type: fields.out_data_type, capabilities: fields.out_capabilities, bytes };
  }
}
