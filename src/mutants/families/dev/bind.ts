import { mutants } from '#mutants/mutant.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { DeviceCapabilities, IommuDevice } from '#reference/kernel/iommu/domain.ts';
import type { BusDevice } from '#reference/kernel/base/driver-core.ts';
import type { VfioHardware } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Devices: whom a bound one belongs to. */
export const entries = mutants(
  {
    id: 'SEED-0556',
    breaks: ['DEV-10'],
    story: 'A group can be bound by two iommufds.',
    like: 'a claim that counts without comparing the owner',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          return super.claimDmaOwner(this.owner ?? owner);
        }
      },
  },
  {
    id: 'SEED-0564',
    breaks: ['DEV-12', 'DEV-34'],
    story: 'The second device of a group cannot be bound by the same iommufd.',
    like: 'a claim that takes the group for owned',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override bindDevice(
          device: IommuDevice,
        ): ReturnType<InstanceType<typeof iommufd.Iommufd>['bindDevice']> {
          return this.groups.has(device.group.id) ? 'EPERM' : super.bindDevice(device);
        }
      },
  },
  {
    id: 'SEED-0620',
    breaks: ['DEV-08', 'VFIO-CDEV-07'],
    story: 'A device is bound by its own node while the node of its group is open.',
    like: 'vfio_device_block_group() without the test of opened_file',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        override block(): undefined {
          this.boundDevices++;
        }
      },
  },
  {
    id: 'SEED-0625',
    breaks: ['DEV-07', 'VFIO-CDEV-06'],
    story:
      'A device that came from its group is bound a second time, for which it is let go first.',
    like: 'vfio_df_ioctl_bind_iommufd() without the test of df->group',
    bug: ({ vfio }) =>
      class extends vfio.GroupDeviceFile {
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
  },
  {
    id: 'SEED-0627',
    breaks: ['DEV-51'],
    story: 'A driver of the host gets a device of a group that an iommufd has.',
    like: 'a driver that says driver_managed_dma, and does DMA through the DMA API',
    bug: ({ base }) =>
      class extends base.DriverCore {
        protected override probe(): undefined {}

        override unbind(device: BusDevice): void {
          this.drivers.set(device, undefined);
        }
      },
  },
  {
    id: 'SEED-0628',
    breaks: ['DEV-11', 'VFIO-CDEV-09'],
    story: 'A group of which the host has a device goes to the first iommufd that asks.',
    like: 'iommu_device_claim_dma_owner() that takes no owner for nobody',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          this.owner ??= owner;
          return super.claimDmaOwner(owner);
        }
      },
  },
  {
    id: 'SEED-0629',
    breaks: ['DEV-11', 'VFIO-CDEV-09'],
    story: 'A group stays with the host when VFIO gets the device back.',
    like: 'pci_dma_cleanup() without iommu_device_unuse_default_domain()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override unuseDefaultDomain(): void {}
      },
  },
  {
    id: 'SEED-0659',
    breaks: ['DEV-15'],
    story: 'VFIO takes a device without an IOMMU also where noiommu mode is off.',
    like: 'vfio_group_find_or_alloc() without a look at vfio_noiommu',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        override probe(device: VfioHardware): ErrnoName | undefined {
          this.unsafeNoiommuMode = true;
          return super.probe(device);
        }
      },
  },
  {
    id: 'SEED-0735',
    breaks: ['DEV-14'],
    story: 'A unit says that it snoops the caches when it does not.',
    like: 'IOMMU_CAP_CACHE_COHERENCY that is true for every SMMU',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override capabilities(master: SmmuMaster): DeviceCapabilities {
          return { ...super.capabilities(master), cacheCoherent: true };
        }
      },
  },
  {
    id: 'SEED-0763',
    breaks: ['DEV-13'],
    story: 'The interrupts behind an IOMMU count as isolated, whether or not it remaps them.',
    like: 'msi_device_has_isolated_msi() that asks for an IOMMU',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override capabilities(): DeviceCapabilities {
          return { ...super.capabilities(), msiIsolated: true };
        }
      },
  },
  {
    id: 'SEED-0764',
    breaks: ['DEV-13'],
    story: 'The parameter allow_unsafe_interrupts is read when an iommufd is opened.',
    like: 'a copy of allow_unsafe_interrupts in struct iommufd_ctx',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        private readonly allowed = this.kernel.parameters.allowUnsafeInterrupts;

        protected override checkDevice(device: IommuDevice): ErrnoName | undefined {
          return this.allowed ? undefined : super.checkDevice(device);
        }
      },
  },
);
