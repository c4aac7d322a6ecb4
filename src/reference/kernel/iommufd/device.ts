import type { ErrnoName } from '#uapi/errno.ts';
import type { IommuDevice, PagingOptions } from '../iommu/domain.ts';
import { IOMMU_NO_PASID } from '../iommu/io-pgfault.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdAttachHandle } from './attach-handle.ts';
import type { IommufdGroup } from './group.ts';
import { HwPagetable } from './hw-pagetable.ts';
import type { HwptPaging } from './hw-pagetable.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { Vdevice } from './vdevice.ts';

/** How a device comes to a page table: by a first attachment or in place of another one. */
type AttachStep = (hwpt: HwPagetable) => ErrnoName | undefined;

/** device.c: struct iommufd_device: a device that its driver has bound to an iommufd. */
export class IommufdDevice extends IommufdObject {
  readonly context: Iommufd;
  readonly device: IommuDevice;
  /** As a guest knows it, if one does. VDEV-03 */
  vdevice: Vdevice | undefined;
  protected readonly group: IommufdGroup;

  /** The driver is a user until unbind(). OBJ-11 */
  constructor(id: number, context: Iommufd, device: IommuDevice) {
    super(id);
    this.context = context;
    this.device = device;
    this.group = this.getGroup();
    this.users = 1;
  }

  /** iommufd_device_unbind(): a guest's view of it goes with it. OBJ-19 29 VDEV-08 09 MOCK-07 VFIO-CDEV-14 */
  unbind(): void {
    if (this.vdevice) this.context.objects.tombstone(this.vdevice);
    this.users--;
    this.context.objects.remove(this.id);
  }

  override destroy(): void {
    this.device.group.releaseDmaOwner();
    if (--this.group.bound === 0) this.context.groups.delete(this.device.group.id);
  }

  get isAttached(): boolean {
    return this.group.attached.has(this);
  }

  /** The page table that this device is attached to. */
  get hwpt(): HwPagetable | undefined {
    return this.isAttached ? this.group.hwpt : undefined;
  }

  /**
   * iommufd_device_attach(): to a page table, or to a fitting automatic one of an IOAS. Returns the id of the page table.
   * DEV-17 18 20 21 OBJ-25 VFIO-ATT-03 04 05
   */
  attach(tableId: number): number | ErrnoName {
    const hwpt = this.changeTable(tableId, (table) => this.attachTo(table), true);
    if (isErrno(hwpt)) return hwpt;
    this.users++;
    return hwpt.id;
  }

  /** iommufd_device_replace(): the old page table stays on failure. DEV-27 28 29 30 VFIO-ATT-06 MOCK-08 */
  replace(tableId: number): number | ErrnoName {
    const old = this.group.hwpt;
    const hwpt = this.changeTable(tableId, (table) => this.replaceBy(table), false);
    if (isErrno(hwpt)) return hwpt;
    if (old && old !== hwpt) this.putHwpt(old);
    return hwpt.id;
  }

  /** iommufd_device_detach(). DEV-31 35 42 OBJ-22 23 26 VFIO-DET-02 VFIO-ATT-10 */
  detach(): void {
    const { hwpt } = this.group;
    if (!hwpt) return;
    this.detachFrom(hwpt);
    this.putHwpt(hwpt);
    this.users--;
  }

  /** iommufd_hwpt_paging_alloc(): a page table for this device, filled with the areas of the IOAS. */
  allocHwpt(id: number, ioas: Ioas, options?: PagingOptions): HwptPaging | ErrnoName {
    const hwpt = this.newHwpt(id, ioas, options);
    if (isErrno(hwpt)) return hwpt;
    const error = hwpt.populate();
    if (error) hwpt.destroy();
    return error ?? hwpt;
  }

  /** iommufd_device_change_pt(). OBJ-05 */
  protected changeTable(id: number, step: AttachStep, first: boolean): HwPagetable | ErrnoName {
    const table = this.context.objects.get(id, IommufdObject);
    if (isErrno(table)) return table;
    if (table instanceof HwPagetable) return step(table) ?? table;
    if (table instanceof Ioas) return this.changeToAutomatic(table, step, first);
    return 'EINVAL';
  }

  /**
   * iommufd_device_auto_get_domain(): the first automatic page table that takes the device; EINVAL from one means that the
   * next is tried. DEV-22 23 24 25 VFIO-ATT-04
   */
  protected changeToAutomatic(
    ioas: Ioas,
    step: AttachStep,
    first: boolean,
  ): HwPagetable | ErrnoName {
    for (const hwpt of ioas.hwpts) {
      if (!hwpt.automatic) continue;
      const error = step(hwpt);
      if (!error) return hwpt;
      if (error !== 'EINVAL') return error;
    }
    return this.context.create((id) => {
      return first ? this.attachToNew(id, ioas, step) : this.replaceByNew(id, ioas, step);
    });
  }

  /** The device is attached before the areas are mapped, as some drivers finish a page table only then. */
  protected attachToNew(id: number, ioas: Ioas, step: AttachStep): HwptPaging | ErrnoName {
    const hwpt = this.newHwpt(id, ioas);
    if (isErrno(hwpt)) return hwpt;
    const error = step(hwpt);
    if (error) {
      hwpt.destroy();
      return error;
    }
    const unfilled = hwpt.populate();
    if (!unfilled) return hwpt;
    this.detachFrom(hwpt);
    hwpt.destroy();
    return unfilled;
  }

