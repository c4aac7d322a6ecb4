import type { AttachCall, MoveCall } from '#mutants/device-calls.ts';
import { mutants } from '#mutants/mutant.ts';
import { type AttachHandle, IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { Group, Member } from '#reference/kernel/iommu/group.ts';
import type { IommufdAttachHandle } from '#reference/kernel/iommufd/attach-handle.ts';
import type { IommufdDevice } from '#reference/kernel/iommufd/device.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { DeviceCdev } from '#reference/kernel/vfio/device-cdev.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { TestCommand } from '#reference/kernel/iommufd/selftest/test-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Page tables for PASIDs: attach, replace, detach. */
export const entries = mutants(
  {
    id: 'BUG-127',
    breaks: ['PASID-12'],
    story: 'A PASID that the driver refuses is detached from what it was attached to.',
    like: 'iommu: Undo pasid attachment only for the devices that have succeeded',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        protected override setPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const error = super.setPasid(handle, pasid);
          if (error) this.detachPasid(pasid);
          return error;
        }
      },
  },
  {
    id: 'BUG-129',
    breaks: ['PASID-11'],
    story: 'A page table that a PASID has left still counts it.',
    like: 'iommu: Pass old domain to set_dev_pasid op',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [, { hwpt: old }, pasid = IOMMU_NO_PASID] = call;
          const error = super.moveGroup(...call);
          if (!error && pasid !== IOMMU_NO_PASID) old.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0314',
    breaks: ['PASID-14'],
    story: 'A PASID that is detached goes on with the page table it had.',
    like: 'iommu_detach_device_pasid() without xa_erase()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override detachPasid(): void {}
      },
  },
  {
    id: 'SEED-0315',
    breaks: ['PASID-15'],
    story: 'A device has one PASID more than its width tells.',
    like: 'pasid > max_pasids in place of pasid >= max_pasids',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const isNext = this.devices.every(({ pasidWidth }) => pasid === 2 ** pasidWidth);
          return isNext ? this.setPasid(handle, pasid) : super.attachPasid(handle, pasid);
        }
      },
  },
  {
    id: 'SEED-0316',
    breaks: ['PASID-24'],
    story: 'PASID 0 is refused.',
    like: 'iommu_attach_device_pasid() for IOMMU_NO_PASID',
    bug: ({ selftest }) =>
      class extends selftest.PasidTests {
        override attach(command: TestCommand): ErrnoName | undefined {
          const { pasid } = command.fields.operation.pasid_attach;
          return pasid === IOMMU_NO_PASID ? 'EINVAL' : super.attach(command);
        }
      },
  },
  {
    id: 'SEED-0317',
    breaks: ['PASID-17'],
    story: 'A device without PASIDs takes every PASID.',
    like: 'iommu_attach_device_pasid() that asks only devices with max_pasids',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const none = this.devices.every(({ pasidWidth }) => pasidWidth === 0);
          return none ? this.setPasid(handle, pasid) : super.attachPasid(handle, pasid);
        }
      },
  },
  {
    id: 'SEED-0318',
    breaks: ['PASID-03'],
    story: 'The page table of one PASID is that of all.',
    like: 'a PASID table with one entry',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override attachHandle(pasid: number): AttachHandle | undefined {
          const other = [...this.handles].find(([known]) => known !== IOMMU_NO_PASID)?.[1];
          return super.attachHandle(pasid) ?? other;
        }
      },
  },
  {
    id: 'SEED-0370',
    breaks: ['PASID-04', 'PASID-05', 'PASID-06'],
    story: 'A PASID takes page tables that were not made for PASIDs.',
    like: 'iommufd_hwpt_pasid_compat() that looks at the device only',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override checkPasids(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
          return pasid === IOMMU_NO_PASID ? super.checkPasids(hwpt, pasid) : undefined;
        }
      },
  },
  {
    id: 'SEED-0371',
    breaks: ['PASID-08', 'VFIO-PAS-01'],
    story: 'A device with attached PASIDs moves to a page table that was not made for PASIDs.',
    like: 'iommufd_hwpt_pasid_compat() that looks at PASIDs only',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override checkPasids(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
          return pasid === IOMMU_NO_PASID ? undefined : super.checkPasids(hwpt, pasid);
        }
      },
  },
  {
    id: 'SEED-0372',
    breaks: ['PASID-09', 'DEV-44'],
    story: 'Attaching what is attached moves it.',
    like: 'iommufd_device_do_replace() in place of iommufd_device_do_attach()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override attachTo(...call: AttachCall): ErrnoName | undefined {
          const [, pasid] = call;
          return this.isAttached(pasid) ? this.replaceBy(...call) : super.attachTo(...call);
        }
      },
  },
  {
    id: 'SEED-0373',
    breaks: ['PASID-10', 'DEV-30'],
    story: 'Replacing the page table of what is not attached attaches it.',
    like: 'iommufd_device_do_replace() without the test of igroup->pasid_attach',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceBy(...call: AttachCall): ErrnoName | undefined {
          const [, pasid] = call;
          return this.isAttached(pasid) ? super.replaceBy(...call) : this.attachTo(...call);
        }
      },
  },
  {
    id: 'SEED-0663',
    breaks: ['PASID-02'],
    story: 'A PASID of a device whose driver has none is attached as the device itself.',
    like: 'vfio_df_ioctl_attach_pt() without a look at pasid_attach_ioas',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedDevice {
        override readonly hasPasids: boolean = true;
      },
  },
  {
    id: 'SEED-0686',
    breaks: ['PASID-19', 'VFIO-PAS-03'],
    story: 'A PASID that is attached has to be detached first.',
    like: 'vfio_iommufd_physical_pasid_attach_ioas() without iommufd_device_replace()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override attachPasid(tableId: number, pasid: number): number | ErrnoName {
          return this.pasids.has(pasid) ? 'EBUSY' : super.attachPasid(tableId, pasid);
        }
      },
  },
  {
    id: 'SEED-0687',
    breaks: ['PASID-18', 'VFIO-PAS-04'],
    story: 'A PASID reserves the regions of its device.',
    like: 'iommufd_hw_pagetable_attach() without the test of the PASID',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override attachTo(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          return (pasid ? this.reserveIn(hwpt) : undefined) ?? super.attachTo(hwpt, pasid);
        }
      },
  },
  {
    id: 'SEED-0688',
    breaks: ['PASID-21', 'VFIO-PAS-05'],
    story: 'Closing a device leaves its PASIDs attached.',
    like: 'vfio_iommufd_physical_unbind() without its loop',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        override detachAll(): void {
          this.detach();
        }
      },
  },
  {
    id: 'SEED-0694',
    breaks: ['PASID-14', 'PASID-19', 'PASID-21'],
    story: 'The entry of a PASID changes, and nothing that was cached of it is dropped.',
    like: 'intel_pasid_tear_down_entry() without its invalidations',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override flushEntry(): void {}
      },
  },
  {
    id: 'SEED-0806',
    breaks: ['PASID-03'],
    story: 'Of a group only the first device gets the page table of its PASID.',
    like: '__iommu_set_group_pasid() that leaves its loop too early',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        protected override get havePasids(): readonly Member<Device>[] {
          return this.members.slice(0, 1);
        }
      },
  },
  {
    id: 'SEED-0807',
    breaks: ['PASID-03'],
    story: 'A device without PASIDs keeps its whole group from having any.',
    like: 'iommu_attach_device_pasid() before it passed over such devices',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        protected override setPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const isBeyond = this.members.some(({ pasidWidth }) => pasidWidth === 0);
          return isBeyond ? 'EINVAL' : super.setPasid(handle, pasid);
        }
      },
  },
  {
    id: 'SEED-0844',
    breaks: ['PASID-12', 'DEV-52', 'DEV-49'],
    story:
      'A PASID of a group is left at the new page table where the next device is refused that.',
    like: '__iommu_set_group_pasid() without its error path',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        private isRefused = false;

        protected override setPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const error = super.setPasid(handle, pasid);
          this.isRefused = false;
          return error;
        }

        protected override movePasid(
          ...call: Parameters<Group<Device>['movePasid']>
        ): ErrnoName | undefined {
          if (this.isRefused) return undefined;
          const error = super.movePasid(...call);
          this.isRefused = error !== undefined;
          return error;
        }
      },
  },
  {
    id: 'SEED-0845',
    breaks: ['PASID-25'],
    story: 'The faults of a PASID that is detached stay in the queue.',
    like: 'iommufd_hwpt_detach_device() that asks for IOMMU_NO_PASID before it answers faults',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override detachGroup(hwpt: HwPagetable, pasid: number): void {
          if (pasid === IOMMU_NO_PASID) super.detachGroup(hwpt, pasid);
          else this.device.group.detachPasid(pasid);
        }
      },
  },
  {
    id: 'SEED-0846',
    breaks: ['PASID-25'],
    story:
      'A PASID that leaves a queue takes the faults of its device and of the other PASIDs along.',
    like: 'iommufd_auto_response_faults() that compares devices and not attachments',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override refuseAllOf(handle: AttachHandle): void {
          const { deviceId } = handle as IommufdAttachHandle;
          this.refuse(({ handle: other }) => (other as IommufdAttachHandle).deviceId === deviceId);
        }
      },
  },
  {
    id: 'SEED-0847',
    breaks: ['PASID-25', 'PASID-12'],
    story: 'The faults of a PASID are answered before its new page table is refused.',
    like: 'iommufd_hwpt_replace_device() that calls iommufd_auto_response_faults() too early',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceGroup(
          ...call: Parameters<IommufdDevice['replaceGroup']>
        ): ErrnoName | undefined {
          const [, old, pasid] = call;
          const handle = this.device.group.attachHandle(pasid);
          if (handle) old.fault?.refuseAllOf(handle);
          return super.replaceGroup(...call);
        }
      },
  },
  {
    id: 'SEED-0855',
    breaks: ['PASID-26'],
    story: 'A PASID whose page table cannot be told stays attached.',
    like: 'vfio_df_ioctl_attach_pt() whose way out knows of no PASID',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override attachPasid(
          argument: Parameters<DeviceCdev['attachPasid']>[0],
        ): ErrnoName | undefined {
          const { pt_id, pasid } = argument.fields;
          const hwptId = this.device.attachPasid(pt_id, pasid);
          return isErrno(hwptId) ? hwptId : argument.put('pt_id', hwptId);
        }
      },
  },
  {
    id: 'SEED-0856',
    breaks: ['PASID-26'],
    story: 'Where the page table of a PASID cannot be told the device itself is detached as well.',
    like: 'vfio_df_ioctl_attach_pt() with one way out for both',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override attachPasid(
          argument: Parameters<DeviceCdev['attachPasid']>[0],
        ): ErrnoName | undefined {
          const error = super.attachPasid(argument);
          if (error === 'EFAULT') this.device.detach();
          return error;
        }
      },
  },
  {
    id: 'SEED-0857',
    breaks: ['PASID-18', 'PASID-19'],
    story: 'A PASID that moves to another IOAS lifts the windows of its device where it was.',
    like: 'iommufd_device_do_replace() without a look at the PASID before it removes reservations',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [hwpt, { hwpt: old, devices }, pasid = IOMMU_NO_PASID] = call;
          const error = super.moveGroup(...call);
          const leaves = hwpt.paging.ioas !== old.paging.ioas;
          if (!error && leaves && pasid !== IOMMU_NO_PASID) this.unreserveForAll(devices, old);
          return error;
        }
      },
  },
);
