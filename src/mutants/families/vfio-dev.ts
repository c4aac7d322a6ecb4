import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** What a device says of itself. */
export const entries = mutants(
  {
    id: 'SEED-1897',
    breaks: ['VFIO-DEV-01'],
    story: 'A struct that is too small is taken, and what fits is written.',
    like: 'vfio_pci_ioctl_get_info() without a check of argsz',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.getInfo(task, arg);
          return error === 'EINVAL' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2124',
    breaks: ['VFIO-DEV-02'],
    story: 'The place for capabilities is cleared behind the end of the struct that was told.',
    like: 'vfio_pci_ioctl_get_info() that copies sizeof(info) back',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.getInfo(task, arg);
          task.memory.copyToUser(arg + 16n, new Uint8Array(8));
          return error;
        }
      },
  },
);
