import type { ErrnoName } from '#uapi/errno.ts';
import { invariant } from '../../reference-bug.ts';
import type { IommuDevice, IommuDomain, PagingOptions } from '../iommu/domain.ts';
import { IOMMU_NO_PASID } from '../iommu/io-pgfault.ts';
import { isErrno } from '../lib/errno.ts';
import { IommufdAttachHandle } from './attach-handle.ts';
import type { Attachment, IommufdGroup } from './group.ts';
import { HwPagetable } from './hw-pagetable.ts';
import type { HwptPaging } from './hw-pagetable.ts';
import { Ioas } from './ioas.ts';
import type { Iommufd } from './main.ts';
import { IommufdObject } from './object.ts';
import type { Vdevice } from './vdevice.ts';

/** How a device comes to a page table: by a first attachment or in place of another one. */
export type AttachStep = (hwpt: HwPagetable) => ErrnoName | undefined;
/** How a first attachment is undone. */
export type AttachUndo = (hwpt: HwPagetable) => void;

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

  /** Without a PASID: is the device itself attached? */
  isAttached(pasid = IOMMU_NO_PASID): boolean {
    return this.group.attachments.get(pasid)?.devices.has(this) ?? false;
  }

  /** The page table that this device is attached to. */
  get hwpt(): HwPagetable | undefined {
    return this.isAttached() ? this.group.attachments.get(IOMMU_NO_PASID)?.hwpt : undefined;
  }

  /**
   * iommufd_device_attach(): to a page table, or to a fitting automatic one of an IOAS. Returns the id of the page table.
   * DEV-17 18 20 21 PASID-03 24 OBJ-25 VFIO-ATT-03 04 05
   */
  attach(tableId: number, pasid = IOMMU_NO_PASID): number | ErrnoName {
    const undo = (table: HwPagetable): void => this.detachFrom(table, pasid);
    const hwpt = this.changeTable(tableId, (table) => this.attachTo(table, pasid), undo);
    if (isErrno(hwpt)) return hwpt;
    this.users++;
    return hwpt.id;
  }

  /** iommufd_device_replace(): the old page table stays on failure. DEV-27 28 29 30 PASID-11 12 VFIO-ATT-06 MOCK-08 */
  replace(tableId: number, pasid = IOMMU_NO_PASID): number | ErrnoName {
    const old = this.group.attachments.get(pasid)?.hwpt;
    const hwpt = this.changeTable(tableId, (table) => this.replaceBy(table, pasid));
    if (isErrno(hwpt)) return hwpt;
    if (old && old !== hwpt) this.putHwpt(old);
    return hwpt.id;
  }

  /** iommufd_device_detach(). DEV-31 35 42 PASID-13 14 OBJ-22 23 26 VFIO-DET-02 VFIO-ATT-10 */
  detach(pasid = IOMMU_NO_PASID): void {
    const hwpt = this.group.attachments.get(pasid)?.hwpt;
    if (!hwpt || !this.isAttached(pasid)) return;
    this.detachFrom(hwpt, pasid);
    this.putHwpt(hwpt);
    this.users--;
  }

  /** vfio_iommufd_physical_unbind(): each PASID, then the device itself. PASID-21 */
  detachAll(): void {
    const pasids = [...this.group.attachments.keys()].sort((one, other) => other - one);
    for (const pasid of pasids) this.detach(pasid);
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
  protected changeTable(id: number, step: AttachStep, undo?: AttachUndo): HwPagetable | ErrnoName {
    const table = this.context.objects.get(id, IommufdObject);
    if (isErrno(table)) return table;
    if (table instanceof HwPagetable) return step(table) ?? table;
    if (table instanceof Ioas) return this.changeToAutomatic(table, step, undo);
    return 'EINVAL';
  }

  /**
   * iommufd_device_auto_get_domain(): the first automatic page table that takes the device; EINVAL from one means that the
   * next is tried. DEV-22 23 24 25 VFIO-ATT-04
   */
  protected changeToAutomatic(
    ioas: Ioas,
    step: AttachStep,
    undo?: AttachUndo,
  ): HwPagetable | ErrnoName {
    for (const hwpt of ioas.hwpts) {
      if (!hwpt.automatic) continue;
      const error = step(hwpt);
      if (!error) return hwpt;
      if (error !== 'EINVAL') return error;
    }
    return this.context.create((id) => {
      return undo ? this.attachToNew(id, ioas, { step, undo }) : this.replaceByNew(id, ioas, step);
    });
  }

  /** The device is attached before the areas are mapped, as some drivers finish a page table only then. DEV-50 */
  protected attachToNew(
    id: number,
    ioas: Ioas,
    { step, undo }: { step: AttachStep; undo: AttachUndo },
  ): HwptPaging | ErrnoName {
    const hwpt = this.newHwpt(id, ioas);
    if (isErrno(hwpt)) return hwpt;
    const error = step(hwpt);
    if (error) {
      hwpt.destroy();
      return error;
    }
    const unfilled = hwpt.populate();
    if (!unfilled) return hwpt;
    undo(hwpt);
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

  /** Without options it is an automatic one. It snoops the caches if its first device can be made to. DEV-26 */
  protected newHwpt(id: number, ioas: Ioas, options?: PagingOptions): HwptPaging | ErrnoName {
    const noMemory = this.context.kernel.faults.kmalloc();
    const domain = noMemory ?? this.device.allocPagingDomain(options);
    if (isErrno(domain)) return domain;
    const { HwptPaging: Hwpt } = this.context.kernel.parts.iommufd;
    const { nestParent, pasid: pasidCompatible } = options ?? {};
    const enforcesCoherency = this.enforceCoherency(domain);
    const flags = { automatic: !options, nestParent, pasidCompatible, enforcesCoherency };
    return new Hwpt(id, { ioas, domain, ...flags });
  }

  /** iommufd_hwpt_paging_enforce_cc() */
  protected enforceCoherency(domain: IommuDomain): boolean {
    if (!this.device.enforcesCoherency) return false;
    const isEnforced = domain.enforceCacheCoherency?.() ?? false;
    invariant(isEnforced, 'an IOMMU that can enforce coherency does not do it for a new domain');
    return isEnforced;
  }

  /**
   * iommufd_hw_pagetable_attach(): the group goes with its first device. Regions are reserved for the device itself, not for
   * PASIDs. DEV-33 34 37 44 49 PASID-09 18 VFIO-ATT-08 09
   */
  protected attachTo(hwpt: HwPagetable, pasid = IOMMU_NO_PASID): ErrnoName | undefined {
    const { attachments } = this.group;
    const attachment = attachments.get(pasid);
    if (this.isAttached(pasid)) return 'EBUSY';
    if (attachment && attachment.hwpt !== hwpt) return 'EINVAL';
    const reserves = pasid === IOMMU_NO_PASID;
    const refused = reserves ? this.prepareFor(hwpt, !attachment) : undefined;
    const error = refused ?? (attachment ? undefined : this.attachGroup(hwpt, pasid));
    if (error) {
      if (reserves) hwpt.paging.ioas.iopt.removeReserved(this.device);
      return error;
    }
    if (attachment) attachment.devices.add(this);
    else attachments.set(pasid, { hwpt, devices: new Set([this]) });
    hwpt.users++;
    return undefined;
  }

  /** iommufd_hwpt_attach_device(). */
  protected attachGroup(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
    const error = this.checkPageRequests(hwpt) ?? this.checkPasids(hwpt, pasid);
    if (error) return error;
    const { group } = this.device;
    const noMemory = this.context.kernel.faults.kmalloc();
    if (noMemory) return noMemory;
    const handle = this.newHandle(hwpt);
    return pasid === IOMMU_NO_PASID ? group.attach(handle) : group.attachPasid(handle, pasid);
  }

  protected newHandle(hwpt: HwPagetable): IommufdAttachHandle {
    const { group, context } = this;
    return new IommufdAttachHandle(hwpt.domain, this.id, (page) =>
      context.swMsi.prepare(group, hwpt.paging, page),
    );
  }

  /** iommufd_hwpt_compatible_device(): an answer to one function would be one to all. DEV-46 VFIO-ATT-13 HW-PCI-09 */
  protected checkPageRequests({ fault }: HwPagetable): ErrnoName | undefined {
    return fault && this.device.sharesPageRequests ? 'EINVAL' : undefined;
  }

  /**
   * iommufd_hwpt_pasid_compat(): where one PASID of the group is attached, page tables are those that were allocated for
   * PASIDs. PASID-04 05 06 07 08 16
   */
  protected checkPasids(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
    const { attachments } = this.group;
    const own = attachments.get(IOMMU_NO_PASID)?.hwpt;
    if (pasid !== IOMMU_NO_PASID) {
      return hwpt.pasidCompatible && (own?.pasidCompatible ?? true) ? undefined : 'EINVAL';
    }
    const hasPasids = attachments.size > (own ? 1 : 0);
    return hasPasids && !hwpt.pasidCompatible ? 'EINVAL' : undefined;
  }

  protected detachFrom(hwpt: HwPagetable, pasid = IOMMU_NO_PASID): void {
    const { attachments } = this.group;
    const devices = attachments.get(pasid)?.devices;
    devices?.delete(this);
    if (devices?.size === 0) {
      this.detachGroup(hwpt, pasid);
      attachments.delete(pasid);
    }
    if (pasid === IOMMU_NO_PASID) hwpt.paging.ioas.iopt.removeReserved(this.device);
    hwpt.users--;
  }

  /** iommufd_hwpt_detach_device(). FAULT-22 PASID-25 */
  protected detachGroup(hwpt: HwPagetable, pasid: number): void {
    const { group } = this.device;
    const handle = group.attachHandle(pasid);
    if (pasid === IOMMU_NO_PASID) group.detach();
    else group.detachPasid(pasid);
    if (handle) hwpt.fault?.refuseAllOf(handle);
  }

  /** iommufd_hwpt_replace_device(). FAULT-23 30 PASID-25 */
  protected replaceGroup(
    hwpt: HwPagetable,
    old: HwPagetable,
    pasid: number,
  ): ErrnoName | undefined {
    const incompatible = this.checkPageRequests(hwpt) ?? this.checkPasids(hwpt, pasid);
    const refused = incompatible ?? this.context.kernel.faults.kmalloc();
    if (refused) return refused;
    const { group } = this.device;
    const oldHandle = group.attachHandle(pasid);
    const handle = this.newHandle(hwpt);
    const error =
      pasid === IOMMU_NO_PASID ? group.replace(handle) : group.replacePasid(handle, pasid);
    if (!error && oldHandle) old.fault?.refuseAllOf(oldHandle);
    return error;
  }

  /** iommufd_device_do_replace(): moves all attached devices of the group. DEV-28 30 34 42 PASID-10 VFIO-ATT-07 */
  protected replaceBy(hwpt: HwPagetable, pasid = IOMMU_NO_PASID): ErrnoName | undefined {
    const attachment = this.group.attachments.get(pasid);
    if (!attachment || !this.isAttached(pasid)) return 'EINVAL';
    return attachment.hwpt === hwpt ? undefined : this.moveGroup(hwpt, attachment, pasid);
  }

  protected moveGroup(
    hwpt: HwPagetable,
    attachment: Attachment,
    pasid = IOMMU_NO_PASID,
  ): ErrnoName | undefined {
    const { hwpt: old, devices } = attachment;
    const moves = pasid === IOMMU_NO_PASID && hwpt.paging.ioas !== old.paging.ioas;
    const unfit = moves ? this.reserveForAll(devices, hwpt) : undefined;
    const refused = unfit ?? (pasid === IOMMU_NO_PASID ? this.installDoorbells(hwpt) : undefined);
    const error = refused ?? this.replaceGroup(hwpt, old, pasid);
    if (moves) this.unreserveForAll(devices, error ? hwpt : old);
    if (error) return error;
    attachment.hwpt = hwpt;
    hwpt.users += devices.size;
    old.users -= devices.size;
    return undefined;
  }

  protected reserveForAll(
    devices: Iterable<IommufdDevice>,
    hwpt: HwPagetable,
  ): ErrnoName | undefined {
    for (const device of devices) {
      const error = device.reserveIn(hwpt);
      if (error) return error;
    }
    return undefined;
  }

  protected unreserveForAll(devices: Iterable<IommufdDevice>, hwpt: HwPagetable): void {
    for (const { device } of devices) hwpt.paging.ioas.iopt.removeReserved(device);
  }

  /** iommufd_device_attach_reserved_iova(): what its first device needs is in the page table before that takes over. DEV-43 */
  protected prepareFor(hwpt: HwPagetable, isFirst: boolean): ErrnoName | undefined {
    return this.reserveIn(hwpt) ?? (isFirst ? this.installDoorbells(hwpt) : undefined);
  }

  protected installDoorbells(hwpt: HwPagetable): ErrnoName | undefined {
    return this.context.swMsi.installAll(this.group, hwpt.paging);
  }

  /** Of a nested page table, in the IOAS of its parent. DEV-36 37 41 */
  protected reserveIn(hwpt: HwPagetable): ErrnoName | undefined {
    const regions = this.device.reservedRegions();
    this.group.swMsiStart = regions.find(({ type }) => type === 'sw-msi')?.first;
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
    const known = groups.get(group.id) ?? new kernel.parts.iommufd.IommufdGroup(group);
    groups.set(group.id, known);
    known.bound++;
    return known;
  }
}
