import { mutants } from '#mutants/mutant.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_vdevice_alloc } from '#uapi/iommufd/viommu.ts';

type AllocVdevice = UserCommand<typeof iommu_vdevice_alloc>;

/** IOMMU_VDEVICE_ALLOC. */
export const entries = mutants(
  {
    id: 'BUG-157',
    breaks: ['VDEV-10'],
    story:
      'A device with two streams can be a device of a guest, whose commands reach one of them.',
    like: 'iommu/arm-smmu-v3-iommufd: Require exactly one Stream ID for a vDEVICE',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override initVdevice(): undefined {}
      },
  },
  {
    id: 'SEED-0304',
    breaks: ['VDEV-03', 'VDEV-07', 'OBJ-18'],
    story: 'A device whose vDEVICE was destroyed cannot get another one.',
    like: 'iommufd_vdevice_abort() that leaves idev->vdev set',
    bug: ({ iommufd }) =>
      class extends iommufd.Vdevice {
        override destroy(): void {
          super.destroy();
          this.device.vdevice = this;
        }
      },
  },
  {
    id: 'SEED-0305',
    breaks: ['VDEV-04', 'VDEV-06'],
    story: 'A vIOMMU forgets the numbers of its devices.',
    like: 'a vDEVICE that is not stored in the array of its vIOMMU',
    bug: ({ iommufd }) =>
      class extends iommufd.Vdevice {
        constructor(...options: ConstructorParameters<typeof iommufd.Vdevice>) {
          super(...options);
          this.viommu.devices.delete(this.virtualId);
        }
      },
  },
  {
    id: 'SEED-0518',
    breaks: ['VDEV-05'],
    story: 'Of the number of a virtual device 32 bits are kept.',
    like: 'a u32 for virt_id',
    bug: ({ iommufd }) =>
      class extends iommufd.ViommuCommands {
        override allocVdevice(command: AllocVdevice): ErrnoName | undefined {
          command.fields.virt_id = BigInt.asUintN(32, command.fields.virt_id);
          return super.allocVdevice(command);
        }
      },
  },
  {
    id: 'SEED-0519',
    breaks: ['VDEV-01'],
    story: 'The device of a virtual device is looked up before its vIOMMU, and may be of any kind.',
    like: 'iommufd_get_object(IOMMUFD_OBJ_ANY)',
    bug: ({ iommufd }) =>
      class extends iommufd.ViommuCommands {
        override allocVdevice(command: AllocVdevice): ErrnoName | undefined {
          const error = super.allocVdevice(command);
          const { dev_id } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === dev_id);
          return error === 'ENOENT' && found ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-0828',
    breaks: ['VDEV-07'],
    story: 'A device that gets another number keeps the one that it had first.',
    like: 'the id of a vDEVICE that the driver has cached for its device',
    bug: ({ iommufd }) => {
      const numbers = new WeakMap<object, bigint>();
      return class extends iommufd.Vdevice {
        constructor(...[id, options]: ConstructorParameters<typeof iommufd.Vdevice>) {
          const virtualId = numbers.get(options.device) ?? options.virtualId;
          super(id, { ...options, virtualId });
          numbers.set(options.device, virtualId);
        }
      };
    },
  },
  {
    id: 'SEED-0829',
    breaks: ['VDEV-07', 'OBJ-18'],
    story: 'A vIOMMU still knows the number of a vDEVICE that was destroyed.',
    like: 'an entry of an xarray that is not erased',
    bug: ({ iommufd }) =>
      class extends iommufd.Vdevice {
        override destroy(): void {
          super.destroy();
          if (this.viommu.users > 0) return;
          const { device } = this;
          const { findDevice } = this.viommu;
          this.viommu.findDevice = (number) =>
            findDevice.call(this.viommu, number) ??
            (number === this.virtualId ? device.device : undefined);
        }
      },
  },
);
