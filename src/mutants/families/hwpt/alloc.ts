import type { PasidEntry } from '#formats/vtd/pasid-entry.ts';
import { answering, mistaken } from '#mutants/command.ts';
import { type Mutant, mutants } from '#mutants/mutant.ts';
import type { IommuDomain, NestedDomain } from '#reference/kernel/iommu/domain.ts';
import type { UserData } from '#reference/kernel/iommu/user-data.ts';
import { FaultQueue } from '#reference/kernel/iommufd/fault-queue.ts';
import type { HwptNestedOptions, HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { HwptCommands } from '#reference/kernel/iommufd/hwpt-commands.ts';
import { IommufdObject } from '#reference/kernel/iommufd/object.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import { iommu_hwpt_selftest } from '#uapi/iommufd/selftest.ts';

type PagingCall = Parameters<HwptCommands['allocPaging']>;
type AllocCommand = Parameters<HwptCommands['alloc']>[0];

/** A paging page table is made by other flags than were given. */
function seeingFlags(seen: (flags: number) => number): Mutant['bug'] {
  return ({ iommufd }) =>
    class extends iommufd.HwptCommands {
      protected override allocPaging(...[command, ...rest]: PagingCall): ErrnoName | undefined {
        const flags = seen(command.fields.flags);
        return super.allocPaging(mistaken(command, { flags }), ...rest);
      }
    };
}

/** IOMMU_HWPT_ALLOC: what is the same for every driver. */
export const entries = mutants(
  {
    id: 'BUG-031',
    breaks: ['HWPT-16'],
    story: 'A nested page table can be made on a parent that another kind of IOMMU has.',
    like: 'iommufd: Check the domain owner of the parent before creating a nesting domain',
    bug: ({ intel, iommu }) =>
      class extends intel.IntelIommu {
        override allocNestedDomain(): NestedDomain {
          return new iommu.MockNestedDomain(0);
        }
      },
  },
  {
    id: 'BUG-033',
    breaks: ['HWPT-09'],
    story: 'A nesting parent can have a fault queue.',
    like: 'iommufd: Disallow allocating nested parent domain with fault ID',
    bug: seeingFlags((flags) =>
      flags & IOMMU_HWPT_FAULT_ID_VALID ? flags & ~IOMMU_HWPT_ALLOC_NEST_PARENT : flags,
    ),
  },
  {
    id: 'SEED-0130',
    breaks: ['HWPT-04'],
    story: 'A pt_id that does not exist gives ENOENT, as a dev_id does.',
    like: 'iommufd_hwpt_alloc() with PTR_ERR(pt_obj)',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        override alloc(command: AllocCommand): ErrnoName | undefined {
          const error = super.alloc(command);
          const table = this.context.objects.get(command.fields.pt_id, IommufdObject);
          return error === 'EINVAL' && isErrno(table) ? table : error;
        }
      },
  },
  {
    id: 'SEED-0131',
    breaks: ['HWPT-02'],
    story: 'Data of the type NONE are ignored.',
    like: 'iommufd_hwpt_alloc() that looks at one of data_type and data_len',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        override alloc(command: AllocCommand): ErrnoName | undefined {
          const { data_type, data_len } = command.fields;
          const seen = data_type === 0 ? 0 : data_len;
          return super.alloc(mistaken(command, { data_len: seen }));
        }
      },
  },
  {
    id: 'SEED-0132',
    breaks: ['HWPT-13'],
    story: 'The fault queue is looked up before everything else.',
    like: 'iommufd_get_fault() at the top of iommufd_hwpt_alloc()',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        override alloc(command: AllocCommand): ErrnoName | undefined {
          const { flags, fault_id } = command.fields;
          const wanted = (flags & IOMMU_HWPT_FAULT_ID_VALID) !== 0;
          const fault = wanted ? this.context.objects.get(fault_id, FaultQueue) : undefined;
          return isErrno(fault) ? fault : super.alloc(command);
        }
      },
  },
  {
    id: 'SEED-0133',
    breaks: ['HWPT-13'],
    story: 'The id of a page table whose fault queue was not found is never free again.',
    like: 'goto out_unlock in place of goto out_hwpt',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        override alloc(command: AllocCommand): ErrnoName | undefined {
          const error = super.alloc(command);
          if (error === 'ENOENT') this.context.objects.reserve();
          return error;
        }
      },
  },
  {
    id: 'SEED-0134',
    breaks: ['HWPT-20'],
    story: 'Data that are longer than those that the kernel knows are cut.',
    like: 'copy_from_user() of min(len, sizeof(*dst))',
    bug: ({ iommu }) =>
      class extends iommu.MockIommu {
        override allocNestedDomain(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName {
          const length = Math.min(data.length, iommu_hwpt_selftest.size);
          return super.allocNestedDomain(parent, { ...data, length });
        }
      },
  },
  {
    id: 'SEED-0135',
    breaks: ['HWPT-22'],
    story: 'A parent can be destroyed below a nested page table.',
    like: 'iommufd_hwpt_nested_alloc() without refcount_inc(&parent->common.obj.users)',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptNested {
        constructor(id: number, options: HwptNestedOptions) {
          super(id, options);
          this.holder.users--;
        }

        override destroy(): void {
          this.holder.users++;
          super.destroy();
        }
      },
  },
  {
    id: 'SEED-0136',
    breaks: ['HWPT-06', 'HWPT-30', 'HWPT-41'],
    story: 'A page table of IOMMU_HWPT_ALLOC stays empty.',
    like: 'iommufd_hwpt_paging_alloc() without iopt_table_add_domain()',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptPaging {
        override populate(): ErrnoName | undefined {
          return this.automatic ? super.populate() : undefined;
        }
      },
  },
  {
    id: 'SEED-0137',
    breaks: ['HWPT-28'],
    story: 'The id of the page table is written to pt_id as well.',
    like: 'VFIO_DEVICE_ATTACH_IOMMUFD_PT, which returns what it attached in pt_id',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        override alloc(command: AllocCommand): ErrnoName | undefined {
          return super.alloc(
            answering(command, (answer) => ({ ...answer, pt_id: answer.out_hwpt_id ?? 0 })),
          );
        }
      },
  },
  {
    id: 'SEED-0138',
    breaks: ['HWPT-10'],
    story: 'Dirty tracking is granted to a device whose IOMMU has none.',
    like: 'iommufd_hwpt_paging_alloc() without device_iommu_capable()',
    bug: seeingFlags((flags) => flags & ~IOMMU_HWPT_ALLOC_DIRTY_TRACKING),
  },
  {
    id: 'SEED-0139',
    breaks: ['HWPT-16'],
    story: 'Every page table is a nesting parent.',
    like: 'iommufd_hwpt_nested_alloc() without the test of nest_parent',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptPaging {
        constructor(...[id, options]: ConstructorParameters<typeof HwptPaging>) {
          super(id, { ...options, nestParent: true });
        }
      },
  },
  {
    id: 'SEED-0696',
    breaks: ['HWPT-22'],
    story: "A guest's page table is read as if its addresses were those of the host.",
    like: 'a first-stage walk that is not nested',
    bug: ({ intel }) =>
      class extends intel.PasidTable {
        override write(pasid: number, entry: PasidEntry): void {
          const isNested = entry.translation === 3n;
          super.write(pasid, isNested ? { ...entry, translation: 1n } : entry);
        }
      },
  },
);
