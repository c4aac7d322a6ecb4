import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_ATTACH_PASID,
  VFIO_DEVICE_BIND_FLAG_TOKEN,
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
  VFIO_DEVICE_DETACH_PASID,
} from '#uapi/vfio/device.ts';
import type { vfio_device_attach_iommufd_pt, vfio_device_bind_iommufd } from '#uapi/vfio/device.ts';
import type { DeviceMapping, FileOperations, MapDeviceRequest, Transfer } from '../file.ts';
import { isErrno } from '../lib/errno.ts';
import { copyStructFromUser } from '../lib/copy-struct.ts';
import type { Task } from '../process.ts';
import { loadArgument, VfioArgument } from './argument.ts';
import type { VfioDevice } from './device.ts';
import type { VfioPci } from './vfio-pci.ts';

/** With pasid. */
const ATTACH_SIZE_WITH_PASID = 16;
const DETACH_SIZE_WITH_PASID = 12;
const UUID_SIZE = 16;

/** device_cdev.c: an open /dev/vfio/devices/vfioN. Until it is bound it takes no other command. VFIO-CDEV-02 03 */
export class DeviceCdev implements FileOperations {
  protected readonly device: VfioDevice;
  protected readonly pci: VfioPci;
  protected isBound = false;

  constructor(device: VfioDevice, pci: VfioPci) {
    this.device = device;
    this.pci = pci;
  }

  /** vfio_device_fops_unl_ioctl(). DEV-01 VFIO-CDEV-03 */
  ioctl(task: Task, request: number, arg: bigint): number {
    const result = this.command(task, request, arg);
    return isErrno(result) ? failure(result) : (result ?? 0);
  }

  read(): number {
    return failure('EINVAL');
  }

  write(): number {
    return failure('EINVAL');
  }

  pread(transfer: Transfer, offset: bigint): number {
    return this.isBound ? this.pci.read(transfer, offset) : failure('EINVAL');
  }

  pwrite(transfer: Transfer, offset: bigint): number {
    return this.isBound ? this.pci.write(transfer, offset) : failure('EINVAL');
  }

  mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
    return this.isBound ? this.pci.map(request) : 'EINVAL';
  }

  /** VFIO-CDEV-14 */
  release(): void {
    if (!this.isBound) return;
    this.device.unbind();
    this.device.group.unblock();
  }

  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    if (request === VFIO_DEVICE_BIND_IOMMUFD.request) return this.bind(task, arg);
    if (!this.isBound) return 'EINVAL';
    switch (request) {
      case VFIO_DEVICE_ATTACH_IOMMUFD_PT.request:
        return this.attach(task, arg);
      case VFIO_DEVICE_DETACH_IOMMUFD_PT.request:
        return this.detach(task, arg);
      default:
        return this.pci.ioctl(task, request, arg);
    }
  }

  /** vfio_df_ioctl_bind_iommufd(). DEV-02 03 04 05 06 08 VFIO-CDEV-04 05 07 08 13 */
  protected bind(task: Task, arg: bigint): ErrnoName | undefined {
    const { struct, minSize } = VFIO_DEVICE_BIND_IOMMUFD;
    const bytes = copyStructFromUser(task, arg, { minSize, size: struct.size });
    if (isErrno(bytes)) return bytes;
    const argument = new VfioArgument({ task, struct, address: arg, bytes });
    const { flags, iommufd } = argument.fields;
    if (flags & ~VFIO_DEVICE_BIND_FLAG_TOKEN || iommufd < 0) return 'EINVAL';
    const blocked = this.device.group.block();
    if (blocked) return blocked;
    const error = this.isBound ? 'EINVAL' : this.bindDevice(argument);
    if (error) this.device.group.unblock();
    this.isBound ||= !error;
    return error;
  }

  protected bindDevice(
    argument: VfioArgument<typeof vfio_device_bind_iommufd>,
  ): ErrnoName | undefined {
    const refused = this.checkToken(argument);
    if (refused) return refused;
    const file = argument.task.files.get(argument.fields.iommufd);
    if (isErrno(file)) return file;
    const id = this.device.bind(file);
    if (isErrno(id)) return id;
    const error = argument.put('out_devid', id);
    if (error) this.device.unbind();
    return error;
  }

  /** vfio_pci_core_match_token_uuid(): a device that is neither PF nor VF has no token. VFIO-CDEV-13 DEV-48 */
  protected checkToken({
    task,
    fields,
  }: VfioArgument<typeof vfio_device_bind_iommufd>): ErrnoName | undefined {
    if (!(fields.flags & VFIO_DEVICE_BIND_FLAG_TOKEN)) return undefined;
    if (!this.device.hasToken) return 'EINVAL';
    const uuid = task.memory.copyFromUser(fields.token_uuid_ptr, UUID_SIZE);
    return isErrno(uuid) ? uuid : 'EINVAL';
  }

  /** vfio_df_ioctl_attach_pt(). DEV-19 45 VFIO-ATT-01 02 PASID-01 02 */
  protected attach(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task, arg, VFIO_DEVICE_ATTACH_IOMMUFD_PT);
    if (isErrno(argument)) return argument;
    const { flags, argsz } = argument.fields;
    if (flags & ~VFIO_DEVICE_ATTACH_PASID) return 'EINVAL';
    if (!(flags & VFIO_DEVICE_ATTACH_PASID)) return this.attachTable(argument);
    if (!this.device.hasPasids) return 'EOPNOTSUPP';
    if (!this.hasRoom(argsz, ATTACH_SIZE_WITH_PASID)) return 'EINVAL';
    return this.attachPasid(argument);
  }

  protected attachTable(
    argument: VfioArgument<typeof vfio_device_attach_iommufd_pt>,
  ): ErrnoName | undefined {
    const hwptId = this.device.attach(argument.fields.pt_id);
    if (isErrno(hwptId)) return hwptId;
    const error = argument.put('pt_id', hwptId);
    if (error) this.device.detach();
    return error;
  }

  protected attachPasid(
    argument: VfioArgument<typeof vfio_device_attach_iommufd_pt>,
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
    const argument = loadArgument(task, arg, VFIO_DEVICE_DETACH_IOMMUFD_PT);
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
