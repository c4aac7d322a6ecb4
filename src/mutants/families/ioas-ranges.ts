import { answering } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { maximum, minimum, ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_iova_ranges } from '#uapi/iommufd/ioas.ts';

/** IOMMU_IOAS_IOVA_RANGES. */
export const entries = mutants(
  {
    id: 'BUG-008',
    breaks: ['IOAS-RANGES-12'],
    story: 'An access that could not move is still listed by its IOAS after it has left.',
    like: 'iommufd: Fix iopt_access_list_id overwrite bug',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        private lost = false;

        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          this.lost ||= error === 'EADDRINUSE' && this.ioas !== undefined;
          return error;
        }

        override detach(): void {
          const iopt = this.ioas?.iopt;
          super.detach();
          if (this.lost) iopt?.addAccess(this);
        }
      },
  },
  {
    id: 'BUG-138',
    breaks: ['IOAS-RANGES-07', 'IOAS-RANGES-09', 'VFIO-ATT-10'],
    story:
      'The empty range below an aperture that begins at 0 is reserved as if it were everything.',
    like: "iommu: Don't reserve 0-length IOVA region",
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override reserveOutside(domain: IommuDomain): ErrnoName | undefined {
          if (domain.geometry.first > 0n) return super.reserveOutside(domain);
          return this.reserve({ first: 0n, last: ULONG_MAX }, domain);
        }
      },
  },
  {
    id: 'SEED-0025',
    breaks: ['IOAS-RANGES-03'],
    story: 'The ends of the usable ranges are exclusive.',
    like: 'a range as start and end in place of start and last',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override *usable(): Iterable<Range> {
          for (const { first, last } of super.usable())
            yield { first, last: minimum(last + 1n, ULONG_MAX) };
        }
      },
  },
  {
    id: 'SEED-0026',
    breaks: ['IOAS-RANGES-04', 'IOAS-RANGES-05'],
    story:
      'With too little room the number of ranges that were written is returned, not how many there are.',
    like: 'num_iovas clamped to what the caller said',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override iovaRanges(
          command: UserCommand<typeof iommu_ioas_iova_ranges>,
        ): ErrnoName | undefined {
          const room = command.fields.num_iovas;
          const short = answering(command, ({ num_iovas = 0, ...rest }) => ({
            ...rest,
            num_iovas: Math.min(num_iovas, room),
          }));
          return super.iovaRanges(short);
        }
      },
  },
  {
    id: 'SEED-0027',
    breaks: ['IOAS-RANGES-08'],
    story: 'The alignment that a page table asked for stays when the page table is gone.',
    like: 'iopt_table_remove_domain() without iopt_calculate_iova_alignment()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override removeDomain(domain: IommuDomain): void {
          const before = this.iovaAlignment;
          super.removeDomain(domain);
          this.iovaAlignment = before;
        }
      },
  },
  {
    id: 'SEED-0028',
    breaks: ['IOAS-RANGES-08', 'IOAS-RANGES-07'],
    story: 'A range that two owners reserve is usable when the first of them lets it go.',
    like: 'reserved ranges without a count of who needs them',
    bug: ({ iommufd }) =>
      class extends iommufd.ReservedIovas {
        override removeAllOf(owner: object): Range[] {
          const gone = this.owned.get(owner) ?? [];
          for (const [other, ranges] of this.owned) {
            const shared = ({ first }: Range): boolean => gone.some((one) => one.first === first);
            if (other === owner) continue;
            for (const range of ranges.filter(shared)) this.counts.remove(range);
            this.owned.set(
              other,
              ranges.filter((range) => !shared(range)),
            );
          }
          return super.removeAllOf(owner);
        }
      },
  },
  {
    id: 'SEED-0029',
    breaks: ['IOAS-RANGES-10'],
    story: 'The usable ranges are only those that are allowed.',
    like: 'IOVA_RANGES and ALLOW_IOVAS on one list',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override *usable(): Iterable<Range> {
          const allowed = [...this.allowed.all()];
          for (const { first, last } of super.usable()) {
            if (allowed.length === 0) yield { first, last };
            for (const each of allowed)
              yield { first: maximum(first, each.first), last: minimum(last, each.last) };
          }
        }
      },
  },
  {
    id: 'SEED-0870',
    breaks: ['IOAS-RANGES-15'],
    story: 'The array is tried as a whole before the first range is written.',
    like: 'fault_in_writeable() of the array',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override iovaRanges(
          command: UserCommand<typeof iommu_ioas_iova_ranges>,
        ): ErrnoName | undefined {
          const { num_iovas, allowed_iovas } = command.fields;
          const array = command.task.memory.copyFromUser(allowed_iovas, num_iovas * 16);
          return array === 'EFAULT' ? array : super.iovaRanges(command);
        }
      },
  },
);
