import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { AllowedIovas } from '#reference/kernel/iommufd/allowed-iovas.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { ULONG_MAX, maximum, minimum } from '#reference/kernel/lib/math.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_alloc, iommu_ioas_iova_ranges } from '#uapi/iommufd/ioas.ts';

import { answering, mistaken } from './command.ts';
import { mutants } from './mutant.ts';

/** What an IOAS may use: features/iommufd/ioas-{alloc,iova-ranges,allow-iovas}*.feature. */
export const ranges = mutants(
  {
    id: 'BUG-138',
    breaks: ['IOAS-RANGES-07', 'IOAS-RANGES-09', 'VFIO-ATT-10'],
    story:
      'The empty range below an aperture that begins at 0 is reserved as if it were everything.',
    like: "iommu: Don't reserve 0-length IOVA region",
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override reserveOutside(domain: IommuDomain): ErrnoName | undefined {
          if (domain.geometry.first > 0n) return super.reserveOutside(domain);
          return this.reserve({ first: 0n, last: ULONG_MAX }, domain);
        }
      },
    }),
  },
  {
    id: 'BUG-203',
    breaks: ['IOAS-MAP-13', 'IOAS-RANGES-07'],
    story:
      'What lies above the address width of the page table is not reserved, and maps reach it.',
    like: 'iommu/vt-d: Fixed interaction of VFIO_IOMMU_MAP_DMA with IOMMU address limits',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override reserveOutside({ geometry }: IommuDomain): ErrnoName | undefined {
          if (geometry.first === 0n) return undefined;
          return this.reserve({ first: 0n, last: geometry.first - 1n }, this);
        }
      },
    }),
  },
  {
    id: 'SEED-022',
    breaks: ['IOAS-ALLOC-02'],
    story: 'IOMMU_IOAS_ALLOC ignores flags.',
    like: 'a flags field that nobody looks at',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override alloc(command: UserCommand<typeof iommu_ioas_alloc>): ErrnoName | undefined {
          return super.alloc(mistaken(command, { flags: 0 }));
        }
      },
    }),
  },
  {
    id: 'SEED-023',
    breaks: ['IOAS-ALLOC-03'],
    story: 'The usable IOVAs of a new IOAS begin at the second page.',
    like: 'the lowest automatic IOVA taken for the lowest usable one',
    parts: ({ ReservedIovas }) => ({
      ReservedIovas: class extends ReservedIovas {
        override usable(): Iterable<Range> {
          return this.counts.gaps({ first: 4096n, last: ULONG_MAX });
        }
      },
    }),
  },
  {
    id: 'SEED-024',
    breaks: ['IOAS-ALLOC-04'],
    story: 'All IOASs have one tree of areas.',
    like: 'a static interval tree',
    parts: ({ AreaTree, IoPagetable }) => {
      const shared = new AreaTree();
      return {
        IoPagetable: class extends IoPagetable {
          override readonly areas = shared;
        },
      };
    },
  },
  {
    id: 'SEED-025',
    breaks: ['IOAS-RANGES-03'],
    story: 'The ends of the usable ranges are exclusive.',
    like: 'a range as start and end in place of start and last',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override *usable(): Iterable<Range> {
          for (const { first, last } of super.usable())
            yield { first, last: minimum(last + 1n, ULONG_MAX) };
        }
      },
    }),
  },
  {
    id: 'SEED-026',
    breaks: ['IOAS-RANGES-04', 'IOAS-RANGES-05'],
    story:
      'With too little room the number of ranges that were written is returned, not how many there are.',
    like: 'num_iovas clamped to what the caller said',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
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
    }),
  },
  {
    id: 'SEED-027',
    breaks: ['IOAS-RANGES-08'],
    story: 'The alignment that a page table asked for stays when the page table is gone.',
    like: 'iopt_table_remove_domain() without iopt_calculate_iova_alignment()',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override removeDomain(domain: IommuDomain): void {
          const before = this.iovaAlignment;
          super.removeDomain(domain);
          this.iovaAlignment = before;
        }
      },
    }),
  },
  {
    id: 'SEED-028',
    breaks: ['IOAS-RANGES-08', 'IOAS-RANGES-07'],
    story: 'A range that two owners reserve is usable when the first of them lets it go.',
    like: 'reserved ranges without a count of who needs them',
    parts: ({ ReservedIovas }) => ({
      ReservedIovas: class extends ReservedIovas {
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
    }),
  },
  {
    id: 'SEED-029',
    breaks: ['IOAS-RANGES-10'],
    story: 'The usable ranges are only those that are allowed.',
    like: 'IOVA_RANGES and ALLOW_IOVAS on one list',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override *usable(): Iterable<Range> {
          const allowed = [...this.allowed.all()];
          for (const { first, last } of super.usable()) {
            if (allowed.length === 0) yield { first, last };
            for (const each of allowed)
              yield { first: maximum(first, each.first), last: minimum(last, each.last) };
          }
        }
      },
    }),
  },
  {
    id: 'SEED-030',
    breaks: ['IOAS-ALLOW-05'],
    story: 'A range overlaps only with those that begin below it.',
    like: 'a neighbour looked for on one side of a sorted list',
    parts: ({ AllowedIovas }) => ({
      AllowedIovas: class extends AllowedIovas {
        override add(range: Range): boolean {
          const before = this.ranges.getPairOrNextLower(range.first)?.[1];
          if (before && before.last >= range.first) return false;
          this.ranges.set(range.first, range);
          return true;
        }
      },
    }),
  },
  {
    id: 'SEED-031',
    breaks: ['IOAS-ALLOW-06'],
    story: 'A list that is refused is in force all the same: it is replaced before it is checked.',
    like: 'swap() of the interval trees before the last check',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const error = super.setAllowed(allowed);
          this.allowed = allowed;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-032',
    breaks: ['IOAS-ALLOW-07'],
    story: 'A new list is added to the list before.',
    like: 'an interval tree that is filled without being emptied',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const before = this.allowed;
          const error = super.setAllowed(allowed);
          if (!error) for (const range of before.all()) allowed.add(range);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-033',
    breaks: ['IOAS-ALLOW-09'],
    story: 'A map has to fit into one allowed range, also where the next one touches it.',
    like: 'allowed ranges that are not merged',
    parts: ({ AllowedIovas }) => ({
      AllowedIovas: class extends AllowedIovas {
        override *spans(): Generator<Range> {
          const all = [...this.ranges.values()];
          yield* all.length > 0 ? all : super.spans();
        }
      },
    }),
  },
  {
    id: 'SEED-034',
    breaks: ['IOAS-ALLOW-11'],
    story: 'A map at a fixed IOVA outside the allowed ranges is refused.',
    like: 'the list of automatic IOVAs applied to all',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const range = { first: iova, last: iova + length - 1n };
          const restricted = !this.allowed.all()[Symbol.iterator]().next().done;
          if (restricted && !this.allowed.intersects(range)) return 'EINVAL';
          return super.checkIova(iova, length);
        }
      },
    }),
  },
  {
    id: 'SEED-035',
    breaks: ['IOAS-ALLOW-12'],
    story: 'A device attaches although its reserved regions cut an allowed range.',
    like: 'iopt_reserve_iova() that looks at areas only',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override reserve(range: Range, owner: object): ErrnoName | undefined {
          const { allowed } = this;
          this.allowed = Object.create(allowed, {
            intersects: { value: () => false },
          }) as AllowedIovas;
          const error = super.reserve(range, owner);
          this.allowed = allowed;
          return error;
        }
      },
    }),
  },
);
