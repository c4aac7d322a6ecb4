import { mutants } from '#mutants/mutant.ts';
import type { AllowedIovas } from '#reference/kernel/iommufd/allowed-iovas.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_allow_iovas } from '#uapi/iommufd/ioas.ts';

type Allow = UserCommand<typeof iommu_ioas_allow_iovas>;

/** IOMMU_IOAS_ALLOW_IOVAS. */
export const entries = mutants(
  {
    id: 'SEED-0030',
    breaks: ['IOAS-ALLOW-05'],
    story: 'A range overlaps only with those that begin below it.',
    like: 'a neighbour looked for on one side of a sorted list',
    bug: ({ iommufd }) =>
      class extends iommufd.AllowedIovas {
        override add(range: Range): boolean {
          const before = this.ranges.getPairOrNextLower(range.first)?.[1];
          if (before && before.last >= range.first) return false;
          this.ranges.set(range.first, range);
          return true;
        }
      },
  },
  {
    id: 'SEED-0031',
    breaks: ['IOAS-ALLOW-06'],
    story: 'A list that is refused is in force all the same: it is replaced before it is checked.',
    like: 'swap() of the interval trees before the last check',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const error = super.setAllowed(allowed);
          this.allowed = allowed;
          return error;
        }
      },
  },
  {
    id: 'SEED-0032',
    breaks: ['IOAS-ALLOW-07'],
    story: 'A new list is added to the list before.',
    like: 'an interval tree that is filled without being emptied',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const before = this.allowed;
          const error = super.setAllowed(allowed);
          if (!error) for (const range of before.all()) allowed.add(range);
          return error;
        }
      },
  },
  {
    id: 'SEED-0033',
    breaks: ['IOAS-ALLOW-09'],
    story: 'A map has to fit into one allowed range, also where the next one touches it.',
    like: 'allowed ranges that are not merged',
    bug: ({ iommufd }) =>
      class extends iommufd.AllowedIovas {
        override *spans(): Generator<Range> {
          const all = [...this.ranges.values()];
          yield* all.length > 0 ? all : super.spans();
        }
      },
  },
  {
    id: 'SEED-0034',
    breaks: ['IOAS-ALLOW-11'],
    story: 'A map at a fixed IOVA outside the allowed ranges is refused.',
    like: 'the list of automatic IOVAs applied to all',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const range = { first: iova, last: iova + length - 1n };
          const restricted = !this.allowed.all()[Symbol.iterator]().next().done;
          if (restricted && !this.allowed.intersects(range)) return 'EINVAL';
          return super.checkIova(iova, length);
        }
      },
  },
  {
    id: 'SEED-0035',
    breaks: ['IOAS-ALLOW-12'],
    story: 'A device attaches although its reserved regions cut an allowed range.',
    like: 'iopt_reserve_iova() that looks at areas only',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
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
  },
  {
    id: 'SEED-0043',
    breaks: ['IOAS-ALLOW-10', 'IOAS-ALLOW-09'],
    story: 'Where the allowed ranges are full, a map goes anywhere.',
    like: 'a preferred range taken for a mandatory one, or the other way round',
    bug: ({ iommufd }) =>
      class extends iommufd.AllowedIovas {
        override *spans(): Generator<Range> {
          yield* super.spans();
          yield* new iommufd.AllowedIovas().spans();
        }
      },
  },
  {
    id: 'SEED-0545',
    breaks: ['IOAS-ALLOW-02'],
    story: 'The list of allowed IOVAs is read before its IOAS is looked up.',
    like: 'a copy_from_user() at the top of the function',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override allowIovas(command: Allow): ErrnoName | undefined {
          const allowed = this.loadIovas(command);
          return typeof allowed === 'string' ? allowed : super.allowIovas(command);
        }
      },
  },
  {
    id: 'SEED-0546',
    breaks: ['IOAS-ALLOW-13'],
    story: 'A list of allowed IOVAs has to have room for what is mapped.',
    like: 'a check of areas against the new list',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          for (const { first, last } of this.areas.all()) {
            if (!allowed.intersects({ first, last })) return 'EADDRINUSE';
          }
          return super.setAllowed(allowed);
        }
      },
  },
  {
    id: 'SEED-0547',
    breaks: ['IOAS-ALLOW-08'],
    story: 'An empty list of allowed IOVAs leaves the old one in force.',
    like: 'a loop over no elements, and nothing after it',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override setAllowed(allowed: AllowedIovas): ErrnoName | undefined {
          const isEmpty = [...allowed.all()].length === 0;
          return isEmpty ? undefined : super.setAllowed(allowed);
        }
      },
  },
);
