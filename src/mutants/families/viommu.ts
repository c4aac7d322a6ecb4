import { mutants } from '#mutants/mutant.ts';
import type { UserData } from '#reference/kernel/iommu/user-data.ts';
import type { ViommuCore, ViommuDriver, ViommuOps } from '#reference/kernel/iommu/viommu.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { type iommu_viommu_alloc, IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV } from '#uapi/iommufd/viommu.ts';

type AllocViommu = UserCommand<typeof iommu_viommu_alloc>;

/** IOMMU_VIOMMU_ALLOC. */
export const entries = mutants(
  {
    id: 'SEED-0301',
    breaks: ['VIOMMU-06', 'VIOMMU-07', 'OBJ-32'],
    story: 'A vIOMMU does not hold its parent.',
    like: 'iommufd_viommu_alloc_ioctl() without refcount_inc() of the page table',
    bug: ({ iommufd }) =>
      class extends iommufd.Viommu {
        constructor(...options: ConstructorParameters<typeof iommufd.Viommu>) {
          super(...options);
          this.hwpt.users--;
        }
        override destroy(): void {
          this.hwpt.users++;
          super.destroy();
        }
      },
  },
  {
    id: 'SEED-0302',
    breaks: ['VIOMMU-10'],
    story: 'The driver of a mock vIOMMU answers nothing.',
    like: 'a driver that forgets iommu_copy_struct_to_user()',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override init(data: UserData): ErrnoName | undefined {
          const before = data.memory.copyFromUser(data.address, data.length);
          const error = super.init(data);
          if (!error && typeof before !== 'string') {
            data.memory.copyToUser(data.address, before);
          }
          return error;
        }
      },
  },
  {
    id: 'SEED-0303',
    breaks: ['VIOMMU-09'],
    story: 'Data for a vIOMMU that cannot be read is taken for no data.',
    like: 'an ignored result of iommu_copy_struct_from_user()',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override init(data: UserData): ErrnoName | undefined {
          const error = super.init(data);
          return error === 'EFAULT' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0515',
    breaks: ['VIOMMU-05'],
    story: 'Any page table can be the parent of a vIOMMU.',
    like: 'iommufd_viommu_alloc_ioctl() without its look at nest_parent',
    bug: ({ iommufd }) =>
      class extends iommufd.ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const parent = this.context.objects.get(command.fields.hwpt_id, HwptPaging);
          if (typeof parent !== 'string') Object.assign(parent, { nestParent: true });
          return super.allocViommu(command);
        }
      },
  },
  {
    id: 'SEED-0516',
    breaks: ['VIOMMU-01'],
    story: 'Flags of a vIOMMU are looked at when its device has been found.',
    like: 'a check behind a lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const error = super.allocViommu(command);
          const { dev_id, flags } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === dev_id);
          return flags && !found ? 'ENOENT' : error;
        }
      },
  },
  {
    id: 'SEED-0517',
    breaks: ['VIOMMU-03'],
    story: 'Whether a driver has vIOMMUs is asked when the parent has been found.',
    like: 'two lookups before the first question',
    bug: ({ iommufd }) =>
      class extends iommufd.ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const error = super.allocViommu(command);
          const { hwpt_id, flags, type } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === hwpt_id);
          return error === 'EOPNOTSUPP' && !flags && type && !found ? 'ENOENT' : error;
        }
      },
  },
  {
    id: 'SEED-0731',
    breaks: ['VIOMMU-11'],
    story: 'A parent of another unit is taken for a virtual SMMU.',
    like: 'arm_vsmmu_init() without a look at s2_parent->smmu',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override initViommu(core: ViommuCore): ViommuOps | ErrnoName {
          const parent = this.allocPagingDomain({ nestParent: true });
          const made = super.initViommu(core);
          if (made !== 'EINVAL' || typeof parent === 'string') return made;
          return super.initViommu({ ...core, parent });
        }
      },
  },
  {
    id: 'SEED-0732',
    breaks: ['VIOMMU-12', 'HW-SMU-04'],
    story: 'A guest gets a virtual SMMU whose devices can go past the caches.',
    like: 'arm_smmu_get_viommu_size() before it asked for CANWBS or S2FWB',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override canNest(): boolean {
          return this.unit.model.secondStage;
        }
      },
  },
  {
    id: 'SEED-0770',
    breaks: ['VIOMMU-14'],
    story: 'An AMD IOMMU has vIOMMUs of the types that the header gives to others.',
    like: 'amd_iommufd_get_viommu_size() that compares the type',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override viommus(made: typeof amd.AmdViommu): ViommuDriver {
          return {
            ...super.viommus(made),
            offersViommu: (type) => type <= IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV,
          };
        }
      },
  },
);
