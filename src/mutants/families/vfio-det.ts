import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** VFIO_DEVICE_DETACH_IOMMUFD_PT. */
export const entries = mutants(
  {
    id: 'BUG-143',
    breaks: ['VFIO-DET-02'],
    story:
      'A detached device is taken off its page table before those at the page table are flushed.',
    like: 'iommu/amd: Invalidate cache before removing device from domain list',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        private leaving: readonly number[] = [];

        override block(device: IntelDevice): void {
          this.leaving = device.requesterIds;
          super.block(device);
          this.leaving = [];
        }

        protected override flushCaches(domainId: number, rid: number): void {
          if (!this.leaving.includes(rid)) super.flushCaches(domainId, rid);
        }
      },
  },
  {
    id: 'SEED-0103',
    breaks: ['VFIO-DET-01', 'VFIO-ATT-02'],
    story: 'Neither an attach nor a detach of a PASID needs room for one.',
    like: 'vfio_df_ioctl_detach_pt() with the minimum size for everything',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override hasRoom(_argsz: number, _needed: number): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-0104',
    breaks: ['VFIO-DET-02'],
    story: 'A device that is not attached cannot be detached.',
    like: 'vfio_iommufd_physical_detach_ioas() with an errno',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override detach(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.detach(task, arg);
          if (error || this.attached) this.attached = false;
          else return 'EINVAL';
          return error;
        }

        protected override attach(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.attach(task, arg);
          this.attached ||= !error;
          return error;
        }

        private attached = false;
      },
  },
  {
    id: 'SEED-0105',
    breaks: ['VFIO-DET-02'],
    story: 'A device that is detached goes on with the page table it had.',
    like: '__iommu_group_set_core_domain() that never reaches the hardware',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        protected override setCoreDomain(domain: IommuDomain | 'blocked'): void {
          if (domain !== 'blocked') super.setCoreDomain(domain);
        }
      },
  },
  {
    id: 'SEED-0109',
    breaks: ['VFIO-DET-02', 'VFIO-ATT-06'],
    story: 'The IOMMU does not forget which page table a device had.',
    like: 'a context cache that takes no device-selective invalidation',
    bug: ({ vtd }) =>
      class extends vtd.ContextCache {
        override invalidateDevice(_rid: number, _ignored: number): void {}
      },
  },
);
