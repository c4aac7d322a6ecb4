import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import {
  VFIO_GROUP_GET_DEVICE_FD,
  VFIO_GROUP_GET_STATUS,
  VFIO_GROUP_SET_CONTAINER,
  VFIO_GROUP_UNSET_CONTAINER,
} from '#uapi/vfio/group.ts';
import type { FileOperations, OpenFile } from '../fs/file.ts';
import { isErrno } from '../lib/errno.ts';
import { strndupUser } from '../mm/strndup-user.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { VfioParts } from './parts.ts';
import type { Task } from '../fs/process.ts';
import { loadArgument } from '../mm/argument.ts';
import type { VfioDevice } from './device.ts';
import type { VfioGroup } from './group.ts';

const FD_SIZE = 4;

export interface GroupFileOptions {
  readonly parts: VfioParts;
  readonly group: VfioGroup;
  /** Of the devices that VFIO drives, the one of the group with that name in sysfs. */
  readonly find: (name: string) => VfioDevice | ErrnoName;
}

/** group.c: an open /dev/vfio/N. */
export class GroupFile implements FileOperations {
  protected readonly parts: VfioParts;
  protected readonly group: VfioGroup;
  protected readonly find: GroupFileOptions['find'];

  constructor({ parts, group, find }: GroupFileOptions) {
    this.parts = parts;
    this.group = group;
    this.find = find;
  }

  opened(file: OpenFile): void {
    this.group.file = file;
  }

  /** vfio_group_fops_unl_ioctl(). VFIO-GRP-16 */
  ioctl(task: Task, request: number, arg: bigint): number {
    const result = this.command(task, request, arg);
    return isErrno(result) ? failure(result) : (result ?? 0);
  }

  release(): void {
    this.group.close();
  }

  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_GROUP_GET_STATUS.request:
        return this.getStatus(task, arg);
      case VFIO_GROUP_SET_CONTAINER.request:
        return this.setContainer(task, arg);
      case VFIO_GROUP_UNSET_CONTAINER.request:
        return this.group.unsetContainer();
      case VFIO_GROUP_GET_DEVICE_FD.request:
        return this.getDeviceFd(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  /** VFIO-GRP-05 06 */
  protected getStatus(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_GROUP_GET_STATUS);
    if (isErrno(argument)) return argument;
    return argument.respond({ flags: this.group.status }, VFIO_GROUP_GET_STATUS.minSize);
  }

  /** VFIO-32 VFIO-GRP-07 */
  protected setContainer(task: Task, arg: bigint): ErrnoName | undefined {
    const bytes = task.memory.copyFromUser(arg, FD_SIZE);
    if (isErrno(bytes)) return bytes;
    const file = task.files.get(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));
    return isErrno(file) ? file : this.group.setContainer(file, task);
  }

  /** vfio_group_ioctl_get_device_fd(). VFIO-34 41 VFIO-GRP-12 13 */
  protected getDeviceFd(task: Task, arg: bigint): number | ErrnoName {
    const name = strndupUser(task.memory, arg, Number(PAGE_SIZE));
    if (isErrno(name)) return name;
    const device = this.find(name.text);
    if (isErrno(device)) return device;
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return fd;
    const error = this.group.openDevice(device, task);
    if (error) {
      task.files.unreserve(fd);
      return error;
    }
    const { fs, vfio } = this.parts;
    const operations = new vfio.GroupDeviceFile(device);
    task.files.install(fd, new fs.OpenFile(operations, O_RDWR | O_CLOEXEC));
    return fd;
  }
}
