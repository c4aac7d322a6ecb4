import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';

/** Hot reset. */
export const entries = mutants(
  {
    id: 'SEED-2034',
    breaks: ['VFIO-HOT-01'],
    story: 'A device on the root bus is said to be reset alone.',
    like: 'vfio_pci_ioctl_get_pci_hot_reset_info() without pci_probe_reset_bus()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override get canReset(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-2035',
    breaks: ['VFIO-HOT-01'],
    story: 'Where there is no room for all devices their count is not told.',
    like: 'vfio_pci_ioctl_get_pci_hot_reset_info() that returns -ENOSPC before it copies the head',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
          const head = task.memory.copyFromUser(arg, 12);
          const error = super.getInfo(task, arg);
          if (error === 'ENOSPC' && !isErrno(head)) task.memory.copyToUser(arg, head);
          return error;
        }
      },
  },
  {
    id: 'SEED-2036',
    breaks: ['VFIO-HOT-02'],
    story: 'A device that came from its group is answered as one that has a node.',
    like: 'vfio_pci_ioctl_get_pci_hot_reset_info() without vfio_device_cdev_opened()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override get isByNode(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-2037',
    breaks: ['VFIO-HOT-03'],
    story: 'A device that nobody has bound is never owned.',
    like: 'vfio_iommufd_get_dev_id() without iommufd_ctx_has_group()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override groupsOf(): ReadonlySet<unknown> {
          return new Set();
        }
      },
  },
  {
    id: 'SEED-2038',
    breaks: ['VFIO-HOT-03'],
    story: 'Of every device the id of the first one is told.',
    like: 'vfio_pci_fill_devs() with the device of the call',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override ownership(
          member: Parameters<InstanceType<typeof vfioPci.VfioPciHotReset>['ownership']>[0],
        ): number | undefined {
          return super.ownership(member) === undefined ? undefined : this.own?.id;
        }
      },
  },
  {
    id: 'SEED-2039',
    breaks: ['VFIO-HOT-04'],
    story: 'Any file is taken for a group.',
    like: 'vfio_pci_ioctl_pci_hot_reset_groups() without vfio_file_is_group()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override groupFiles(
          task: Task,
          address: bigint,
          count: number,
        ): OpenFile[] | ErrnoName {
          const files = super.groupFiles(task, address, count);
          if (files === 'EINVAL') this.isTaken = true;
          return files === 'EINVAL' ? [] : files;
        }

        private isTaken = false;

        protected override resetAll(
          isAllowed: Parameters<InstanceType<typeof vfioPci.VfioPciHotReset>['resetAll']>[0],
        ): ErrnoName | undefined {
          return super.resetAll(this.isTaken ? () => true : isAllowed);
        }
      },
  },
  {
    id: 'SEED-2040',
    breaks: ['VFIO-HOT-04'],
    story: 'A device that came from its group is reset without a word by what right.',
    like: 'vfio_pci_ioctl_pci_hot_reset() without !!hdr.count',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        override reset(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.reset(task, arg);
          const head = task.memory.copyFromUser(arg, 12);
          const isBare = !isErrno(head) && head.subarray(4).every((byte) => byte === 0);
          return error === 'EINVAL' && isBare ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2041',
    breaks: ['VFIO-HOT-04'],
    story: 'A file descriptor that is not open is passed over.',
    like: 'vfio_pci_ioctl_pci_hot_reset_groups() that goes on after -EBADF',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciHotReset {
        protected override groupFiles(
          task: Task,
          address: bigint,
          count: number,
        ): OpenFile[] | ErrnoName {
          const files = super.groupFiles(task, address, count);
          return files === 'EBADF' ? super.groupFiles(task, address, count - 1) : files;
        }
      },
  },
  {
    id: 'SEED-2100',
    breaks: ['VFIO-HOT-05'],
    story: 'Any group gives the right to reset any bus.',
    like: 'vfio_pci_dev_set_hot_reset() without vfio_dev_in_groups()',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override isFile(): boolean {
          return true;
        }
      },
  },
);
