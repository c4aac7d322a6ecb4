import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { UserMmap } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** What keeps a device open. */
export const entries = mutants(
  {
    id: 'SEED-1935',
    breaks: ['VFIO-LIFE-01', 'VFIO-LIFE-05'],
    story: 'A device that is mapped is closed with its last file descriptor.',
    like: 'a VMA without vm_file',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        override mmap({ holder, ...asked }: UserMmap): bigint | ErrnoName {
          return super.mmap(asked.device || !holder ? asked : { ...asked, holder });
        }
      },
  },
  {
    id: 'SEED-1937',
    breaks: ['VFIO-LIFE-06'],
    story: 'Each file descriptor from a group opens the device anew.',
    like: 'vfio_df_group_open() without open_count',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override openInGroup(
          ...all: Parameters<InstanceType<typeof vfio.VfioDevice>['openInGroup']>
        ): ErrnoName | undefined {
          if (this.groupFiles > 0) this.openDriver();
          return super.openInGroup(...all);
        }
      },
  },
  {
    id: 'SEED-1938',
    breaks: ['VFIO-LIFE-09'],
    story: 'A file descriptor of a device that another one has bound reads it.',
    like: 'vfio_device_fops_read() without access_granted',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override get ops(): typeof this.device.ops {
          return this.device.ops;
        }
      },
  },
  {
    id: 'SEED-2121',
    breaks: ['VFIO-LIFE-07'],
    story: 'A device that is open does not keep its group open.',
    like: 'vfio_group_use_container() without get_file()',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        protected override holdFile(): undefined {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2122',
    breaks: ['VFIO-LIFE-11'],
    story: 'Migration data of the owner before can be read when the device is open again.',
    like: 'mtty_close() without mtty_disable_files()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        override read(transfer: Transfer): number {
          this.isOver = false;
          return super.read(transfer);
        }
      },
  },
  {
    id: 'SEED-2145',
    breaks: ['VFIO-LIFE-04'],
    story: 'A driver is unbound from a device whose file is open and not bound.',
    like: 'vfio_device_fops_cdev_open() without vfio_device_try_get_registration()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override unregister(): Promise<void> | undefined {
          return this.driver ? super.unregister() : undefined;
        }
      },
  },
);
