import type { AutomaticCall, ChangeCall, MoveCall } from '#mutants/device-calls.ts';
import { mutants } from '#mutants/mutant.ts';
import type { ReservedRegion } from '#reference/kernel/iommu/domain.ts';
import type { IntelIommu } from '#reference/kernel/iommu/intel/intel-iommu.ts';
import { IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { AttachStep, IommufdDevice } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { UserArgument } from '#reference/kernel/mm/argument.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_device_attach_iommufd_pt } from '#uapi/vfio/device.ts';

/** Devices: attach, replace and detach. */
export const entries = mutants(
  {
    id: 'BUG-030',
    breaks: ['DEV-41'],
    story: 'The regions of a device are not reserved where it is attached to a nested page table.',
    like: 'iommufd: Enforce reserved IOVA also when attached to hwpt_nested',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override reserveIn(hwpt: HwPagetable): ErrnoName | undefined {
          return hwpt.domain.type === 'nested' ? undefined : super.reserveIn(hwpt);
        }
      },
  },
  {
    id: 'BUG-153',
    breaks: ['DEV-26'],
    story: 'A page table with mappings enforces coherency from its first device on that can.',
    like: 'iommu/vt-d: Support enforce_cache_coherency only for empty domains',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override attachTo(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.attachTo(hwpt, pasid);
          const can = this.device.enforcesCoherency === true;
          if (!error && can) Object.assign(hwpt.paging, { enforcesCoherency: true });
          return error;
        }

        protected override replaceBy(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.replaceBy(hwpt, pasid);
          const can = this.device.enforcesCoherency === true;
          if (!error && can) Object.assign(hwpt.paging, { enforcesCoherency: true });
          return error;
        }
      },
  },
  {
    id: 'SEED-0319',
    breaks: ['DEV-21', 'VFIO-ATT-03'],
    story: 'Attaching to an object that is no page table fails as if it did not exist.',
    like: 'iommufd_device_change_pt() with one errno for both',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
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
  },
  {
    id: 'SEED-0320',
    breaks: ['DEV-22', 'DEV-17'],
    story: 'Each device that is attached to an IOAS gets a page table of its own.',
    like: 'iommufd_device_auto_get_domain() without the walk of hwpt_list',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step, undo] = call;
          const known = new Set<HwPagetable>(ioas.hwpts);
          const fresh: AttachStep = (hwpt) => (known.has(hwpt) ? 'EINVAL' : step(hwpt));
          return super.changeToAutomatic(ioas, fresh, undo);
        }
      },
  },
  {
    id: 'SEED-0321',
    breaks: ['DEV-34'],
    story: 'The page table that a group leaves loses the reference of one of its devices.',
    like: 'iommufd_device_do_replace() without refcount_sub_and_test(num_devices - 1)',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [, attachment] = call;
          const { hwpt: old } = attachment;
          const error = super.moveGroup(...call);
          if (!error) old.users += attachment.devices.size - 1;
          return error;
        }
      },
  },
  {
    id: 'SEED-0322',
    breaks: ['DEV-35'],
    story: 'A group is detached with the first of its devices.',
    like: 'iommufd_hw_pagetable_detach() without xa_empty()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override detachFrom(hwpt: HwPagetable, pasid = IOMMU_NO_PASID): void {
          super.detachFrom(hwpt, pasid);
          if (this.group.attachments.has(pasid)) this.device.group.detach();
        }
      },
  },
  {
    id: 'SEED-0323',
    breaks: ['DEV-42'],
    story: 'A device that moves within an IOAS takes its reservations away.',
    like: 'iommufd_group_remove_reserved_iova() wherever a group moves',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const [hwpt, attachment] = call;
          const error = super.moveGroup(...call);
          if (!error) this.unreserveForAll(attachment.devices, hwpt);
          return error;
        }
      },
  },
  {
    id: 'SEED-0324',
    breaks: ['DEV-45'],
    story: 'An attach whose result cannot be written stays.',
    like: 'vfio_df_ioctl_attach_pt() without device->ops->detach_ioas()',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override attachTable(
          argument: UserArgument<typeof vfio_device_attach_iommufd_pt>,
        ): ErrnoName | undefined {
          const hwptId = this.device.attach(argument.fields.pt_id);
          return typeof hwptId === 'string' ? hwptId : argument.put('pt_id', hwptId);
        }
      },
  },
  {
    id: 'SEED-0504',
    breaks: ['DEV-49'],
    story: 'A device that could not be moved counts twice as a user of the page table it has.',
    like: 'a reference that is taken before the driver is asked',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceBy(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.replaceBy(hwpt, pasid);
          const { hwpt: old } = this;
          if (error && old) old.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0505',
    breaks: ['DEV-49'],
    story: 'A device whose new page table cannot be filled keeps a user of it.',
    like: 'an attach that is undone without the counter',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override detachFrom(hwpt: HwPagetable, pasid?: number): void {
          super.detachFrom(hwpt, pasid);
          if (hwpt.automatic && !hwpt.paging.ioas.hwpts.has(hwpt.paging)) hwpt.paging.ioas.users++;
        }
      },
  },
  {
    id: 'SEED-0506',
    breaks: ['DEV-25'],
    story: 'Whatever goes wrong with an automatic page table, a new one is tried.',
    like: 'a loop over page tables that goes on after any error',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step, undo] = call;
          const patient: AttachStep = (hwpt) => {
            const error = step(hwpt);
            return error && ioas.hwpts.has(hwpt.paging) ? 'EINVAL' : error;
          };
          return super.changeToAutomatic(ioas, patient, undo);
        }
      },
  },
  {
    id: 'SEED-0557',
    breaks: ['DEV-28'],
    story: 'A device cannot be moved to where it is.',
    like: 'a replace that begins with a new attach',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        override replace(tableId: number, pasid?: number): number | ErrnoName {
          const isSame = pasid === undefined && this.hwpt?.id === tableId;
          return isSame ? 'EBUSY' : super.replace(tableId, pasid);
        }
      },
  },
  {
    id: 'SEED-0690',
    breaks: ['DEV-46', 'VFIO-ATT-13'],
    story: 'A virtual function can be attached where page requests are wanted.',
    like: 'iommufd_hwpt_attach_device() without iommufd_hwpt_compatible_device()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override checkPageRequests(): undefined {}
      },
  },
  {
    id: 'SEED-0691',
    breaks: ['DEV-24'],
    story: 'A page table of the IOAS that does not take a device is the last word.',
    like: 'iommufd_device_auto_get_domain() without "goto next"',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override changeToAutomatic(
          ioas: Ioas,
          step: AttachStep,
          undo?: (hwpt: HwPagetable) => void,
        ): HwPagetable | ErrnoName {
          const hasOne = [...ioas.hwpts].some(({ automatic }) => automatic);
          const strict: AttachStep = (hwpt) => {
            const error = step(hwpt);
            return hasOne && error === 'EINVAL' ? 'ENODEV' : error;
          };
          return super.changeToAutomatic(ioas, strict, undo);
        }
      },
  },
  {
    id: 'SEED-0692',
    breaks: ['DEV-26'],
    story: 'No page table is asked to enforce cache coherency.',
    like: 'iommufd_hwpt_paging_alloc() without iommufd_hwpt_paging_enforce_cc()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override enforceCoherency(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-0736',
    breaks: ['DEV-43'],
    story: 'The window of the doorbells is not reserved.',
    like: 'arm_smmu_get_resv_regions() without IOMMU_RESV_SW_MSI',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override reservedRegions(): readonly ReservedRegion[] {
          return [];
        }
      },
  },
  {
    id: 'SEED-0832',
    breaks: ['DEV-36'],
    story: 'What HyperTransport has for itself is not reserved behind an AMD IOMMU.',
    like: 'amd_iommu_get_resv_regions() without the range of HyperTransport',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override reservedRegions(): readonly ReservedRegion[] {
          return super.reservedRegions().filter(({ type }) => type === 'msi');
        }
      },
  },
  {
    id: 'SEED-0833',
    breaks: ['DEV-36', 'DEV-37'],
    story: 'Of a reserved region the last page is left out.',
    like: 'iommu_alloc_resv_region() with an end in place of a length, rounded down',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override reservedRegions(): readonly ReservedRegion[] {
          return super
            .reservedRegions()
            .map((region) => ({ ...region, last: region.last - 0x1000n }));
        }
      },
  },
  {
    id: 'SEED-0834',
    breaks: ['DEV-36'],
    story: 'What a virtio-iommu tells of reserved memory is kept, and not given on.',
    like: 'viommu_get_resv_regions() that returns its own list alone',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override reservedRegions(): readonly ReservedRegion[] {
          return [];
        }
      },
  },
  {
    id: 'SEED-0835',
    breaks: ['DEV-52'],
    story: 'A VT-d blocks the device before it looks whether it can have the page table.',
    like: 'intel_iommu_attach_device() that begins with device_block_translation()',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override attach(
          ...[device, domain]: Parameters<IntelIommu['attach']>
        ): ErrnoName | undefined {
          const error = super.attach(device, domain);
          if (error === 'ENODEV') this.block(device);
          return error;
        }
      },
  },
  {
    id: 'SEED-0836',
    breaks: ['DEV-52', 'DEV-42'],
    story: 'A device that was refused a page table keeps its windows reserved there.',
    like: 'iommufd_device_do_replace() without its way out',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceGroup(
          ...call: Parameters<IommufdDevice['replaceGroup']>
        ): ErrnoName | undefined {
          const error = super.replaceGroup(...call);
          if (error !== 'ENODEV') return error;
          const [{ paging }] = call;
          paging.ioas.iopt.reserveRegions(this.device.reservedRegions(), { refused: this });
          return error;
        }
      },
  },
  {
    id: 'SEED-0893',
    breaks: ['DEV-36', 'DEV-37'],
    story: 'Of the window of the doorbells the last page is left out.',
    like: 'MSI_IOVA_LENGTH that is one page short',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override reservedRegions(): readonly ReservedRegion[] {
          return super
            .reservedRegions()
            .map((region) => ({ ...region, last: region.last - 0x1000n }));
        }
      },
  },
  {
    id: 'SEED-0894',
    breaks: ['DEV-38'],
    story: 'An SMMUv3 is said to translate one bit more than it does.',
    like: 'ias and va_bits that are one too large in arm_smmu_domain_finalise()',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        override readonly geometry = { first: 0n, last: 2n ** 49n - 1n };
      },
  },
  {
    id: 'SEED-0902',
    breaks: ['DEV-28'],
    story: 'A device that is attached to where it is loses the faults that nobody has answered.',
    like: 'iommufd_device_do_replace() without the look whether the page table is another one',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceBy(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const attachment = this.group.attachments.get(pasid ?? IOMMU_NO_PASID);
          const isSame = attachment?.hwpt === hwpt && this.isAttached(pasid ?? IOMMU_NO_PASID);
          return isSame ? this.moveGroup(hwpt, attachment, pasid) : super.replaceBy(hwpt, pasid);
        }
      },
  },
);
