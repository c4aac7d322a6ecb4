import {
  ULONG_MAX,
  alignUp,
  lowestSetBit,
  minimum,
  roundUpToPowerOfTwo,
} from '#reference/kernel/lib/math.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { IovaAllocator } from '#reference/kernel/iommufd/iova-allocator.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

type FitCall = Parameters<IovaAllocator['fit']>;

/** Where a map goes: features/iommufd/ioas-map{,-fixed,-automatic,-first-fit}.feature. */
export const placing = mutants(
  {
    id: 'SEED-001',
    breaks: ['IOAS-MAP-14'],
    story:
      'A map may share the first byte of an area with it: the last IOVA of the map is exclusive.',
    like: 'off by one in an interval tree query, where node.last is inclusive',
    parts: ({ AreaTree }) => ({
      AreaTree: class extends AreaTree {
        override intersecting(first: bigint, last: bigint): IoptArea | undefined {
          return super.intersecting(first, last > first ? last - 1n : last);
        }
      },
    }),
  },
  {
    id: 'BUG-001',
    breaks: ['IOAS-MAP-20', 'IOAS-MAP-25'],
    story: 'An automatic IOVA is aligned as much as its memory is, without a limit, and wraps.',
    like: 'iommufd: Protect against overflow of ALIGN() during iova allocation',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        protected override alignment(address: bigint, length: bigint): bigint {
          const wanted = roundUpToPowerOfTwo(length);
          return address === 0n ? wanted : minimum(wanted, lowestSetBit(address));
        }

        protected override alignStart(first: bigint, alignment: bigint): bigint {
          return BigInt.asUintN(64, alignUp(first, alignment));
        }
      },
    }),
  },
  {
    id: 'BUG-002',
    breaks: ['IOAS-MAP-25'],
    story: 'The start of a hole near the top wraps to a low IOVA when it is aligned.',
    like: 'iommufd: Prevent ALIGN() overflow',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        protected override alignStart(first: bigint, alignment: bigint): bigint {
          return BigInt.asUintN(64, alignUp(first, alignment));
        }
      },
    }),
  },
  {
    id: 'BUG-009',
    breaks: ['IOAS-MAP-03', 'IOAS-COPY-03', 'IOAS-FILE-01'],
    story: 'A map or a copy may be neither readable nor writeable.',
    like: 'iommufd: Do not allow creating areas without READ or WRITE',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        protected override hasAccess(_flags: number): boolean {
          return true;
        }
      },
    }),
  },
  {
    id: 'SEED-036',
    breaks: ['IOAS-MAP-10'],
    story: 'A fixed IOVA is not checked for alignment, only the length is.',
    like: 'iopt_check_iova() that trusts the caller',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const { iovaAlignment } = this;
          this.iovaAlignment = 1n;
          const error = super.checkIova(iova, length);
          this.iovaAlignment = iovaAlignment;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-037',
    breaks: ['IOAS-MAP-12'],
    story: 'A fixed map whose last IOVA passes U64_MAX fails with EINVAL.',
    like: 'an overflow that is found by the check for the alignment',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkIova(iova, length);
          return error === 'EOVERFLOW' ? 'EINVAL' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-038',
    breaks: ['IOAS-MAP-15'],
    story: 'A fixed map over a reserved IOVA and a mapping fails for the mapping.',
    like: 'areas looked at before reserved ranges',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override checkIova(iova: bigint, length: bigint): ErrnoName | undefined {
          const taken = this.areas.intersecting(iova, iova + length - 1n);
          return taken && iova % this.iovaAlignment === 0n
            ? 'EEXIST'
            : super.checkIova(iova, length);
        }
      },
    }),
  },
  {
    id: 'SEED-039',
    breaks: ['IOAS-MAP-19'],
    story: 'An automatic IOVA may be 0 or reach the last byte of the space.',
    like: 'the whole space in place of PAGE_SIZE .. ULONG_MAX - PAGE_SIZE',
    parts: ({ AllowedIovas }) => ({
      AllowedIovas: class extends AllowedIovas {
        override *spans(): Generator<Range> {
          if (this.ranges.isEmpty) yield { first: 0n, last: ULONG_MAX };
          else yield* super.spans();
        }
      },
    }),
  },
  {
    id: 'SEED-040',
    breaks: ['IOAS-MAP-21'],
    story: 'An automatic IOVA loses the offset that the memory has in its page.',
    like: '__alloc_iova_check_range() without the page offset',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        protected override fit(...[hole, slot]: FitCall): bigint | undefined {
          return super.fit(hole, { ...slot, offset: 0n });
        }
      },
    }),
  },
  {
    id: 'SEED-041',
    breaks: ['IOAS-MAP-26', 'IOAS-MAP-24'],
    story: 'A hole is one byte too short for what would fill it exactly.',
    like: 'length compared with last - start in place of last - start + 1',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        protected override fit(...[hole, slot]: FitCall): bigint | undefined {
          return super.fit({ first: hole.first, last: hole.last - 1n }, slot);
        }
      },
    }),
  },
  {
    id: 'SEED-042',
    breaks: ['IOAS-MAP-26'],
    story: 'What was unmapped is not used for automatic IOVAs again.',
    like: 'a cursor that only goes up',
    parts: ({ IovaAllocator }) => ({
      IovaAllocator: class extends IovaAllocator {
        override release(_range: Range): void {}
      },
    }),
  },
  {
    id: 'SEED-043',
    breaks: ['IOAS-ALLOW-10', 'IOAS-ALLOW-09'],
    story: 'Where the allowed ranges are full, a map goes anywhere.',
    like: 'a preferred range taken for a mandatory one, or the other way round',
    parts: ({ AllowedIovas }) => ({
      AllowedIovas: class extends AllowedIovas {
        override *spans(): Generator<Range> {
          yield* super.spans();
          yield* new AllowedIovas().spans();
        }
      },
    }),
  },
);
