import { mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DirtyVisit } from '#reference/kernel/iommu/domain.ts';
import type { DirtyCommands } from '#reference/kernel/iommufd/dirty.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { IovaBitmap } from '#reference/kernel/iommufd/iova-bitmap.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hwpt_get_dirty_bitmap } from '#uapi/iommufd/hwpt.ts';

type Kernel = ConstructorParameters<typeof IovaBitmap>[0];
type BitmapOptions = ConstructorParameters<typeof IovaBitmap>[1];
type SetCommand = Parameters<DirtyCommands['setTracking']>[0];
type GetBitmap = UserCommand<typeof iommu_hwpt_get_dirty_bitmap>;

const PAGE = 0x1000n;

/** IOMMU_HWPT_SET_DIRTY_TRACKING, IOMMU_HWPT_GET_DIRTY_BITMAP. */
export const entries = mutants(
  {
    id: 'BUG-057',
    breaks: ['DIRTY-17', 'DIRTY-18'],
    story: 'A run of bits that passes the end of a page of the bitmap starts again at its front.',
    like: 'iommufd/iova_bitmap: Bounds check mapped::pages access',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        protected override physical(address: bigint): bigint | undefined {
          const first = this.options.address - (this.options.address % PAGE);
          return super.physical(first + (address % PAGE));
        }
      },
  },
  {
    id: 'BUG-059',
    breaks: ['DIRTY-18'],
    story: 'What passes the part of the bitmap that is pinned is lost.',
    like: 'iommufd/iova_bitmap: Handle recording beyond the mapped pages',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
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
  },
  {
    id: 'BUG-060',
    breaks: ['DIRTY-17'],
    story: 'A bitmap that does not start a page is written from the start of its page on.',
    like: 'vfio/iova_bitmap: Fix PAGE_SIZE unaligned bitmaps',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        constructor(kernel: Kernel, options: BitmapOptions) {
          super(kernel, { ...options, address: options.address - (options.address % PAGE) });
        }
      },
  },
  {
    id: 'BUG-062',
    breaks: ['DIRTY-08', 'DIRTY-09'],
    story: 'The largest page size is refused, as its number of bits a word overflows.',
    like: "iommufd: Don't overflow during division for dirty tracking",
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          return command.fields.page_size >> 58n ? 'EINVAL' : super.getBitmap(command);
        }
      },
  },
  {
    id: 'BUG-063',
    breaks: ['DIRTY-07'],
    story: 'A range without length is walked from its IOVA to the end, and all of it forgotten.',
    like: 'iommufd: Reject a zero-length dirty bitmap request',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const { length, iova } = command.fields;
          if (length > 0n) return super.getBitmap(command);
          return super.getBitmap(mistaken(command, { length: 2n ** 63n - iova }));
        }
      },
  },
  {
    id: 'BUG-067',
    breaks: ['DIRTY-11', 'DIRTY-13'],
    story: 'Dirty tracking leaves out devices that are at a nested page table on the parent.',
    like: 'iommu/vt-d: Add missing dirty tracking set for parent domain',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        protected override toggleDirty(isEnabled: boolean): void {
          for (const user of this.users) user.setDirtyTracking(isEnabled);
        }
      },
  },
  {
    id: 'SEED-0346',
    breaks: ['DIRTY-05'],
    story: 'Switching tracking on leaves what was dirty before.',
    like: 'iopt_set_dirty_tracking() without iopt_clear_dirty_data()',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        protected override clear(): void {}
      },
  },
  {
    id: 'SEED-0347',
    breaks: ['DIRTY-14'],
    story: 'NO_CLEAR is not looked at.',
    like: 'a flag that is checked and not passed on',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const flags = command.fields.flags & ~1;
          return super.getBitmap(
            command.fields.flags === 1 ? mistaken(command, { flags }) : command,
          );
        }
      },
  },
  {
    id: 'SEED-0348',
    breaks: ['DIRTY-13'],
    story: 'What was told stays dirty.',
    like: 'read_and_clear_dirty() that reads only',
    bug: ({ iommu }) =>
      class extends iommu.MockDomain {
        protected override readDirty(first: bigint, last: bigint, visit: DirtyVisit): void {
          super.readDirty(first, last, (from, to) => visit(from, to) && false);
        }
      },
  },
  {
    id: 'SEED-0349',
    breaks: ['DIRTY-11'],
    story: 'Bits are counted from IOVA 0, and wrap at the end of the bitmap.',
    like: 'an index of the IOVA in place of one of its offset',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        protected override bitOf(iova: bigint): bigint {
          return (iova / this.bytesPerBit) % (this.lastBit + 1n);
        }
      },
  },
  {
    id: 'SEED-0350',
    breaks: ['DIRTY-03', 'DIRTY-04'],
    story: 'Tracking that is on already cannot be switched on again.',
    like: 'EEXIST for a state that is there',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
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
  },
  {
    id: 'SEED-0351',
    breaks: ['DIRTY-15', 'DIRTY-17'],
    story: 'An entry that is larger than a page is told as its first page.',
    like: 'a record of the page size in place of the size of the entry',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        override set(first: bigint): boolean {
          return super.set(first, first);
        }
      },
  },
  {
    id: 'SEED-0558',
    breaks: ['DIRTY-10'],
    story: 'Whether a page table tracks is asked before the range is looked at.',
    like: 'a check for dirty_ops at the top',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const hwpt = this.context.objects.get(command.fields.hwpt_id, HwptPaging);
          const error = super.getBitmap(command);
          const tracks = typeof hwpt === 'string' || hwpt.domain.dirtyTracking !== undefined;
          return tracks || !error ? error : 'EOPNOTSUPP';
        }
      },
  },
  {
    id: 'SEED-0559',
    breaks: ['DIRTY-19'],
    story: 'A range with a hole in it has no dirty bitmap.',
    like: 'the result of the walk, which nobody looks at',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const error = super.getBitmap(command);
          const { hwpt_id, iova, length } = command.fields;
          const hwpt = this.context.objects.get(hwpt_id, HwptPaging);
          if (error || typeof hwpt === 'string') return error;
          return typeof hwpt.ioas.iopt.slices(iova, length) === 'string' ? 'EINVAL' : undefined;
        }
      },
  },
  {
    id: 'SEED-0560',
    breaks: ['DIRTY-20'],
    story: 'A bitmap that is not there is an error.',
    like: 'a propagated result of iova_bitmap_set()',
    bug: ({ iommufd }) => {
      let missed = false;
      return [
        class extends iommufd.IovaBitmap {
          override set(first: bigint, last: bigint): boolean {
            const isThere = super.set(first, last);
            missed ||= !isThere;
            return isThere;
          }
        },
        class extends iommufd.DirtyCommands {
          override getBitmap(command: GetBitmap): ErrnoName | undefined {
            missed = false;
            return super.getBitmap(command) ?? (missed ? 'EFAULT' : undefined);
          }
        },
      ];
    },
  },
  {
    id: 'SEED-0561',
    breaks: ['DIRTY-21'],
    story: 'The memory of a bitmap is looked at before there is a bit to set.',
    like: 'iova_bitmap_alloc() that pins the first page',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const error = super.getBitmap(command);
          if (error) return error;
          const bytes = command.task.memory.copyFromUser(command.fields.data, 1);
          return typeof bytes === 'string' ? bytes : undefined;
        }
      },
  },
  {
    id: 'SEED-0574',
    breaks: ['DIRTY-05'],
    story: 'Tracking that is switched on finds what was dirty before.',
    like: 'iopt_set_dirty_tracking() without iopt_clear_dirty_data()',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        protected override clear(): void {}
      },
  },
  {
    id: 'SEED-0575',
    breaks: ['DIRTY-14', 'DIRTY-15'],
    story: 'Of a large page that is asked for in part nothing is told.',
    like: 'a walk that leaves out entries which begin before the range',
    bug: ({ iommu }) =>
      class extends iommu.MockDomain {
        protected override readDirty(first: bigint, last: bigint, visit: DirtyVisit): void {
          const [start = last] = [...this.entries.keys()].filter((iova) => iova >= first);
          if (start <= last) super.readDirty(start, last, visit);
        }
      },
  },
  {
    id: 'SEED-0576',
    breaks: ['DIRTY-17', 'DIRTY-11'],
    story: 'The last byte of a bitmap is taken from the page of its first.',
    like: 'a kmap of one page for a bitmap that lies on two',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        protected override physical(address: bigint): bigint | undefined {
          const first = this.options.address;
          const isNext = address >> 12n === (first >> 12n) + 1n;
          return super.physical(isNext ? address - 4096n : address);
        }
      },
  },
  {
    id: 'SEED-0577',
    breaks: ['DIRTY-12'],
    story: 'A bitmap is cleared before its bits are set.',
    like: 'a memset() for safety',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const { data, length, page_size } = command.fields;
          const bytes = page_size > 0n ? Number(length / page_size / 8n) + 1 : 0;
          if (bytes < 4096) command.task.memory.copyToUser(data, new Uint8Array(bytes));
          return super.getBitmap(command);
        }
      },
  },
  {
    id: 'SEED-0578',
    breaks: ['DIRTY-16'],
    story: 'A bit stands for the first page of those that it covers.',
    like: 'a bitmap that is filled by the start of each entry only where it is aligned',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        override set(first: bigint, last: bigint): boolean {
          const isFirst = (first - this.options.iova) % this.bytesPerBit === 0n;
          return isFirst || last - first > this.bytesPerBit ? super.set(first, last) : true;
        }
      },
  },
  {
    id: 'SEED-0693',
    breaks: ['DIRTY-13'],
    story: 'Dirty bits are cleared, and the caches still know them to be set.',
    like: 'read_and_clear_dirty() without iommu_iotlb_sync()',
    bug: ({ intel }) =>
      class extends intel.SecondStageDirty {
        protected override flush(): void {}
      },
  },
  {
    id: 'SEED-0871',
    breaks: ['DIRTY-26'],
    story: 'Of a bitmap that is not all in memory nothing is written.',
    like: 'iova_bitmap_get() that takes fewer pages than it wants for an error',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        protected override moveWindow(address: bigint): bigint | undefined {
          const pfn = super.moveWindow(address);
          const last = this.options.address + this.lastBit / 8n;
          return this.pinned(last) === undefined ? undefined : pfn;
        }
      },
  },
  {
    id: 'SEED-0872',
    breaks: ['DIRTY-17'],
    story: 'A bitmap is made of words of 64 bits, the last of which has to be in memory.',
    like: 'bitmap_set() on unsigned long',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        protected override setInPage(firstBit: bigint, lastBit: bigint): boolean {
          const end = this.options.address + (this.lastBit / 64n) * 8n + 7n;
          return this.physical(end) !== undefined && super.setInPage(firstBit, lastBit);
        }
      },
  },
  {
    id: 'SEED-0890',
    breaks: ['DIRTY-11'],
    story: 'A page size of more than 32 bits is taken for none.',
    like: 'u32 page_size in iommufd_check_iova_range()',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          return BigInt.asUintN(32, command.fields.page_size) === 0n
            ? 'EINVAL'
            : super.getBitmap(command);
        }
      },
  },
  {
    id: 'SEED-0891',
    breaks: ['DIRTY-11'],
    story: 'What is dirty is looked for at the lowest 32 bits of its IOVA.',
    like: 'u32 iova in iommu_dirty_bitmap_record()',
    bug: ({ iommufd }) =>
      class extends iommufd.DirtyCommands {
        override getBitmap(command: GetBitmap): ErrnoName | undefined {
          const iova = BigInt.asUintN(32, command.fields.iova);
          return super.getBitmap(mistaken(command, { iova }));
        }
      },
  },
  {
    id: 'SEED-0909',
    breaks: ['DIRTY-17', 'DIRTY-18'],
    story: 'The memory of a bitmap stays pinned.',
    like: 'iova_bitmap_free() without iova_bitmap_put()',
    bug: ({ iommufd }) =>
      class extends iommufd.IovaBitmap {
        override free(): void {
          this.window = undefined;
        }
      },
  },
);
