import type { IovaBitmap } from '#reference/kernel/iommufd/iova-bitmap.ts';
import type { DirtyCommands } from '#reference/kernel/iommufd/dirty.ts';
import type { DirtyVisit } from '#reference/kernel/iommu/domain.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mistaken } from './command.ts';
import { mutants } from './mutant.ts';

type GetCommand = Parameters<DirtyCommands['getBitmap']>[0];
type SetCommand = Parameters<DirtyCommands['setTracking']>[0];
type BitmapOptions = ConstructorParameters<typeof IovaBitmap>[1];
type Kernel = ConstructorParameters<typeof IovaBitmap>[0];

const PAGE = 0x1000n;

/** Dirty tracking: features/iommufd/dirty-*.feature. */
export const dirty = mutants(
  {
    id: 'BUG-057',
    breaks: ['DIRTY-17', 'DIRTY-18'],
    story: 'A run of bits that passes the end of a page of the bitmap starts again at its front.',
    like: 'iommufd/iova_bitmap: Bounds check mapped::pages access',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        protected override physical(address: bigint): bigint | undefined {
          const first = this.options.address - (this.options.address % PAGE);
          return super.physical(first + (address % PAGE));
        }
      },
    }),
  },
  {
    id: 'BUG-059',
    breaks: ['DIRTY-18'],
    story: 'What passes the part of the bitmap that is pinned is lost.',
    like: 'iommufd/iova_bitmap: Handle recording beyond the mapped pages',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        override set(first: bigint, last: bigint): boolean {
          super.set(first, last);
          return true;
        }

        protected override setInPage(firstBit: bigint, lastBit: bigint): boolean {
          const address = this.options.address + firstBit / 8n;
          const isBeyond = this.window !== undefined && this.pinned(address) === undefined;
          return !isBeyond && super.setInPage(firstBit, lastBit);
        }
      },
    }),
  },
  {
    id: 'BUG-060',
    breaks: ['DIRTY-17'],
    story: 'A bitmap that does not start a page is written from the start of its page on.',
    like: 'vfio/iova_bitmap: Fix PAGE_SIZE unaligned bitmaps',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        constructor(kernel: Kernel, options: BitmapOptions) {
          super(kernel, { ...options, address: options.address - (options.address % PAGE) });
        }
      },
    }),
  },
  {
    id: 'BUG-062',
    breaks: ['DIRTY-08', 'DIRTY-09'],
    story: 'The largest page size is refused, as its number of bits a word overflows.',
    like: "iommufd: Don't overflow during division for dirty tracking",
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetCommand): ErrnoName | undefined {
          return command.fields.page_size >> 58n ? 'EINVAL' : super.getBitmap(command);
        }
      },
    }),
  },
  {
    id: 'BUG-063',
    breaks: ['DIRTY-07'],
    story: 'A range without length is walked from its IOVA to the end, and all of it forgotten.',
    like: 'iommufd: Reject a zero-length dirty bitmap request',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetCommand): ErrnoName | undefined {
          const { length, iova } = command.fields;
          if (length > 0n) return super.getBitmap(command);
          return super.getBitmap(mistaken(command, { length: 2n ** 63n - iova }));
        }
      },
    }),
  },
  {
    id: 'SEED-346',
    breaks: ['DIRTY-05'],
    story: 'Switching tracking on leaves what was dirty before.',
    like: 'iopt_set_dirty_tracking() without iopt_clear_dirty_data()',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        protected override clear(): void {}
      },
    }),
  },
  {
    id: 'SEED-347',
    breaks: ['DIRTY-14'],
    story: 'NO_CLEAR is not looked at.',
    like: 'a flag that is checked and not passed on',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(command: GetCommand): ErrnoName | undefined {
          const flags = command.fields.flags & ~1;
          return super.getBitmap(
            command.fields.flags === 1 ? mistaken(command, { flags }) : command,
          );
        }
      },
    }),
  },
  {
    id: 'SEED-348',
    breaks: ['DIRTY-13'],
    story: 'What was told stays dirty.',
    like: 'read_and_clear_dirty() that reads only',
    parts: ({ MockDomain }) => ({
      MockDomain: class extends MockDomain {
        protected override readDirty(first: bigint, last: bigint, visit: DirtyVisit): void {
          super.readDirty(first, last, (from, to) => visit(from, to) && false);
        }
      },
    }),
  },
  {
    id: 'SEED-349',
    breaks: ['DIRTY-11'],
    story: 'Bits are counted from IOVA 0, and wrap at the end of the bitmap.',
    like: 'an index of the IOVA in place of one of its offset',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        protected override bitOf(iova: bigint): bigint {
          return (iova / this.bytesPerBit) % (this.lastBit + 1n);
        }
      },
    }),
  },
  {
    id: 'SEED-350',
    breaks: ['DIRTY-03', 'DIRTY-04'],
    story: 'Tracking that is on already cannot be switched on again.',
    like: 'EEXIST for a state that is there',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        private readonly enabled = new Set<number>();

        override setTracking(command: SetCommand): ErrnoName | undefined {
          const { hwpt_id: id, flags } = command.fields;
          if (flags === 1 && this.enabled.has(id)) return 'EEXIST';
          const error = super.setTracking(command);
          if (error) return error;
          if (flags === 1) this.enabled.add(id);
          else this.enabled.delete(id);
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-351',
    breaks: ['DIRTY-15', 'DIRTY-17'],
    story: 'An entry that is larger than a page is told as its first page.',
    like: 'a record of the page size in place of the size of the entry',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        override set(first: bigint): boolean {
          return super.set(first, first);
        }
      },
    }),
  },
);
