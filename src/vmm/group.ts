import {
  VFIO_GROUP_FLAGS_VIABLE,
  VFIO_GROUP_GET_DEVICE_FD,
  VFIO_GROUP_GET_STATUS,
  VFIO_GROUP_SET_CONTAINER,
  VFIO_GROUP_UNSET_CONTAINER,
} from '#uapi/vfio/group.ts';

import type { LegacyContainer } from './container-legacy.ts';
import type { VfioDevice } from './device.ts';
import { must, VmmError } from './error.ts';
import type { OpenFile, Syscalls } from './syscalls.ts';

/** An IOMMU group that the VMM has open, since the first of its devices and until the last. */
export class VfioGroup {
  readonly file: OpenFile;
  readonly devices = new Set<VfioDevice>();
  container: LegacyContainer | undefined;
  readonly #syscalls: Syscalls;

  constructor(syscalls: Syscalls, file: OpenFile) {
    this.#syscalls = syscalls;
    this.file = file;
  }

  /** Throws where another driver has a device of it: VMM-ATT-12. */
  async demandViable(): Promise<void> {
    const { result, fields } = await this.#syscalls.ioctl(this.file, VFIO_GROUP_GET_STATUS, {});
    must('VFIO_GROUP_GET_STATUS', result);
    if (fields.flags & VFIO_GROUP_FLAGS_VIABLE) return;
    throw new VmmError(
      `group ${this.file.path} is not viable; bind all of its devices to a driver of VFIO`,
    );
  }

  async setContainer(container: LegacyContainer): Promise<number> {
    const { fd, path } = container.file;
    const bytes = new Uint8Array(Int32Array.of(fd).buffer);
    return this.#syscalls.pointed(this.file, VFIO_GROUP_SET_CONTAINER, bytes, path);
  }

  async unsetContainer(): Promise<void> {
    await this.#syscalls.plain(this.file, VFIO_GROUP_UNSET_CONTAINER);
  }

  async openDevice(device: VfioDevice): Promise<void> {
    const { id } = device.info;
    const bytes = new TextEncoder().encode(`${id}\0`);
    const fd = await this.#syscalls.pointed(this.file, VFIO_GROUP_GET_DEVICE_FD, bytes, id);
    device.file = { fd: must(`VFIO_GROUP_GET_DEVICE_FD of ${id}`, fd), path: id };
    this.devices.add(device);
  }
}
