import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Mapping } from '#reference/kernel/iommufd/ioas-commands.ts';
import type { IovaAllocator, PlaceRequest } from '#reference/kernel/iommufd/iova-allocator.ts';
import {
  alignUp,
  lowestSetBit,
  minimum,
  roundUpToPowerOfTwo,
  ULONG_MAX,
} from '#reference/kernel/lib/math.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type FitCall = Parameters<IovaAllocator['fit']>;

/** IOMMU_IOAS_MAP: the IOVA that the kernel chooses. */
export const entries = mutants(
  {
    id: 'BUG-001',
    breaks: ['IOAS-MAP-20', 'IOAS-MAP-25'],
    story: 'An automatic IOVA is aligned as much as its memory is, without a limit, and wraps.',
    like: 'iommufd: Protect against overflow of ALIGN() during iova allocation',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        protected override alignment(address: bigint, length: bigint): bigint {
          const wanted = roundUpToPowerOfTwo(length);
          return address === 0n ? wanted : minimum(wanted, lowestSetBit(address));
        }

        protected override alignStart(first: bigint, alignment: bigint): bigint {
          return BigInt.asUintN(64, alignUp(first, alignment));
        }
      },
  },
  {
    id: 'BUG-002',
    breaks: ['IOAS-MAP-25'],
    story: 'The start of a hole near the top wraps to a low IOVA when it is aligned.',
    like: 'iommufd: Prevent ALIGN() overflow',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        protected override alignStart(first: bigint, alignment: bigint): bigint {
          return BigInt.asUintN(64, alignUp(first, alignment));
        }
      },
  },
  {
    id: 'SEED-0039',
    breaks: ['IOAS-MAP-19'],
    story: 'An automatic IOVA may be 0 or reach the last byte of the space.',
    like: 'the whole space in place of PAGE_SIZE .. ULONG_MAX - PAGE_SIZE',
    bug: ({ iommufd }) =>
      class extends iommufd.AllowedIovas {
        override *spans(): Generator<Range> {
          if (this.ranges.isEmpty) yield { first: 0n, last: ULONG_MAX };
          else yield* super.spans();
        }
      },
  },
  {
    id: 'SEED-0040',
    breaks: ['IOAS-MAP-21'],
    story: 'An automatic IOVA loses the offset that the memory has in its page.',
    like: '__alloc_iova_check_range() without the page offset',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        protected override fit(...[hole, slot]: FitCall): bigint | undefined {
          return super.fit(hole, { ...slot, offset: 0n });
        }
      },
  },
  {
    id: 'SEED-0041',
    breaks: ['IOAS-MAP-26', 'IOAS-MAP-24'],
    story: 'A hole is one byte too short for what would fill it exactly.',
    like: 'length compared with last - start in place of last - start + 1',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        protected override fit(...[hole, slot]: FitCall): bigint | undefined {
          return super.fit({ first: hole.first, last: hole.last - 1n }, slot);
        }
      },
  },
  {
    id: 'SEED-0042',
    breaks: ['IOAS-MAP-26'],
    story: 'What was unmapped is not used for automatic IOVAs again.',
    like: 'a cursor that only goes up',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        override release(_range: Range): void {}
      },
  },
  {
    id: 'SEED-0532',
    breaks: ['IOAS-MAP-23'],
    story: 'For half the address space there is just no place.',
    like: 'an allocator without a limit for lengths',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        override place(request: PlaceRequest): bigint | ErrnoName {
          const placed = super.place(request);
          return placed === 'EOVERFLOW' ? 'ENOSPC' : placed;
        }
      },
  },
  {
    id: 'SEED-0533',
    breaks: ['IOAS-MAP-22'],
    story: 'An automatic IOVA is aligned as the IOAS asks, whatever the memory offers.',
    like: 'a maximum in place of a check',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        override place(request: PlaceRequest): bigint | ErrnoName {
          const placed = super.place(request);
          return placed === 'EINVAL' ? super.place({ ...request, iovaAlignment: 1n }) : placed;
        }
      },
  },
  {
    id: 'SEED-0537',
    breaks: ['IOAS-MAP-18'],
    story: 'An automatic map goes to the IOVA that was left in its struct, if that is free.',
    like: 'an IOVA that is taken for a hint, as mmap() does',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override mapUser(task: Task, mapping: Mapping, address: bigint): bigint | ErrnoName {
          const isFree = !mapping.ioas.iopt.checkIova(mapping.iova, mapping.length);
          const hinted = mapping.iova > 0n && isFree ? { flags: mapping.flags | 1 } : {};
          return super.mapUser(task, { ...mapping, ...hinted }, address);
        }
      },
  },
  {
    id: 'SEED-0905',
    breaks: ['IOAS-MAP-21'],
    story: 'A hole counts from its first whole page.',
    like: 'ALIGN() to PAGE_SIZE in __alloc_iova_check_range()',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaAllocator {
        protected override fit(
          ...[{ first, last }, slot]: Parameters<IovaAllocator['fit']>
        ): ReturnType<IovaAllocator['fit']> {
          return super.fit({ first: alignUp(first, 0x1000n), last }, slot);
        }
      },
  },
);
