import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_ATTACH_PASID,
  VFIO_DEVICE_BIND_FLAG_TOKEN,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
  VFIO_DEVICE_DETACH_PASID,
} from '#uapi/vfio/device.ts';
import type { vfio_device_attach_iommufd_pt } from '#uapi/vfio/device.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import { loadArgument } from '../mm/argument.ts';
import type { UserArgument } from '../mm/argument.ts';
import { VfioDeviceFile } from './device-file.ts';
import type { BindArgument } from './device-file.ts';

/** With pasid. */
const ATTACH_SIZE_WITH_PASID = 16;
const DETACH_SIZE_WITH_PASID = 12;
const UUID_SIZE = 16;

/** device_cdev.c: an open /dev/vfio/devices/vfioN. Until it is bound it takes no other command. VFIO-CDEV-02 03 VFIO-XCL-02 04 */
export class DeviceCdev extends VfioDeviceFile {
  protected override isBound = false;

  /** VFIO-CDEV-14 */
  protected override close(): void {
    if (!this.isBound) return;
    this.device.unbind();
    this.device.group.unblock();
  }

  protected override command(
    task: Task,
    request: number,
    arg: bigint,
  ): number | ErrnoName | undefined {
    if (!this.isBound) return super.command(task, request, arg);
    switch (request) {
      case VFIO_DEVICE_ATTACH_IOMMUFD_PT.request:
        return this.attach(task, arg);
      case VFIO_DEVICE_DETACH_IOMMUFD_PT.request:
        return this.detach(task, arg);
      default:
        return super.command(task, request, arg);
    }
  }

  /** vfio_df_ioctl_bind_iommufd(). DEV-02 03 04 05 06 08 VFIO-CDEV-04 05 07 08 13 */
  protected override bind(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = this.loadBind(task, arg);
    if (isErrno(argument)) return argument;
    const blocked = this.device.group.block();
    if (blocked) return blocked;
    const error = this.isBound ? 'EINVAL' : this.bindDevice(task, argument);
    if (error) this.device.group.unblock();
    this.isBound ||= !error;
    return error;
  }

  protected bindDevice(task: Task, argument: BindArgument): ErrnoName | undefined {
    const refused = this.checkToken(task, argument);
    if (refused) return refused;
    const file = task.files.get(argument.fields.iommufd);
    if (isErrno(file)) return file;
    const id = this.device.bind(file);
    if (isErrno(id)) return id;
    const error = argument.put('out_devid', id);
    if (error) this.device.unbind();
    return error;
  }

  /** vfio_df_check_token(). VFIO-CDEV-13 DEV-48 */
  protected checkToken(task: Task, { fields }: BindArgument): ErrnoName | undefined {
    if (!(fields.flags & VFIO_DEVICE_BIND_FLAG_TOKEN)) return this.device.checkToken(undefined);
    if (!this.device.hasToken) return 'EINVAL';
    const uuid = task.memory.copyFromUser(fields.token_uuid_ptr, UUID_SIZE);
    return isErrno(uuid) ? uuid : this.device.checkToken(uuid.slice());
  }

  /** vfio_df_ioctl_attach_pt(). DEV-19 45 VFIO-ATT-01 02 PASID-01 02 */
  protected attach(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_ATTACH_IOMMUFD_PT);
    if (isErrno(argument)) return argument;
    const { flags, argsz } = argument.fields;
    if (flags & ~VFIO_DEVICE_ATTACH_PASID) return 'EINVAL';
    if (!(flags & VFIO_DEVICE_ATTACH_PASID)) return this.attachTable(argument);
    if (!this.device.hasPasids) return 'EOPNOTSUPP';
    if (!this.hasRoom(argsz, ATTACH_SIZE_WITH_PASID)) return 'EINVAL';
    return this.attachPasid(argument);
  }

  protected attachTable(
    argument: UserArgument<typeof vfio_device_attach_iommufd_pt>,
  ): ErrnoName | undefined {
    const hwptId = this.device.attach(argument.fields.pt_id);
    if (isErrno(hwptId)) return hwptId;
    const error = argument.put('pt_id', hwptId);
    if (error) this.device.detach();
    return error;
  }

  /** PASID-26 */
  protected attachPasid(
    argument: UserArgument<typeof vfio_device_attach_iommufd_pt>,
  ): ErrnoName | undefined {
    const { pt_id, pasid } = argument.fields;
    const hwptId = this.device.attachPasid(pt_id, pasid);
    if (isErrno(hwptId)) return hwptId;
    const error = argument.put('pt_id', hwptId);
    if (error) this.device.detachPasid(pasid);
    return error;
  }

  /** vfio_df_ioctl_detach_pt(). DEV-32 VFIO-DET-01 02 PASID-20 */
  protected detach(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_DETACH_IOMMUFD_PT);
    if (isErrno(argument)) return argument;
    const { flags, argsz, pasid } = argument.fields;
    if (flags & ~VFIO_DEVICE_DETACH_PASID) return 'EINVAL';
    if (!(flags & VFIO_DEVICE_DETACH_PASID)) this.device.detach();
    else if (!this.device.hasPasids) return 'EOPNOTSUPP';
    else if (!this.hasRoom(argsz, DETACH_SIZE_WITH_PASID)) return 'EINVAL';
    else this.device.detachPasid(pasid);
    return undefined;
  }

  /** Bytes: for the field behind the mandatory ones. */
  protected hasRoom(argsz: number, needed: number): boolean {
    return argsz >= needed;
  }
}
