import { mutants } from '#mutants/mutant.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Groups that have an iommufd for their container. */
export const entries = mutants(
  {
    id: 'SEED-0621',
    breaks: ['VFIO-34', 'VFIO-33'],
    story: 'A device is attached to the IOAS that was set when its group got the container.',
    like: 'a group that keeps the id of the compatibility IOAS',
    bug: ({ vfio }) => {
      const first = new WeakMap<OpenFile, Ioas | undefined>();
      return [
        class extends vfio.VfioGroup {
          protected override setIommufd(file: OpenFile): ErrnoName | undefined {
            const error = super.setIommufd(file);
            const { vfioIoas } = file.operations as { vfioIoas?: Ioas };
            if (!error) first.set(file, vfioIoas);
            return error;
          }
        },
        class extends vfio.VfioDevice {
          override containerIoas(container: OpenFile): Ioas | undefined {
            return first.get(container) ?? super.containerIoas(container);
          }
        },
      ];
    },
  },
  {
    id: 'SEED-0623',
    breaks: ['VFIO-32', 'VFIO-38'],
    story: 'Each group that joins makes an IOAS of its own.',
    like: 'iommufd_vfio_compat_ioas_create() without the test of vfio_ioas',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        override createIoas(): ErrnoName | undefined {
          this.context.vfioIoas = undefined;
          return super.createIoas();
        }
      },
  },
  {
    id: 'SEED-0626',
    breaks: ['VFIO-34'],
    story: 'A device that cannot be attached when its group gives it stays bound.',
    like: 'vfio_df_group_open() without vfio_df_close() on failure',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override bindToContainer(container: OpenFile): ErrnoName | undefined {
          const error = super.bindToContainer(container);
          if (error === 'EADDRINUSE') this.bind(container);
          return error;
        }
      },
  },
  {
    id: 'SEED-0865',
    breaks: ['VFIO-41'],
    story: 'Options behind the name of a device make it another name.',
    like: 'vfio_pci_ops without .match, as those of mdev drivers',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override match(text: string): boolean {
          return text === this.hardware.name;
        }
      },
  },
  {
    id: 'SEED-0866',
    breaks: ['VFIO-41'],
    story: 'Options behind the name of a device are not looked at.',
    like: 'vfio_pci_core_match() that ends at the space',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override match(text: string): boolean | 'EINVAL' | 'EACCES' {
          return super.match(text) !== false;
        }
      },
  },
  {
    id: 'SEED-0867',
    breaks: ['VFIO-41'],
    story: 'What begins like the name of a device is its name.',
    like: 'vfio_pci_core_match() without the test for a space',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override match(text: string): boolean | 'EINVAL' | 'EACCES' {
          return super.match(text) || text.startsWith(this.hardware.name);
        }
      },
  },
  {
    id: 'SEED-0886',
    breaks: ['VFIO-42'],
    story: 'The last group that leaves takes along what was mapped.',
    like: 'vfio_group_detach_container(), which releases the driver of a container of type1',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override unsetContainer(): 'EINVAL' | 'EBUSY' | undefined {
          const ioas = (this.iommufd?.operations as { vfioIoas?: Ioas } | undefined)?.vfioIoas;
          if (ioas?.hwpts.size === 0) ioas.iopt.unmap(0n, ULONG_MAX);
          return super.unsetContainer();
        }
      },
  },
  {
    id: 'SEED-0887',
    breaks: ['VFIO-42'],
    story: 'The last device that is closed takes along what was mapped.',
    like: 'vfio_df_group_close() that empties the IOAS of the container',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override closeInGroup(): void {
          const ioas = this.iommufd && this.containerIoas(this.iommufd);
          super.closeInGroup();
          if (ioas?.hwpts.size === 0) ioas.iopt.unmap(0n, ULONG_MAX);
        }
      },
  },
);
