import type { Attachment, DeviceInfo } from '#port/bench.ts';
import { VFIO_DEVICE_GET_INFO } from '#uapi/vfio/device.ts';

import type { Container } from './container.ts';
import { must } from './error.ts';
import type { HostIommuDevice } from './host-iommu-device.ts';
import type { OpenFile, Syscalls } from './syscalls.ts';

/** A device of the host that the guest has. */
export class VfioDevice {
  readonly info: DeviceInfo;
  protected readonly syscalls: Syscalls;
  container: Container | undefined;
  /** Of a device that is bound to an iommufd. */
  host: HostIommuDevice | undefined;
  #file: OpenFile | undefined;

  constructor(syscalls: Syscalls, info: DeviceInfo) {
    this.syscalls = syscalls;
    this.info = info;
  }

  get file(): OpenFile {
    if (this.#file === undefined) throw new Error(`device ${this.info.id} is not open`);
    return this.#file;
  }

  set file(file: OpenFile) {
    this.#file = file;
  }

  /** VFIO_DEVICE_GET_INFO: what a VMM asks as soon as it has the device in its place. */
  async getInfo(): Promise<void> {
    const { result } = await this.syscalls.ioctl(this.file, VFIO_DEVICE_GET_INFO, {});
    must(`VFIO_DEVICE_GET_INFO of ${this.info.id}`, result);
  }

  get attachment(): Attachment {
    if (this.container === undefined) throw new Error(`device ${this.info.id} is not plugged`);
    const { process } = this.syscalls;
    return { process, deviceFd: this.file.fd, ...this.container.attachmentOf(this) };
  }
}
