import { mutants } from '#mutants/mutant.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { ContainerGroup } from '#reference/kernel/vfio/container.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** VFIO groups. */
export const entries = mutants(
  {
    id: 'SEED-1775',
    breaks: ['VFIO-GRP-02', 'VFIO-XCL-01'],
    story: 'A group can be opened by several.',
    like: 'vfio_group_fops_open() without the test of opened_file',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override open(): 'EBUSY' | undefined {
          return this.boundDevices > 0 ? 'EBUSY' : undefined;
        }
      },
  },
  {
    id: 'SEED-1776',
    breaks: ['VFIO-GRP-06'],
    story: 'A group is viable whoever has its DMA.',
    like: 'vfio_group_ioctl_get_status() without iommu_group_dma_owner_claimed()',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override get status(): number {
          return super.status | 1;
        }
      },
  },
  {
    id: 'SEED-1777',
    breaks: ['VFIO-GRP-07'],
    story: 'A second container takes the place of the first.',
    like: 'vfio_group_ioctl_set_container() without the test of a container',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override setContainer(file: OpenFile, task: Task): ErrnoName | undefined {
          if (this.hasContainer) this.dropContainer();
          return super.setContainer(file, task);
        }
      },
  },
  {
    id: 'SEED-1778',
    breaks: ['VFIO-GRP-08', 'VFIO-XCL-10'],
    story: "A group whose DMA is the host's is busy.",
    like: 'iommu_group_claim_dma_owner() with EBUSY',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override claim(group: ContainerGroup): ErrnoName | undefined {
          return super.claim(group) ? 'EBUSY' : undefined;
        }
      },
  },
  {
    id: 'SEED-1779',
    breaks: ['VFIO-GRP-09'],
    story: 'Groups with and without an IOMMU share a container.',
    like: 'vfio_container_attach_group() without the test of noiommu',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        override attachGroup(group: ContainerGroup, task: Task): ErrnoName | undefined {
          const error = super.attachGroup(group, task);
          if (error !== 'EPERM' || !task.capabilities.has('SYS_RAWIO')) return error;
          if (group.kind !== 'iommu') this.groups.unshift(group);
          return group.kind === 'iommu' ? error : undefined;
        }
      },
  },
  {
    id: 'SEED-1780',
    breaks: ['VFIO-GRP-10', 'VFIO-XCL-11', 'VFIO-GRP-11'],
    story: 'A container does not own the DMA of its groups.',
    like: 'vfio_container_attach_group() without iommu_group_claim_dma_owner()',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override claim(): undefined {}

        protected override unclaim(): void {}
      },
  },
  {
    id: 'SEED-1781',
    breaks: ['VFIO-GRP-11'],
    story: 'A group leaves its container under its devices.',
    like: 'vfio_group_ioctl_unset_container() without the test of container_users',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override unsetContainer(): 'EINVAL' | 'EBUSY' | undefined {
          if (!this.hasContainer) return 'EINVAL';
          this.dropContainer();
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1782',
    breaks: ['VFIO-GRP-12', 'VFIO-CMP-06'],
    story: 'A device can be opened before a type is set.',
    like: 'vfio_group_use_container() without the test of iommu_driver',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        override use(group: ContainerGroup, task: Task): ErrnoName | undefined {
          return this.iommu ? super.use(group, task) : undefined;
        }
      },
  },
  {
    id: 'SEED-1783',
    breaks: ['VFIO-GRP-13'],
    story: 'The first close of a device lets its group go.',
    like: 'vfio_df_close() without open_count',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override closeInGroup(): void {
          this.groupFiles = 1;
          super.closeInGroup();
        }
      },
  },
  {
    id: 'SEED-1784',
    breaks: ['VFIO-GRP-15'],
    story: 'A group can be opened again while its device is open in a container.',
    like: 'an opened_file that is forgotten when the file descriptor is closed',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override open(): 'EBUSY' | undefined {
          return this.openDevices > 0 ? undefined : super.open();
        }
      },
  },
  {
    id: 'SEED-1785',
    breaks: ['VFIO-GRP-16'],
    story: 'An unknown command to a group is invalid.',
    like: 'vfio_group_fops_unl_ioctl() that ends with EINVAL',
    bug: ({ vfio }) =>
      class extends vfio.GroupFile {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          const result = super.command(task, request, arg);
          return result === 'ENOTTY' ? 'EINVAL' : result;
        }
      },
  },
);
