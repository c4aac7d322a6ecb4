import { mutants } from '#mutants/mutant.ts';
import type { FileOperations, OpenFile } from '#reference/kernel/fs/file.ts';
import type { VfioHardware } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Who excludes whom. */
export const entries = mutants(
  {
    id: 'SEED-1786',
    breaks: ['VFIO-XCL-03', 'VFIO-XCL-02', 'VMM-ATT-16'],
    story: 'A device is bound by its node while its group is open.',
    like: 'vfio_device_block_group() without the test of opened_file',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override block(): undefined {
          this.boundDevices++;
        }
      },
  },
  {
    id: 'SEED-1787',
    breaks: ['VFIO-XCL-04', 'VFIO-XCL-02'],
    story: 'A device that is open by its node blocks its group.',
    like: 'vfio_device_fops_cdev_open() with vfio_device_block_group()',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override openDevice(hardware: VfioHardware): FileOperations {
          this.groupOf(hardware).block();
          return super.openDevice(hardware);
        }
      },
  },
  {
    id: 'SEED-1788',
    breaks: ['VFIO-XCL-05', 'VFIO-GRP-03', 'VMM-ATT-16'],
    story: 'A group can be opened while its devices are bound.',
    like: 'vfio_group_fops_open() without the test of cdev_device_open_cnt',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override open(): 'EBUSY' | undefined {
          const bound = this.boundDevices;
          this.boundDevices = 0;
          const error = super.open();
          this.boundDevices = bound;
          return error;
        }
      },
  },
  {
    id: 'SEED-1789',
    breaks: ['VFIO-XCL-06'],
    story: 'One device of a group is bound at a time.',
    like: 'iommu_device_claim_dma_owner() without owner_cnt',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          return this.ownerCount > 0 ? 'EPERM' : super.claimDmaOwner(owner);
        }
      },
  },
  {
    id: 'SEED-1790',
    breaks: ['VFIO-XCL-07'],
    story: 'Devices of a group are bound to whichever iommufd.',
    like: 'iommu_device_claim_dma_owner() without the test of the owner',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          if (this.owner !== undefined) this.owner = owner;
          return super.claimDmaOwner(owner);
        }
      },
  },
  {
    id: 'SEED-1791',
    breaks: ['VFIO-XCL-08'],
    story: 'A device that is bound is busy.',
    like: 'vfio_df_open() with EBUSY for a second cdev file',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          return this.bound ? 'EBUSY' : super.bind(file);
        }
      },
  },
  {
    id: 'SEED-1792',
    breaks: ['VFIO-XCL-09'],
    story: 'A device that came from its group is busy when it is bound.',
    like: 'vfio_df_ioctl_bind_iommufd() with EBUSY for df->group',
    bug: ({ vfio }) =>
      class extends vfio.GroupDeviceFile {
        protected override bind(): ErrnoName {
          return 'EBUSY';
        }
      },
  },
);
