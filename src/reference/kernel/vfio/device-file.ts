import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DEVICE_BIND_FLAG_TOKEN, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';
import { VFIO_DEVICE_FEATURE } from '#uapi/vfio/feature.ts';
import type { vfio_device_bind_iommufd } from '#uapi/vfio/device.ts';
import type { DeviceMapping, FileOperations, MapDeviceRequest, Transfer } from '../fs/file.ts';
import { copyStructFromUser } from '../mm/copy-struct.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import { UserArgument } from '../mm/argument.ts';
import type { VfioDevice } from './device.ts';
import type { VfioDeviceOps } from './device-ops.ts';

export type BindArgument = UserArgument<typeof vfio_device_bind_iommufd>;

/** vfio_main.c: struct vfio_device_file: a device that is open, by its own node or through its group. It has no poll(). VFIO-RW-09 VFIO-LIFE-01 03 09 */
export abstract class VfioDeviceFile implements FileOperations {
  protected readonly device: VfioDevice;
  /** access_granted: somebody answers for the DMA of the device. */
  protected abstract isBound: boolean;
  /** f_pos: bytes; it begins at the first region. */
  protected position = 0n;

  constructor(device: VfioDevice) {
    this.device = device;
    device.hold();
  }

  /** vfio_device_fops_unl_ioctl(). DEV-01 VFIO-CDEV-03 */
  ioctl(task: Task, request: number, arg: bigint): number {
    const result = this.command(task, request, arg);
    return isErrno(result) ? failure(result) : (result ?? 0);
  }

  /** vfio_device_fops_read(), at the position of the file, which goes on by what was moved. VFIO-RW-03 */
  read(transfer: Transfer): number {
    return this.advance(this.pread(transfer, this.position));
  }

  write(transfer: Transfer): number {
    return this.advance(this.pwrite(transfer, this.position));
  }

  pread(transfer: Transfer, offset: bigint): number {
    return this.ops?.read(transfer, offset) ?? failure('EINVAL');
  }

  pwrite(transfer: Transfer, offset: bigint): number {
    return this.ops?.write(transfer, offset) ?? failure('EINVAL');
  }

  mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
    return this.ops?.map(request) ?? 'EINVAL';
  }

  /** vfio_device_show_fdinfo() VFIO-SYS-13 */
  fdinfo(): string {
    return `vfio-device-syspath: /sys${this.device.hardware.sysPath}\n`;
  }

  /** vfio_device_fops_release() */
  release(): void {
    this.close();
    this.device.letGo();
  }

  protected abstract close(): void;

  protected advance(result: number): number {
    if (result > 0) this.position += BigInt(result);
    return result;
  }

  /** Those of the device, for a file that may use it. */
  protected get ops(): VfioDeviceOps | undefined {
    return this.isBound ? this.device.ops : undefined;
  }

  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    if (request === VFIO_DEVICE_BIND_IOMMUFD.request) return this.bind(task, arg);
    if (!this.ops) return 'EINVAL';
    if (request === VFIO_DEVICE_FEATURE.request) return this.device.feature(task, arg);
    return this.ops.ioctl(task, request, arg);
  }

  protected abstract bind(task: Task, arg: bigint): ErrnoName | undefined;

  /** As far as vfio_df_ioctl_bind_iommufd() looks at it for itself. DEV-02 03 04 VFIO-CDEV-04 */
  protected loadBind(task: Task, arg: bigint): BindArgument | ErrnoName {
    const { struct, minSize } = VFIO_DEVICE_BIND_IOMMUFD;
    const bytes = copyStructFromUser(task.memory, arg, { minSize, size: struct.size });
    if (isErrno(bytes)) return bytes;
    const argument = new UserArgument({ memory: task.memory, struct, address: arg, bytes });
    const { flags, iommufd } = argument.fields;
    return flags & ~VFIO_DEVICE_BIND_FLAG_TOKEN || iommufd < 0 ? 'EINVAL' : argument;
  }
}

/**
 * A device that came from VFIO_GROUP_GET_DEVICE_FD: bound from the start, and attached to what its container maps; the
 * commands that bind and attach are not for it. DEV-07 VFIO-CDEV-06 VFIO-ATT-11 VFIO-XCL-09
 */
export class GroupDeviceFile extends VfioDeviceFile {
  protected override isBound = true;

  /** vfio_df_group_close() */
  protected override close(): void {
    this.device.closeInGroup();
  }

  protected override bind(task: Task, arg: bigint): ErrnoName {
    const argument = this.loadBind(task, arg);
    return isErrno(argument) ? argument : 'EINVAL';
  }
}
