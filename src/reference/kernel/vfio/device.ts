import type { ErrnoName } from '#uapi/errno.ts';
import type { OpenFile } from '../fs/file.ts';
import type { IommufdDevice } from '../iommufd/device.ts';
import type { Ioas } from '../iommufd/ioas.ts';
import { iommufdOf } from '../iommufd/main.ts';
import type { Iommufd } from '../iommufd/main.ts';
import { isErrno } from '../lib/errno.ts';
import type { VfioFeatures } from './feature.ts';
import type { Task } from '../fs/process.ts';
import type { DeviceSet, DeviceSetMember } from './device-set.ts';
import type { VfioParts } from './parts.ts';
import type { VfioGroup } from './group.ts';
import type { VfioHardware } from './hardware.ts';
import type { OpenDevice, VfioDeviceOps } from './device-ops.ts';

/** The largest number that an ida hands out. */
const INT_MAX = 0x7fff_ffff;

/** What stands for a device in an iommufd, as far as VFIO uses it: struct vfio_device_ops, bind_iommufd() and so on. */
export type IommufdBinding = Pick<
  IommufdDevice,
  'id' | 'context' | 'attach' | 'replace' | 'detach' | 'detachAll' | 'unbind'
>;

export interface VfioDeviceOptions {
  readonly parts: VfioParts;
  readonly openDevice: OpenDevice;
  readonly hardware: VfioHardware;
  readonly group: VfioGroup;
  readonly set: DeviceSet;
}

/** How the first open of a device in its group is undone by its last close; or why it failed. */
export type UsedByDevice = (() => void) | ErrnoName;

/** vfio_main.c: struct vfio_device: a device with a VFIO driver, whoever has its files open. */
export class VfioDevice {
  readonly hardware: VfioHardware;
  readonly group: VfioGroup;
  /** Its driver has the ops pasid_attach_ioas and match_token_uuid. */
  readonly hasPasids: boolean = true;
  readonly hasToken: boolean = true;
  protected readonly parts: VfioParts;
  protected readonly openDevice: OpenDevice;
  protected readonly set: DeviceSet;
  /** What its driver has for it while it is open. */
  protected driver: VfioDeviceOps | undefined;
  protected features: VfioFeatures | undefined;
  protected bound: IommufdBinding | undefined;
  protected iommufd: OpenFile | undefined;
  /** iommufd_attached: itself, and not as PASID 0. */
  protected isAttached = false;
  /** Those that were attached as such. */
  protected readonly pasids = new Set<number>();
  /** Files that came from its group, which share what the first one made. VFIO-GRP-13 */
  protected groupFiles = 0;
  /** Files of either kind, bound or not. */
  protected openFiles = 0;
  /** Told when the last of them is closed. */
  protected whenClosed: (() => void) | undefined;
  protected undoFirstOpen: () => void = () => undefined;

  constructor({ parts, openDevice, hardware, group, set }: VfioDeviceOptions) {
    this.set = set;
    this.parts = parts;
    this.openDevice = openDevice;
    this.hardware = hardware;
    this.group = group;
  }

  /** vfio_device_try_get_registration(): of each file, for as long as it is open. VFIO-LIFE-04 05 */
  hold(): void {
    this.openFiles++;
  }

  letGo(): void {
    if (--this.openFiles === 0) this.whenClosed?.();
  }

  /** vfio_unregister_group_dev(): its user is asked for it; undefined where nobody has it open. VFIO-INT-25 */
  unregister(): Promise<void> | undefined {
    if (this.openFiles === 0) return undefined;
    this.driver?.request?.();
    return new Promise((resolve) => {
      this.whenClosed = resolve;
    });
  }

  /**
   * vfio_pci_core_match(): whether it is meant by a name, behind which a token may stand after a space: EINVAL for anything
   * else, and what is wrong with the token, or with none. VFIO-41 VFIO-GRP-14
   */
  match(text: string): boolean | 'EINVAL' | 'EACCES' {
    const { name } = this.hardware;
    const rest = text.slice(name.length);
    if (!text.startsWith(name) || (rest !== '' && !rest.startsWith(' '))) return false;
    const [, uuid] = /^ *vf_token=([0-9a-f-]{36}) *$/i.exec(rest) ?? [];
    if (uuid === undefined && !/^ *$/.test(rest)) return 'EINVAL';
    const told = uuid && Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'));
    return this.checkToken(told || undefined) ?? true;
  }

  /**
   * vfio_pci_validate_vf_token(): a virtual function is for whoever tells the token of its physical one, which can be told
   * another one while nobody has such a function; any other device has none. VFIO-CFG-41 VFIO-SYS-11
   */
  checkToken(told: Uint8Array | undefined): 'EACCES' | 'EINVAL' | undefined {
    const { owner, token } = this.hardware;
    if (owner?.token) return owner.token.is(told) ? undefined : 'EACCES';
    if (!token) return told && 'EINVAL';
    if (token.users > 0) return token.is(told) ? undefined : 'EACCES';
    if (told) token.uuid = told;
    return undefined;
  }

  /** VFIO_DEVICE_FEATURE, while it is open. */
  feature(task: Task, arg: bigint): number | ErrnoName | undefined {
    return this.features ? this.features.ioctl(task, arg) : 'EINVAL';
  }