  protected replaceByNew(id: number, ioas: Ioas, step: AttachStep): HwptPaging | ErrnoName {
    const hwpt = this.allocHwpt(id, ioas);
    if (isErrno(hwpt)) return hwpt;
    const error = step(hwpt);
    if (error) hwpt.destroy();
    return error ?? hwpt;
  }

  /** Without options it is an automatic one. */
  protected newHwpt(id: number, ioas: Ioas, options?: PagingOptions): HwptPaging | ErrnoName {
    const domain = this.device.allocPagingDomain(options);
    if (isErrno(domain)) return domain;
    const { HwptPaging: Hwpt } = this.context.kernel.parts;
    const { nestParent, pasid: pasidCompatible } = options ?? {};
    return new Hwpt(id, { ioas, domain, automatic: !options, nestParent, pasidCompatible });
  }

  /** iommufd_hw_pagetable_attach(): the group goes with its first device. DEV-33 34 37 44 VFIO-ATT-08 09 */
  protected attachTo(hwpt: HwPagetable): ErrnoName | undefined {
    if (this.isAttached) return 'EBUSY';
    if (this.group.hwpt && this.group.hwpt !== hwpt) return 'EINVAL';
    const error = this.reserveIn(hwpt) ?? this.attachGroup(hwpt);
    if (error) {
      hwpt.paging.ioas.iopt.removeReserved(this.device);
      return error;
    }
    this.group.hwpt = hwpt;
    this.group.attached.add(this);
    hwpt.users++;
    return undefined;
  }

  protected attachGroup(hwpt: HwPagetable): ErrnoName | undefined {
    if (this.group.attached.size > 0) return undefined;
    return this.device.group.attach(new IommufdAttachHandle(hwpt.domain, this.id));
  }

  protected detachFrom(hwpt: HwPagetable): void {
    this.group.attached.delete(this);
    if (this.group.attached.size === 0) {
      this.detachGroup(hwpt);
      this.group.hwpt = undefined;
    }
    hwpt.paging.ioas.iopt.removeReserved(this.device);
    hwpt.users--;
  }

  /** iommufd_hwpt_detach_device(). FAULT-22 */
  protected detachGroup(hwpt: HwPagetable): void {
    const { group } = this.device;
    const handle = group.attachHandle(IOMMU_NO_PASID);
    group.detach();
    if (handle) hwpt.fault?.refuseAllOf(handle);
  }

  /** iommufd_hwpt_replace_device(). FAULT-23 30 */
  protected replaceGroup(hwpt: HwPagetable, old: HwPagetable): ErrnoName | undefined {
    const { group } = this.device;
    const handle = group.attachHandle(IOMMU_NO_PASID);
    const error = group.replace(new IommufdAttachHandle(hwpt.domain, this.id));
    if (!error && handle) old.fault?.refuseAllOf(handle);
    return error;
  }

  /** iommufd_device_do_replace(): moves all attached devices of the group. DEV-28 30 34 42 VFIO-ATT-07 */
  protected replaceBy(hwpt: HwPagetable): ErrnoName | undefined {
    const old = this.group.hwpt;
    if (!old || !this.isAttached) return 'EINVAL';
    return old === hwpt ? undefined : this.moveGroup(hwpt, old);
  }

  protected moveGroup(hwpt: HwPagetable, old: HwPagetable): ErrnoName | undefined {
    const { group } = this;
    const moves = hwpt.paging.ioas !== old.paging.ioas;
    const error = (moves ? this.reserveForGroup(hwpt) : undefined) ?? this.replaceGroup(hwpt, old);
    if (moves) this.unreserveForGroup(error ? hwpt : old);
    if (error) return error;
    group.hwpt = hwpt;
    hwpt.users += group.attached.size;
    old.users -= group.attached.size;
    return undefined;
  }

  protected reserveForGroup(hwpt: HwPagetable): ErrnoName | undefined {
    for (const device of this.group.attached) {
      const error = device.reserveIn(hwpt);
      if (error) return error;
    }
    return undefined;
  }

  protected unreserveForGroup(hwpt: HwPagetable): void {
    for (const { device } of this.group.attached) hwpt.paging.ioas.iopt.removeReserved(device);
  }

  /** DEV-36 37 */
  protected reserveIn(hwpt: HwPagetable): ErrnoName | undefined {
    return hwpt.paging.ioas.iopt.reserveRegions(this.device.reservedRegions(), this.device);
  }

  /** iommufd_hw_pagetable_put(): an automatic page table goes with its last device. OBJ-22 23 24 */
  protected putHwpt(hwpt: HwPagetable): void {
    if (hwpt.automatic && hwpt.users === 0) this.context.objects.remove(hwpt.id);
  }

  /** iommufd_get_group(). */
  protected getGroup(): IommufdGroup {
    const { groups, kernel } = this.context;
    const { group } = this.device;
    const known = groups.get(group.id) ?? new kernel.parts.IommufdGroup(group);
    groups.set(group.id, known);
    known.bound++;
    return known;
  }
}
