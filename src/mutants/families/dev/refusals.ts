import { mutants } from '#mutants/mutant.ts';
import type { AnyDomain } from '#reference/kernel/iommu/domain.ts';
import type { Group } from '#reference/kernel/iommu/group.ts';
import type { ArmSmmuV3 } from '#reference/kernel/iommu/arm/arm-smmu-v3.ts';
import type { IntelIommu } from '#reference/kernel/iommu/intel/intel-iommu.ts';
import type { ScalableIommu } from '#reference/kernel/iommu/intel/scalable-iommu.ts';
import { IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { IommufdDevice } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Devices: what the driver of an IOMMU refuses when all else has been done. */
export const entries = mutants(
  {
    id: 'SEED-0838',
    breaks: ['DEV-52', 'DEV-49', 'HWPT-37'],
    story: 'Devices of a group that took the new page table keep it where the next one is refused.',
    like: '__iommu_group_set_domain_internal() that returns where it has to revert',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        private isRefused = false;

        protected override setDomain(domain: AnyDomain | 'blocked'): ErrnoName | undefined {
          const error = super.setDomain(domain);
          this.isRefused = false;
          return error;
        }

        protected override setDevice(
          ...call: Parameters<Group<Device>['setDevice']>
        ): ErrnoName | undefined {
          if (this.isRefused) return undefined;
          const error = super.setDevice(...call);
          this.isRefused = error !== undefined;
          return error;
        }
      },
  },
  {
    id: 'SEED-0839',
    breaks: ['DEV-49', 'DEV-52'],
    story: 'Where one device of a group is refused, the windows of the others stay reserved there.',
    like: 'iommufd_device_do_replace() that undoes the reservations of one device',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override replaceGroup(
          ...call: Parameters<IommufdDevice['replaceGroup']>
        ): ErrnoName | undefined {
          const error = super.replaceGroup(...call);
          const [{ paging }] = call;
          const { devices } = this.device.group;
          if (error && devices.length > 1) {
            const regions = devices.flatMap((device) => device.reservedRegions());
            paging.ioas.iopt.reserveRegions(regions, { refused: this });
          }
          return error;
        }
      },
  },
  {
    id: 'SEED-0840',
    breaks: ['DEV-49', 'HWPT-37'],
    story: 'An SMMUv3 blocks a device before it looks whether the guest has it.',
    like: 'arm_smmu_attach_dev_nested() that installs an abort entry first',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override attachNested(
          ...call: Parameters<ArmSmmuV3['attachNested']>
        ): ErrnoName | undefined {
          const error = super.attachNested(...call);
          if (error) this.block(call[0]);
          return error;
        }
      },
  },
  {
    id: 'SEED-0841',
    breaks: ['DEV-49'],
    story: "A device that is refused a page table is no longer its guest's.",
    like: 'arm_smmu_attach_dev() that clears master->vmaster before it compares the units',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override attach(...call: Parameters<ArmSmmuV3['attach']>): ErrnoName | undefined {
          const error = super.attach(...call);
          if (error) call[0].guest = undefined;
          return error;
        }
      },
  },
  {
    id: 'SEED-0842',
    breaks: ['DEV-49', 'DEV-27'],
    story: 'A VT-d blocks a device before it looks whether it can use the page table.',
    like: 'intel_iommu_attach_device() before it called paging_domain_compatible() first',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override attach(...call: Parameters<IntelIommu['attach']>): ErrnoName | undefined {
          const error = super.attach(...call);
          if (error === 'EINVAL') this.block(call[0]);
          return error;
        }
      },
  },
  {
    id: 'SEED-0843',
    breaks: ['DEV-52', 'PASID-12'],
    story: 'The entry of a PASID is gone when its new page table is refused.',
    like: 'intel_iommu_set_dev_pasid() that tears the old entry down first',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override attachPasid(
          ...call: Parameters<ScalableIommu['attachPasid']>
        ): ErrnoName | undefined {
          const error = super.attachPasid(...call);
          const [device, pasid] = call;
          if (error && pasid !== 0) this.blockPasid(device, pasid);
          return error;
        }
      },
  },
  {
    id: 'SEED-0858',
    breaks: ['DEV-49', 'FAULT-30'],
    story: 'A device that is refused a page table with a fault queue counts it among those it has.',
    like: 'iopf_for_domain_set() before the checks, and no iopf_for_domain_remove() behind them',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        protected override setDevice(
          ...call: Parameters<Group<Device>['setDevice']>
        ): ErrnoName | undefined {
          const [{ pageRequests }, domain] = call;
          const error = super.setDevice(...call);
          if (error && domain !== 'blocked') pageRequests.enable(domain);
          return error;
        }
      },
  },
  {
    id: 'SEED-0859',
    breaks: ['DEV-46'],
    story:
      'A PASID of a virtual function gets a fault queue, which the function itself may not have.',
    like: 'iommufd_hwpt_compatible_device() in the path of IOMMU_NO_PASID alone',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        private isForPasid = false;

        protected override attachGroup(hwpt: HwPagetable, pasid: number): ErrnoName | undefined {
          this.isForPasid = pasid !== IOMMU_NO_PASID;
          return super.attachGroup(hwpt, pasid);
        }

        protected override replaceGroup(
          ...call: Parameters<IommufdDevice['replaceGroup']>
        ): ErrnoName | undefined {
          this.isForPasid = call[2] !== IOMMU_NO_PASID;
          return super.replaceGroup(...call);
        }

        protected override checkPageRequests(hwpt: HwPagetable): ErrnoName | undefined {
          return this.isForPasid ? undefined : super.checkPageRequests(hwpt);
        }
      },
  },
);
