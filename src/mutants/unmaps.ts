import type { Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { MapRequest } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_unmap } from '#uapi/iommufd/ioas.ts';

import { answering } from './command.ts';
import { mutants } from './mutant.ts';

/** features/iommufd/ioas-unmap*.feature. */
export const unmaps = mutants(
  {
    id: 'BUG-003',
    breaks: ['IOAS-UNMAP-16', 'IOAS-UNMAP-17'],
    story: 'The walk of an unmap is still open when the next map comes, and takes it away.',
    like: 'iommufd: Fix a race with concurrent allocation and unmap',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        private walk: { first: bigint; last: bigint } | undefined;

        override unmap(first: bigint, last: bigint): Unmapped {
          this.walk = { first, last };
          return super.unmap(first, last);
        }

        override map(request: MapRequest): bigint | ErrnoName {
          const iova = super.map(request);
          if (this.walk) super.unmap(this.walk.first, this.walk.last);
          this.walk = undefined;
          return iova;
        }
      },
    }),
  },
  {
    id: 'BUG-005',
    breaks: ['IOAS-UNMAP-13'],
    story: 'After it has told the accesses, an unmap goes on with an area that is gone meanwhile.',
    like: 'iommufd: Do not access the area pointer after unlocking',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override evictAccesses(area: IoptArea): void {
          super.evictAccesses(area);
          this.unmapArea(area);
        }
      },
    }),
  },
  {
    id: 'SEED-066',
    breaks: ['IOAS-UNMAP-04'],
    story: 'An unmap returns the length of the range, holes included.',
    like: '*unmapped = last - iova + 1',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override unmap(command: UserCommand<typeof iommu_ioas_unmap>): ErrnoName | undefined {
          const asked = command.fields.length;
          return super.unmap(answering(command, () => ({ length: asked })));
        }
      },
    }),
  },
  {
    id: 'SEED-067',
    breaks: ['IOAS-UNMAP-05'],
    story: 'An unmap that cuts the end of a mapping takes all of it.',
    like: 'a check for bisected mappings at the start of the range only',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override isCut(area: IoptArea, first: bigint, _last: bigint): boolean {
          return area.first < first;
        }
      },
    }),
  },
  {
    id: 'SEED-068',
    breaks: ['IOAS-UNMAP-06'],
    story: 'An unmap that fails at a later mapping returns what it has done until then.',
    like: 'respond() on the way out, also of an error',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override unmap(command: UserCommand<typeof iommu_ioas_unmap>): ErrnoName | undefined {
          const error = super.unmap(command);
          if (error) command.respond({ length: 0n });
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-069',
    breaks: ['IOAS-UNMAP-11'],
    story: 'An unmap of everything fails where nothing is mapped.',
    like: 'ENOENT for no bytes, whatever was asked for',
    parts: ({ IoasCommands }) => ({
      IoasCommands: class extends IoasCommands {
        override unmap(command: UserCommand<typeof iommu_ioas_unmap>): ErrnoName | undefined {
          const ioas = this.ioas(command.fields.ioas_id);
          return ioas !== 'ENOENT' && ioas.iopt.areas.size === 0 ? 'ENOENT' : super.unmap(command);
        }
      },
    }),
  },
  {
    id: 'SEED-070',
    breaks: ['IOAS-UNMAP-13'],
    story: 'Nobody asks the accesses to let go of what is unmapped.',
    like: 'iopt_unmap_iova_range() without iommufd_access_notify_unmap()',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override evictAccesses(_area: IoptArea): void {}
      },
    }),
  },
  {
    id: 'SEED-071',
    breaks: ['IOAS-UNMAP-18'],
    story: 'An unmap is over after one mapping.',
    like: 'a loop that is left after its first turn',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const area = this.areas.intersecting(first, last);
          return super.unmap(first, area && area.last < last ? area.last : last);
        }
      },
    }),
  },
  {
    id: 'SEED-072',
    breaks: ['IOAS-UNMAP-19'],
    story: 'The ends of what is unmapped have to be aligned.',
    like: 'one check for map and unmap',
    parts: ({ Ioas }) => ({
      Ioas: class extends Ioas {
        override unmapRange(iova: bigint, length: bigint): Unmapped {
          const unaligned = (iova | length) % this.iopt.iovaAlignment !== 0n;
          return unaligned ? { bytes: 0n, error: 'EINVAL' } : super.unmapRange(iova, length);
        }
      },
    }),
  },
  {
    id: 'SEED-073',
    breaks: ['IOAS-UNMAP-20'],
    story: 'What an exited process was charged with is never given back.',
    like: 'update_unpinned() that returns early without the mm',
    parts: ({ Accounting }) => ({
      Accounting: class extends Accounting {
        override uncharge(pages: bigint): void {
          if (!this.memory.exited) super.uncharge(pages);
        }
      },
    }),
  },
);
