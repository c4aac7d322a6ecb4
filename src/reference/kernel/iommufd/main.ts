import type { ErrnoName } from '#uapi/errno.ts';
import { PROT_EXEC } from '#uapi/mman.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { invariant } from '../../reference-bug.ts';
import type { IommuDevice } from '../iommu/domain.ts';
import type { IommufdKernel } from './kernel.ts';
import { isErrno } from '../lib/errno.ts';
import type { DeviceMapping, FileOperations, MapDeviceRequest, OpenFile } from '../fs/file.ts';
import type { Task } from '../fs/process.ts';
import type { AccountMode } from './accounting.ts';
import type { IommufdDevice } from './device.ts';
import type { Dispatcher } from './dispatcher.ts';
import { row } from './dispatcher.ts';
import type { IommufdGroup } from './group.ts';
import type { Ioas } from './ioas.ts';
import type { MmapRegions } from './mmap-regions.ts';
import type { IommufdObject, ObjectTable } from './object.ts';
import type { SwMsi } from './sw-msi.ts';
import type { VfioCompat } from './vfio-compat.ts';

/** main.c: struct iommufd_ctx: what an open /dev/iommu is. */
export class Iommufd implements FileOperations {
  readonly kernel: IommufdKernel;
  readonly objects: ObjectTable;
  /** By IOMMU group id: the groups that have a device bound here. */
  readonly groups = new Map<number, IommufdGroup>();
  /** What can be mapped through the file. */
  readonly mmapRegions: MmapRegions;
  readonly swMsi: SwMsi;
  /** How maps without CAP_IPC_LOCK are limited. OPT-05 */
  accountMode: AccountMode;
  /** The IOAS behind the VFIO container ioctls; no reference. OPT-34 */
  vfioIoas: Ioas | undefined;
  /** no_iommu_mode: a group without an IOMMU took it for its container, and none with one may. VFIO-35 */
  noiommuMode = false;
  protected openFile: OpenFile | undefined;
  protected readonly dispatcher: Dispatcher;
  protected readonly compat: VfioCompat;

  constructor(kernel: IommufdKernel, accountMode: AccountMode = 'user') {
    const { parts } = kernel;
    this.kernel = kernel;
    this.accountMode = accountMode;
    this.objects = new parts.iommufd.ObjectTable(kernel.faults);
    this.swMsi = new parts.iommufd.SwMsi();
    this.mmapRegions = new parts.iommufd.MmapRegions();
    const ioasCommands = new parts.iommufd.IoasCommands(this);
    this.compat = new parts.iommufd.VfioCompat(
      this,
      ioasCommands,
      new parts.iommufd.AreaCutter(kernel),
    );
    this.dispatcher = new parts.iommufd.Dispatcher(kernel, [
      row(IOMMU_DESTROY, ({ fields }) => this.destroyObject(fields.id)),
      ...[
        ioasCommands,
        new parts.iommufd.NoiommuCommands(this),
        new parts.iommufd.OptionCommands(this),
        new parts.iommufd.HwptCommands(this),
        new parts.iommufd.DirtyCommands(this),
        new parts.iommufd.InvalidateCommands(this),
        new parts.iommufd.DeviceCommands(this),
        new parts.iommufd.FaultCommands(this),
        new parts.iommufd.ViommuCommands(this),
        new parts.iommufd.VeventCommands(this),
        new parts.iommufd.HwQueueCommands(this),
        ...(kernel.selftest ? [kernel.selftest(this)] : []),
      ].flatMap((commands) => commands.rows()),
    ]);
  }

  opened(file: OpenFile): void {
    this.openFile = file;
  }

  /** The file behind which it is: who needs the iommufd to live on refers to it. OBJ-28 */
  get file(): OpenFile {
    invariant(this.openFile !== undefined, 'an iommufd is in use before it is open');
    return this.openFile;
  }

  ioctl(task: Task, request: number, arg: bigint): number {
    if (!this.dispatcher.serves(request)) return this.compat.ioctl(task, request, arg);
    return this.dispatcher.ioctl(task, request, arg);
  }

  /** iommufd_fops_mmap(). MMAP-02 03 ABI-25 */
  mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
    if (!request.shared) return 'EINVAL';
    return request.protection & PROT_EXEC ? 'EPERM' : this.mmapRegions.map(request);
  }

  /** The last reference to the file is gone; bound devices and open queues hold one. OBJ-27 28 */
  release(): void {
    this.objects.destroyAll();
  }

  /**
   * The steps of a command that makes an object: reserve an id, make it, tell the user, publish it. What fails undoes the
   * steps before it. ABI-14 OBJ-33
   */
  create<T extends IommufdObject>(
    make: (id: number) => T | ErrnoName,
    respond: (object: T) => ErrnoName | undefined = () => undefined,
  ): T | ErrnoName {
    const id = this.objects.reserve();
    if (isErrno(id)) return id;
    const object = make(id);
    if (isErrno(object)) {
      this.objects.abort(id);
      return object;
    }
    const error = respond(object);
    if (error) {
      object.destroy();
      this.objects.abort(id);
      return error;
    }
    this.objects.finalize(object);
    return object;
  }

  /**
   * iommufd_device_bind(): takes the device's DMA over. EINVAL without cache coherency, EPERM without MSI isolation or
   * where somebody else owns the group. DEV-10 11 12 13 14 VFIO-CDEV-09 10 11
   */
  bindDevice(device: IommuDevice): IommufdDevice | ErrnoName {
    const { parts, faults } = this.kernel;
    const { group } = device;
    const error = this.checkDevice(device) ?? faults.kmalloc() ?? group.claimDmaOwner(this);
    if (error) return error;
    const bound = this.create((id) => new parts.iommufd.IommufdDevice(id, this, device));
    if (isErrno(bound)) group.releaseDmaOwner();
    return bound;
  }

  /** IOMMU_DESTROY. OBJ-04 06 30 */
  destroyObject(id: number): ErrnoName | undefined {
    const error = this.objects.remove(id);
    if (!error && this.vfioIoas?.id === id) this.vfioIoas = undefined;
    return error;
  }

  /** What a group that takes this iommufd for its container needs. VFIO-32 */
  ensureVfioIoas(): ErrnoName | undefined {
    return this.compat.createIoas();
  }

  /** iommufd_vfio_compat_set_no_iommu(): EINVAL where an IOAS is set. VFIO-35 */
  setNoiommuMode(): ErrnoName | undefined {
    if (this.vfioIoas) return 'EINVAL';
    this.noiommuMode = true;
    return undefined;
  }

  protected checkDevice(device: IommuDevice): ErrnoName | undefined {
    if (!device.cacheCoherent) return 'EINVAL';
    const isSafe = device.msiIsolated || this.kernel.parameters.allowUnsafeInterrupts;
    return isSafe ? undefined : 'EPERM';
  }
}

/** The iommufd behind a file; EBADFD if it is another kind of file. VFIO-CDEV-05 DEV-05 */
export function iommufdOf(file: OpenFile): Iommufd | 'EBADFD' {
  return file.operations instanceof Iommufd ? file.operations : 'EBADFD';
}
