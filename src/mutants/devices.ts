import type { AttachHandle } from '#reference/kernel/iommu/io-pgfault.ts';
import { IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { AttachStep } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { TestCommand } from '#reference/kernel/iommufd/selftest/test-command.ts';
import type { VfioArgument } from '#reference/kernel/mm/argument.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_device_attach_iommufd_pt } from '#uapi/vfio/device.ts';

import type { AttachCall, AutomaticCall, ChangeCall, MoveCall } from './device-calls.ts';
import { mutants } from './mutant.ts';

/** Devices and their PASIDs, on whatever machine: features/iommufd/device-*.feature. */
export const devices = mutants(
  {
    id: 'BUG-127',
    breaks: ['PASID-12'],
    story: 'A PASID that the driver refuses is detached from what it was attached to.',
    like: 'iommu: Undo pasid attachment only for the devices that have succeeded',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        protected override setPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const error = super.setPasid(handle, pasid);
          if (error) this.detachPasid(pasid);
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-129',
    breaks: ['PASID-11'],
    story: 'A page table that a PASID has left still counts it.',
    like: 'iommu: Pass old domain to set_dev_pasid op',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [, { hwpt: old }, pasid = IOMMU_NO_PASID] = call;
          const error = super.moveGroup(...call);
          if (!error && pasid !== IOMMU_NO_PASID) old.users++;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-370',
    breaks: ['PASID-04', 'PASID-05', 'PASID-06'],
    story: 'A PASID takes page tables that were not made for PASIDs.',
    like: 'iommufd_hwpt_pasid_compat() that looks at the device only',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override checkPasids(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
          return pasid === IOMMU_NO_PASID ? super.checkPasids(hwpt, pasid) : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-371',
    breaks: ['PASID-08'],
    story: 'A device with attached PASIDs moves to a page table that was not made for PASIDs.',
    like: 'iommufd_hwpt_pasid_compat() that looks at PASIDs only',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override checkPasids(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
          return pasid === IOMMU_NO_PASID ? undefined : super.checkPasids(hwpt, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-372',
    breaks: ['PASID-09', 'DEV-44'],
    story: 'Attaching what is attached moves it.',
    like: 'iommufd_device_do_replace() in place of iommufd_device_do_attach()',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override attachTo(...call: AttachCall): ErrnoName | undefined {
          const [, pasid] = call;
          return this.isAttached(pasid) ? this.replaceBy(...call) : super.attachTo(...call);
        }
      },
    }),
  },
  {
    id: 'SEED-373',
    breaks: ['PASID-10', 'DEV-30'],
    story: 'Replacing the page table of what is not attached attaches it.',
    like: 'iommufd_device_do_replace() without the test of igroup->pasid_attach',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override replaceBy(...call: AttachCall): ErrnoName | undefined {
          const [, pasid] = call;
          return this.isAttached(pasid) ? super.replaceBy(...call) : this.attachTo(...call);
        }
      },
    }),
  },
  {
    id: 'SEED-314',
    breaks: ['PASID-14'],
    story: 'A PASID that is detached goes on with the page table it had.',
    like: 'iommu_detach_device_pasid() without xa_erase()',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override detachPasid(): void {}
      },
    }),
  },
  {
    id: 'SEED-315',
    breaks: ['PASID-15'],
    story: 'A device has one PASID more than its width tells.',
    like: 'pasid > max_pasids in place of pasid >= max_pasids',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const isNext = this.devices.every(({ pasidWidth }) => pasid === 2 ** pasidWidth);
          return isNext ? this.setPasid(handle, pasid) : super.attachPasid(handle, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-316',
    breaks: ['PASID-24'],
    story: 'PASID 0 is refused.',
    like: 'iommu_attach_device_pasid() for IOMMU_NO_PASID',
    parts: ({ PasidTests }) => ({
      PasidTests: class extends PasidTests {
        override attach(command: TestCommand): ErrnoName | undefined {
          const { pasid } = command.fields.operation.pasid_attach;
          return pasid === IOMMU_NO_PASID ? 'EINVAL' : super.attach(command);
        }
      },
    }),
  },
  {
    id: 'SEED-317',
    breaks: ['PASID-17'],
    story: 'A device without PASIDs takes every PASID.',
    like: 'iommu_attach_device_pasid() that asks only devices with max_pasids',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const none = this.devices.every(({ pasidWidth }) => pasidWidth === 0);
          return none ? this.setPasid(handle, pasid) : super.attachPasid(handle, pasid);
        }
      },
    }),
  },
  {
    id: 'SEED-318',
    breaks: ['PASID-03'],
    story: 'The page table of one PASID is that of all.',
    like: 'a PASID table with one entry',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override attachHandle(pasid: number): AttachHandle | undefined {
          const other = [...this.handles].find(([known]) => known !== IOMMU_NO_PASID)?.[1];
          return super.attachHandle(pasid) ?? other;
        }
      },
    }),
  },
  {
    id: 'SEED-319',
    breaks: ['DEV-21', 'VFIO-ATT-03'],
    story: 'Attaching to an object that is no page table fails as if it did not exist.',
    like: 'iommufd_device_change_pt() with one errno for both',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override changeTable(...call: ChangeCall): HwPagetable | ErrnoName {
          const [id, step, undo] = call;
          let isAsked = false;
          const asked: AttachStep = (hwpt) => {
            isAsked = true;
            return step(hwpt);
          };
          const table = super.changeTable(id, asked, undo);
          return isAsked ? table : 'ENOENT';
        }
      },
    }),
  },
  {
    id: 'SEED-320',
    breaks: ['DEV-22', 'DEV-17'],
    story: 'Each device that is attached to an IOAS gets a page table of its own.',
    like: 'iommufd_device_auto_get_domain() without the walk of hwpt_list',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step, undo] = call;
          const known = new Set<HwPagetable>(ioas.hwpts);
          const fresh: AttachStep = (hwpt) => (known.has(hwpt) ? 'EINVAL' : step(hwpt));
          return super.changeToAutomatic(ioas, fresh, undo);
        }
      },
    }),
  },
  {
    id: 'SEED-321',
    breaks: ['DEV-34'],
    story: 'The page table that a group leaves loses the reference of one of its devices.',
    like: 'iommufd_device_do_replace() without refcount_sub_and_test(num_devices - 1)',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [, attachment] = call;
          const { hwpt: old } = attachment;
          const error = super.moveGroup(...call);
          if (!error) old.users += attachment.devices.size - 1;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-322',
    breaks: ['DEV-35'],
    story: 'A group is detached with the first of its devices.',
    like: 'iommufd_hw_pagetable_detach() without xa_empty()',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override detachFrom(hwpt: HwPagetable, pasid = IOMMU_NO_PASID): void {
          super.detachFrom(hwpt, pasid);
          if (this.group.attachments.has(pasid)) this.device.group.detach();
        }
      },
    }),
  },
  {
    id: 'SEED-323',
    breaks: ['DEV-42'],
    story: 'A device that moves within an IOAS takes its reservations away.',
    like: 'iommufd_group_remove_reserved_iova() wherever a group moves',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [hwpt, attachment] = call;
          const error = super.moveGroup(...call);
          if (!error) this.unreserveForAll(attachment.devices, hwpt);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-324',
    breaks: ['DEV-45'],
    story: 'An attach whose result cannot be written stays.',
    like: 'vfio_df_ioctl_attach_pt() without device->ops->detach_ioas()',
    parts: ({ DeviceCdev }) => ({
      DeviceCdev: class extends DeviceCdev {
        protected override attachTable(
          argument: VfioArgument<typeof vfio_device_attach_iommufd_pt>,
        ): ErrnoName | undefined {
          const hwptId = this.device.attach(argument.fields.pt_id);
          return typeof hwptId === 'string' ? hwptId : argument.put('pt_id', hwptId);
        }
      },
    }),
  },
);
