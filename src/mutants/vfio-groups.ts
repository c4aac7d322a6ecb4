import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { MachineDevice } from '#reference/machine/machine-hardware.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DEVICE_DETACH_IOMMUFD_PT } from '#uapi/vfio/device.ts';

import { mutants } from './mutant.ts';

/** VFIO groups, their containers, and the drivers of the host: features/vfio/. */
export const vfioGroups = mutants(
  {
    id: 'SEED-620',
    breaks: ['DEV-08', 'VFIO-CDEV-07'],
    story: 'A device is bound by its own node while the node of its group is open.',
    like: 'vfio_device_block_group() without the test of opened_file',
    parts: ({ VfioGroup }) => ({
      VfioGroup: class extends VfioGroup {
        override block(): undefined {
          this.boundDevices++;
        }
      },
    }),
  },
  {
    id: 'SEED-621',
    breaks: ['VFIO-34', 'VFIO-33'],
    story: 'A device is attached to the IOAS that was set when its group got the container.',
    like: 'a group that keeps the id of the compatibility IOAS',
    parts: ({ VfioGroup, VfioDevice }) => {
      const first = new WeakMap<OpenFile, Ioas | undefined>();
      return {
        VfioGroup: class extends VfioGroup {
          override setContainer(file: OpenFile): ErrnoName | undefined {
            const error = super.setContainer(file);
            const { vfioIoas } = file.operations as { vfioIoas?: Ioas };
            if (!error) first.set(file, vfioIoas);
            return error;
          }
        },
        VfioDevice: class extends VfioDevice {
          override containerIoas(container: OpenFile): Ioas | undefined {
            return first.get(container) ?? super.containerIoas(container);
          }
        },
      };
    },
  },
  {
    id: 'SEED-622',
    breaks: ['VFIO-33'],
    story: 'IOMMU_VFIO_IOAS moves the devices that are attached to the IOAS that was set before.',
    like: 'a container that has one IOAS, whichever it is',
    parts: ({ VfioDevice, OptionCommands }) => {
      const open = new Set<InstanceType<typeof VfioDevice>>();
      return {
        VfioDevice: class extends VfioDevice {
          override openInGroup(container: OpenFile): ErrnoName | undefined {
            const error = super.openInGroup(container);
            if (!error) open.add(this);
            return error;
          }

          override unbind(): void {
            super.unbind();
            open.delete(this);
          }
        },
        OptionCommands: class extends OptionCommands {
          protected override setVfioIoas(id: number): ErrnoName | undefined {
            const error = super.setVfioIoas(id);
            if (!error) for (const device of open) device.attach(id);
            return error;
          }
        },
      };
    },
  },
  {
    id: 'SEED-623',
    breaks: ['VFIO-32', 'VFIO-38'],
    story: 'Each group that joins makes an IOAS of its own.',
    like: 'iommufd_vfio_compat_ioas_create() without the test of vfio_ioas',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        override createIoas(): ErrnoName | undefined {
          this.context.vfioIoas = undefined;
          return super.createIoas();
        }
      },
    }),
  },
  {
    id: 'SEED-624',
    breaks: ['VFIO-ATT-11'],
    story: 'A device that came from its group can be detached from the IOAS of its container.',
    like: 'vfio_device_fops_unl_ioctl() without the test of df->group',
    parts: ({ GroupDeviceFile }) => ({
      GroupDeviceFile: class extends GroupDeviceFile {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          if (request !== VFIO_DEVICE_DETACH_IOMMUFD_PT.request) {
            return super.command(task, request, arg);
          }
          this.device.detach();
          return 0;
        }
      },
    }),
  },
  {
    id: 'SEED-625',
    breaks: ['DEV-07', 'VFIO-CDEV-06'],
    story:
      'A device that came from its group is bound a second time, for which it is let go first.',
    like: 'vfio_df_ioctl_bind_iommufd() without the test of df->group',
    parts: ({ GroupDeviceFile }) => ({
      GroupDeviceFile: class extends GroupDeviceFile {
        protected override bind(task: Task, arg: bigint): ErrnoName {
          const argument = this.loadBind(task, arg);
          if (typeof argument === 'string') return argument;
          const file = task.files.get(argument.fields.iommufd);
          if (typeof file === 'string') return file;
          this.device.unbind();
          this.device.bind(file);
          return 'EINVAL';
        }
      },
    }),
  },
  {
    id: 'SEED-626',
    breaks: ['VFIO-34'],
    story: 'A device that cannot be attached when its group gives it stays bound.',
    like: 'vfio_df_group_open() without vfio_df_close() on failure',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        protected override bindToContainer(container: OpenFile): ErrnoName | undefined {
          const error = super.bindToContainer(container);
          if (error === 'EADDRINUSE') this.bind(container);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-627',
    breaks: ['DEV-51'],
    story: 'A driver of the host gets a device of a group that an iommufd has.',
    like: 'a driver that says driver_managed_dma, and does DMA through the DMA API',
    parts: ({ DriverCore }) => ({
      DriverCore: class extends DriverCore {
        protected override probe(): undefined {}

        override unbind(device: MachineDevice): void {
          this.drivers.set(device, undefined);
        }
      },
    }),
  },
  {
    id: 'SEED-628',
    breaks: ['DEV-11', 'VFIO-CDEV-09'],
    story: 'A group of which the host has a device goes to the first iommufd that asks.',
    like: 'iommu_device_claim_dma_owner() that takes no owner for nobody',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          this.owner ??= owner;
          return super.claimDmaOwner(owner);
        }
      },
    }),
  },
  {
    id: 'SEED-629',
    breaks: ['DEV-11', 'VFIO-CDEV-09'],
    story: 'A group stays with the host when VFIO gets the device back.',
    like: 'pci_dma_cleanup() without iommu_device_unuse_default_domain()',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override unuseDefaultDomain(): void {}
      },
    }),
  },
  {
    id: 'SEED-630',
    breaks: ['VFIO-11'],
    story: 'Any process may say that a container has no IOMMU.',
    like: 'iommufd_vfio_set_iommu() without capable(CAP_SYS_RAWIO)',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override setNoiommu(task: Task, type: bigint): ErrnoName | undefined {
          const error = super.setNoiommu(task, type);
          return error === 'EPERM' ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-631',
    breaks: ['VFIO-35'],
    story: 'A container takes groups in noiommu mode and others at once.',
    like: 'iommufd_vfio_compat_ioas_create() without the test of no_iommu_mode',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override ensureVfioIoas(): ErrnoName | undefined {
          this.noiommuMode = false;
          return super.ensureVfioIoas();
        }

        override setNoiommuMode(): undefined {
          this.noiommuMode = true;
        }
      },
    }),
  },
  {
    id: 'SEED-632',
    breaks: ['VFIO-11', 'VFIO-02'],
    story: 'A group in noiommu mode gives its container an IOAS, and all that goes with it.',
    like: 'vfio_group_ioctl_set_container() without the test of the type of the group',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override setNoiommuMode(): ErrnoName | undefined {
          return this.ensureVfioIoas();
        }
      },
    }),
  },
);
