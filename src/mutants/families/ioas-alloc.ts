import { mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { IommufdKernel } from '#reference/kernel/iommufd/kernel.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_alloc } from '#uapi/iommufd/ioas.ts';

/** IOMMU_IOAS_ALLOC. */
export const entries = mutants(
  {
    id: 'BUG-149',
    breaks: ['IOAS-ALLOC-04'],
    story: 'Two page tables have one tag in the cache of the IOMMU.',
    like: 'iommu/vt-d: Always reserve a domain ID for identity setup',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override takeDomainId(): number {
          return 1;
        }

        protected override releaseDomainId(_domainId: number): void {}
      },
  },
  {
    id: 'SEED-0021',
    breaks: ['IOAS-ALLOC-01'],
    story: 'The command that made an IOAS keeps its reference, and nobody can destroy it.',
    like: 'iommufd_object_finalize() without the matching put',
    bug: ({ iommufd }) =>
      class extends iommufd.Ioas {
        constructor(id: number, kernel: IommufdKernel) {
          super(id, kernel);
          this.users = 1;
        }
      },
  },
  {
    id: 'SEED-0022',
    breaks: ['IOAS-ALLOC-02'],
    story: 'IOMMU_IOAS_ALLOC ignores flags.',
    like: 'a flags field that nobody looks at',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override alloc(command: UserCommand<typeof iommu_ioas_alloc>): ErrnoName | undefined {
          return super.alloc(mistaken(command, { flags: 0 }));
        }
      },
  },
  {
    id: 'SEED-0023',
    breaks: ['IOAS-ALLOC-03'],
    story: 'The usable IOVAs of a new IOAS begin at the second page.',
    like: 'the lowest automatic IOVA taken for the lowest usable one',
    bug: ({ iommufd }) =>
      class extends iommufd.ReservedIovas {
        override usable(): Iterable<Range> {
          return this.counts.gaps({ first: 4096n, last: ULONG_MAX });
        }
      },
  },
  {
    id: 'SEED-0024',
    breaks: ['IOAS-ALLOC-04'],
    story: 'All IOASs have one tree of areas.',
    like: 'a static interval tree',
    bug: ({ iommufd }) => {
      const shared = new iommufd.AreaTree();
      return class extends iommufd.IoPagetable {
        override readonly areas = shared;
      };
    },
  },
);
