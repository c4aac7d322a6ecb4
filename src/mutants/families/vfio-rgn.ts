import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Region } from '#reference/kernel/vfio/pci/rdwr.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** VFIO_REGION_INFO_FLAG_MMAP. */
const MMAP = 4;

/** What a device says of its regions. */
export const entries = mutants(
  {
    id: 'SEED-1894',
    breaks: ['VFIO-RGN-02'],
    story: 'A BAR that the device lacks can be read and written, as its flags say.',
    like: 'vfio_pci_ioctl_get_region_info() with flags for a size of 0',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override get(index: number): Region | undefined {
          return super.get(index) ?? { size: 0n, flags: 3 };
        }
      },
  },
  {
    id: 'SEED-1895',
    breaks: ['VFIO-RGN-03'],
    story: 'No BAR can be mapped, as its flags say.',
    like: 'vfio_pci_probe_mmaps() left out',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override get(index: number): Region | undefined {
          const region = super.get(index);
          return region && { ...region, flags: region.flags & ~MMAP };
        }
      },
  },
  {
    id: 'SEED-1896',
    breaks: ['VFIO-RGN-01'],
    story: 'A region behind the last one is told to be absent.',
    like: 'vfio_pci_ioctl_get_region_info() without a check of its index',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override getRegionInfo(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.getRegionInfo(task, arg);
          return error === 'EINVAL' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2129',
    breaks: ['VFIO-RGN-03'],
    story:
      'The capability of a BAR that holds the table of MSI-X is written where there is no room for it.',
    like: 'vfio_pci_ioctl_get_region_info() without a look at argsz',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override respondWith(
          ...[argument, values, id]: Parameters<
            InstanceType<typeof vfioPci.VfioPciCore>['respondWith']
          >
        ): ErrnoName | undefined {
          const error = super.respondWith(argument, values, id);
          return error ?? argument.putAt(32, Uint8Array.of(id, 0, 1, 0, 0, 0, 0, 0));
        }
      },
  },
);
