import { VFIO_CONTAINER_PATH } from '#uapi/paths.ts';

import type { DeviceBackend } from './backend.ts';
import type { VmmContext } from './container.ts';
import type { LegacyContainer } from './container-legacy.ts';
import type { VfioDevice } from './device.ts';
import { failed, must, VmmError } from './error.ts';
import type { VfioGroup } from './group.ts';

/** Devices by their groups. */
export class LegacyBackend implements DeviceBackend {
  protected readonly context: VmmContext;
  protected readonly groups = new Map<string, VfioGroup>();
  protected readonly containers: LegacyContainer[] = [];

  constructor(context: VmmContext) {
    this.context = context;
  }

  /** VMM-CB-02. */
  async attachDevice(device: VfioDevice): Promise<void> {
    const { id, group: path } = device.info;
    if (path === undefined) throw new VmmError(`device ${id} has no VFIO group`);
    for (const { devices } of this.groups.values()) {
      if ([...devices].some(({ info }) => info.id === id)) {
        throw new VmmError(`device ${id} is already attached`);
      }
    }
    const group = this.groups.get(path) ?? (await this.openGroup(path));
    try {
      await group.openDevice(device);
      await device.getInfo();
    } catch (error) {
      if (group.devices.has(device)) await this.detachDevice(device);
      else await this.putGroup(group);
      throw error;
    }
    device.container = group.container;
    group.container?.devices.add(device);
  }

  /** VMM-CB-03; the device goes before its group leaves the container: VMM-ORD-01. */
  async detachDevice(device: VfioDevice): Promise<void> {
    const { syscalls } = this.context;
    await syscalls.close(device.file);
    for (const group of this.groups.values()) {
      if (!group.devices.delete(device)) continue;
      group.container?.devices.delete(device);
      await this.putGroup(group);
    }
    device.container = undefined;
  }

  /** Fails with EBUSY while one of its devices is bound to an iommufd: VMM-ATT-16. */
  protected async openGroup(path: string): Promise<VfioGroup> {
    const { syscalls, parts } = this.context;
    const file = await syscalls.open(path);
    if (typeof file === 'number') throw failed(`open of ${path}`, file);
    const group = new parts.VfioGroup(syscalls, file);
    try {
      await group.demandViable();
      group.container = (await this.joined(group)) ?? (await this.newContainer(group));
    } catch (error) {
      await syscalls.close(file);
      throw error;
    }
    group.container.groups.add(group);
    this.groups.set(path, group);
    return group;
  }

  /** The first container that takes it. */
  protected async joined(group: VfioGroup): Promise<LegacyContainer | undefined> {
    for (const container of this.containers) {
      if ((await group.setContainer(container)) === 0) return container;
    }
    return undefined;
  }

  protected async newContainer(group: VfioGroup): Promise<LegacyContainer> {
    const { syscalls, parts } = this.context;
    const file = await syscalls.open(VFIO_CONTAINER_PATH);
    if (typeof file === 'number') throw failed(`open of ${VFIO_CONTAINER_PATH}`, file);
    const container = new parts.LegacyContainer(this.context, file);
    try {
      await container.check();
      must('VFIO_GROUP_SET_CONTAINER', await group.setContainer(container));
      await container.setup();
      await this.fill(container);
    } catch (error) {
      await syscalls.close(file);
      throw error;
    }
    this.containers.push(container);
    return container;
  }

  /** A map that fails leaves nothing mapped. */
  protected async fill(container: LegacyContainer): Promise<void> {
    try {
      await container.listen();
    } catch (error) {
      await container.stopListening();
      throw error;
    }
  }

  /** With its last device; and its container, with the last group. */
  protected async putGroup(group: VfioGroup): Promise<void> {
    const { container, file } = group;
    if (group.devices.size > 0 || container === undefined) return;
    const { syscalls } = this.context;
    this.groups.delete(file.path);
    container.groups.delete(group);
    const isLast = container.groups.size === 0;
    if (isLast) await container.stopListening();
    await group.unsetContainer();
    if (isLast) {
      await syscalls.close(container.file);
      this.containers.splice(this.containers.indexOf(container), 1);
    }
    await syscalls.close(file);
  }
}