  /** As others of its set see it. */
  get member(): DeviceSetMember {
    const { driver, bound } = this;
    return {
      hardware: this.hardware,
      isDriven: true,
      isOpen: driver !== undefined,
      iommufd: this.groupFiles === 0 ? bound?.context : undefined,
      id: bound?.id,
      isOfGroup: (file) => this.group.isFile(file),
      events: driver && {
        beforeReset: () => driver.beforeReset?.(),
        afterReset: () => driver.afterReset?.(),
      },
    };
  }

  /** What answers for it while it is open. */
  get ops(): VfioDeviceOps | undefined {
    return this.driver;
  }

  /**
   * vfio_df_open() and vfio_df_iommufd_bind(): EINVAL where the device is open already, EBADFD, and what iommufd says. The
   * iommufd stays open until unbind(). Returns the id of the device. DEV-09 VFIO-CDEV-05 08 09 10 11 12 15 OBJ-28 VFIO-XCL-06 07 08
   */
  bind(file: OpenFile): number | ErrnoName {
    const context = iommufdOf(file);
    if (isErrno(context)) return context;
    if (this.bound) return 'EINVAL';
    const bound = this.bindTo(context);
    if (isErrno(bound)) return bound;
    this.bound = bound;
    this.iommufd = file.get();
    const error = this.openDriver();
    if (error) this.unbind();
    return error ?? bound.id;
  }

  /** vfio_iommufd_physical_bind() */
  protected bindTo(context: Iommufd): IommufdBinding | ErrnoName {
    return context.bindDevice(this.hardware.iommu);
  }

  /** vfio_df_close(). VFIO-CDEV-14 VFIO-LIFE-02 06 08 OBJ-29 */
  unbind(): void {
    const { driver } = this;
    const { token } = this.hardware.owner ?? {};
    if (token && driver) token.users -= 1;
    this.driver = undefined;
    this.features = undefined;
    driver?.close();
    this.bound?.detachAll();
    this.isAttached = false;
    this.pasids.clear();
    this.bound?.unbind();
    this.bound = undefined;
    this.iommufd?.put();
    this.iommufd = undefined;
  }

  /** vfio_df_group_open(): the first one makes use of what the container is at that time. VFIO-33 34 38 */
  openInGroup(use: () => UsedByDevice): ErrnoName | undefined {
    if (this.groupFiles === 0) {
      const used = use();
      if (isErrno(used)) return used;
      this.undoFirstOpen = used;
    }
    this.groupFiles++;
    return undefined;
  }

  /** vfio_df_group_close() */
  closeInGroup(): void {
    if (--this.groupFiles === 0) this.undoFirstOpen();
  }

  /** vfio_df_device_first_open(), of a device that is bound to no iommufd. */
  openUnbound(): ErrnoName | undefined {
    return this.openDriver();
  }

  protected openDriver(): ErrnoName | undefined {
    const driver = this.openDevice(this.hardware, this.set);
    if (isErrno(driver)) return driver;
    const { token } = this.hardware.owner ?? {};
    if (token) token.users += 1;
    this.driver = driver;
    this.features = new this.parts.vfio.VfioFeatures(this.parts, driver);
    return undefined;
  }

  /** vfio_iommufd_compat_attach_ioas(), of an iommufd: ENODEV where nothing is set. */
  bindToContainer(container: OpenFile): ErrnoName | undefined {
    const id = this.bind(container);
    if (isErrno(id)) return id;
    const ioas = this.containerIoas(container);
    const hwptId = ioas ? this.attach(ioas.id) : 'ENODEV';
    if (!isErrno(hwptId)) return undefined;
    this.unbind();
    return hwptId;
  }

  containerIoas(container: OpenFile): Ioas | undefined {
    const iommufd = iommufdOf(container);
    return isErrno(iommufd) ? undefined : iommufd.vfioIoas;
  }

  /** vfio_iommufd_physical_attach_ioas(): a second attachment is a replacement. VFIO-ATT-06 DEV-27 */
  attach(tableId: number): number | ErrnoName {
    if (!this.bound) return 'EINVAL';
    const hwptId = this.isAttached ? this.bound.replace(tableId) : this.bound.attach(tableId);
    if (!isErrno(hwptId)) this.isAttached = true;
    return hwptId;
  }

  /** Also where it is not attached. VFIO-DET-02 DEV-31 */
  detach(): void {
    if (this.isAttached) this.bound?.detach();
    this.isAttached = false;
  }

  /**
   * vfio_iommufd_physical_pasid_attach_ioas(): a second attachment is a replacement. ENOSPC beyond INT_MAX. PASID 0 is the
   * device itself, and detach() does not know of it. PASID-04 05 15 19 24 VFIO-PAS-01 02 03 04 05 06
   */
  attachPasid(tableId: number, pasid: number): number | ErrnoName {
    if (!this.bound) return 'EINVAL';
    if (pasid > INT_MAX) return 'ENOSPC';
    if (this.pasids.has(pasid)) return this.bound.replace(tableId, pasid);
    const hwptId = this.bound.attach(tableId, pasid);
    if (!isErrno(hwptId)) this.pasids.add(pasid);
    return hwptId;
  }

  /** Also where it is not attached. PASID-20 */
  detachPasid(pasid: number): void {
    if (this.pasids.delete(pasid)) this.bound?.detach(pasid);
  }
}
