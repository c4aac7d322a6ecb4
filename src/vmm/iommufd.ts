import { IOMMU_IOAS_ALLOC, IOMMU_IOAS_CHANGE_PROCESS } from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';
import { VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';

import type { DeviceBackend } from './backend.ts';
import type { VmmContext } from './container.ts';
import type { IommufdContainer } from './container-iommufd.ts';
import type { VfioDevice } from './device.ts';
import { failed, must, VmmError } from './error.ts';
import type { OpenFile } from './syscalls.ts';

/** An iommufd object of the VMM, and the devices that were given it: VMM-OBJ-06. */
export class IommufdBackend implements DeviceBackend {
  protected readonly context: VmmContext;
  protected readonly containers: IommufdContainer[] = [];
  #file: OpenFile | undefined;
  /** Devices that are connected to it. */
  #users = 0;

  constructor(context: VmmContext) {
    this.context = context;
  }

  get file(): OpenFile {
    if (this.#file === undefined) throw new Error('the iommufd is not open');
    return this.#file;
  }

  /** VMM-CB-02. */
  async attachDevice(device: VfioDevice): Promise<void> {
    const { syscalls } = this.context;
    const { id, cdev } = device.info;
    if (cdev === undefined) throw new VmmError(`device ${id} has no node of its own`);
    const file = await syscalls.open(cdev);
    if (typeof file === 'number') throw failed(`open of ${cdev}`, file);
    device.file = file;
    try {
      await this.connect();
      await this.attachConnected(device);
    } catch (error) {
      await this.disconnect();
      await syscalls.close(file);
      throw error;
    }
  }

  /** VMM-CB-03. */
  async detachDevice(device: VfioDevice): Promise<void> {
    const { container } = device;
    if (container?.backend !== 'iommufd') throw new Error('a device of another backend');
    await this.leave(container as IommufdContainer, device);
    await this.disconnect();
    await this.context.syscalls.close(device.file);
  }

  protected async attachConnected(device: VfioDevice): Promise<void> {
    const deviceId = await this.bind(device);
    const host = new this.context.parts.HostIommuDevice(this.context, this.file, deviceId);
    device.host = host;
    const container = (await this.joined(device)) ?? (await this.newContainer(device));
    device.container = container;
    container.devices.add(device);
    try {
      await device.getInfo();
      await host.realize();
    } catch (error) {
      await this.leave(container, device);
      throw error;
    }
  }

  /** Opens /dev/iommu for the first, and asks whether mappings could go to another process. */
  protected async connect(): Promise<void> {
    this.#users += 1;
    if (this.#file !== undefined) return;
    const { syscalls } = this.context;
    const file = await syscalls.open(IOMMUFD_PATH);
    if (typeof file === 'number') throw failed(`open of ${IOMMUFD_PATH}`, file);
    this.#file = file;
    // Linux 6.12 has no such command, which matters to nobody here.
    await syscalls.ioctl(file, IOMMU_IOAS_CHANGE_PROCESS, {});
  }

  protected async disconnect(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0 || this.#file === undefined) return;
    await this.context.syscalls.close(this.#file);
    this.#file = undefined;
  }

  protected async bind(device: VfioDevice): Promise<number> {
    const { syscalls } = this.context;
    const values = { iommufd: this.file.fd };
    const bound = await syscalls.ioctl(device.file, VFIO_DEVICE_BIND_IOMMUFD, values);
    must(`VFIO_DEVICE_BIND_IOMMUFD of ${device.info.id}`, bound.result);
    return bound.fields.out_devid;
  }

  /** The first container that takes it, with a page table of its own or one that is there: VMM-ATT-01. */
  protected async joined(device: VfioDevice): Promise<IommufdContainer | undefined> {
    for (const container of this.containers) {
      if ((await container.attach(device)) === 0) return container;
    }
    return undefined;
  }

  protected async newContainer(device: VfioDevice): Promise<IommufdContainer> {
    const { syscalls, parts } = this.context;
    const ioas = await syscalls.ioctl(this.file, IOMMU_IOAS_ALLOC, {});
    must('IOMMU_IOAS_ALLOC', ioas.result);
    const { out_ioas_id: ioasId } = ioas.fields;
    const container = new parts.IommufdContainer(this.context, this.file, ioasId);
    try {
      must(`attaching ${device.info.id} to a page table`, await container.attach(device));
      await this.fill(container, device);
    } catch (error) {
      await this.destroy(ioasId);
      throw error;
    }
    this.containers.push(container);
    return container;
  }

  protected async fill(container: IommufdContainer, device: VfioDevice): Promise<void> {
    await container.askRanges();
    try {
      await container.listen();
    } catch (error) {
      await container.detach(device);
      await container.stopListening();
      throw error;
    }
  }

  /** The last device takes what is mapped, and the IOAS, with it: VMM-ATT-14. */
  protected async leave(container: IommufdContainer, device: VfioDevice): Promise<void> {
    await container.detach(device);
    container.devices.delete(device);
    device.container = undefined;
    if (container.devices.size > 0) return;
    await container.stopListening();
    await this.destroy(container.ioasId);
    this.containers.splice(this.containers.indexOf(container), 1);
  }

  protected async destroy(id: number): Promise<void> {
    await this.context.syscalls.ioctl(this.file, IOMMU_DESTROY, { id });
  }
}
