import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain, IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea, PagesSlice } from '#reference/kernel/iommufd/area.ts';
import type { Mapping } from '#reference/kernel/iommufd/ioas-commands.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_map } from '#uapi/iommufd/ioas.ts';

type Map = UserCommand<typeof iommu_ioas_map>;

/** IOMMU_IOAS_MAP: where a map goes that names its IOVA. */
export const entries = mutants(
  {
    id: 'BUG-009',
    breaks: ['IOAS-MAP-03', 'IOAS-COPY-03', 'IOAS-FILE-01'],
    story: 'A map or a copy may be neither readable nor writeable.',
    like: 'iommufd: Do not allow creating areas without READ or WRITE',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        protected override hasAccess(_flags: number): boolean {
          return true;
        }
      },
  },
  {
    id: 'BUG-203',
    breaks: ['IOAS-MAP-13', 'IOAS-RANGES-07'],
    story:
      'What lies above the address width of the page table is not reserved, and maps reach it.',
    like: 'iommu/vt-d: Fixed interaction of VFIO_IOMMU_MAP_DMA with IOMMU address limits',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override reserveOutside({ geometry }: IommuDomain): ErrnoName | undefined {
          if (geometry.first === 0n) return undefined;
          return this.reserve({ first: 0n, last: geometry.first - 1n }, this);
        }
      },
  },
  {
    id: 'SEED-0001',
    breaks: ['IOAS-MAP-14'],
    story:
      'A map may share the first byte of an area with it: the last IOVA of the map is exclusive.',
    like: 'off by one in an interval tree query, where node.last is inclusive',
    bug: ({ iommufd }) =>
      class extends iommufd.AreaTree {
        override intersecting(first: bigint, last: bigint): IoptArea | undefined {
          return super.intersecting(first, last > first ? last - 1n : last);
        }
      },
  },
  {
    id: 'SEED-0036',
    breaks: ['IOAS-MAP-10'],
    story: 'A fixed IOVA is not checked for alignment, only the length is.',
    like: 'iopt_check_iova() that trusts the caller',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const { iovaAlignment } = this;
          this.iovaAlignment = 1n;
          const error = super.checkIova(iova, length);
          this.iovaAlignment = iovaAlignment;
          return error;
        }
      },
  },
  {
    id: 'SEED-0037',
    breaks: ['IOAS-MAP-12'],
    story: 'A fixed map whose last IOVA passes U64_MAX fails with EINVAL.',
    like: 'an overflow that is found by the check for the alignment',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkIova(iova, length);
          return error === 'EOVERFLOW' ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-0038',
    breaks: ['IOAS-MAP-15'],
    story: 'A fixed map over a reserved IOVA and a mapping fails for the mapping.',
    like: 'areas looked at before reserved ranges',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const taken = this.areas.intersecting(iova, iova + length - 1n);
          return taken && iova % this.iovaAlignment === 0n
            ? 'EEXIST'
            : super.checkIova(iova, length);
        }
      },
  },
  {
    id: 'SEED-0530',
    breaks: ['IOAS-MAP-02'],
    story: 'The IOVA of an automatic map is not looked at.',
    like: 'a check that is made for fixed maps only',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override map(command: Map): ErrnoName | undefined {
          if (!(command.fields.flags & 1)) command.fields.iova = 0n;
          return super.map(command);
        }
      },
  },
  {
    id: 'SEED-0531',
    breaks: ['IOAS-MAP-07'],
    story: 'A map that is too long is refused before one whose addresses wrap.',
    like: 'the order of checks of Linux 6.12',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          if (mapping.length > ULONG_MAX - 4096n) return 'EINVAL';
          return super.mapUser(task, mapping, address);
        }
      },
  },
  {
    id: 'SEED-0534',
    breaks: ['IOAS-MAP-11'],
    story: 'Where in its page the memory of a map begins does not matter.',
    like: 'iopt_insert_area() without its last check',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override checkSlice(
          slice: PagesSlice,
          protection: IommuProtection,
        ): ErrnoName | undefined {
          const error = super.checkSlice(slice, protection);
          return error === 'EINVAL' && this.domains.size === 0 ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0535',
    breaks: ['IOAS-MAP-17'],
    story: 'A map may not touch its neighbour.',
    like: 'an interval tree that takes its ends for excluded',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkIova(iova, length);
          const touched = this.areas.intersecting(iova + length, iova + length);
          return error ?? (touched ? 'EEXIST' : undefined);
        }
      },
  },
);
