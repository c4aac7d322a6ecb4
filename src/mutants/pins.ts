import type { AccountMode } from '#reference/kernel/iommufd/accounting.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { Pfn } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

type PinCheck = Parameters<Access['checkPin']>;
type RwOptions = Parameters<IoptPages['readWrite']>[2];

/** What is pinned, how often, and for whom: features/iommufd/pinned-memory*.feature. */
export const pins = mutants(
  {
    id: 'SEED-240',
    breaks: ['PIN-26'],
    story: 'A page knows that it is held, but not how often.',
    like: 'iopt_pages_access that is found again and not counted',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        protected override use(index: number, difference: 1 | -1): number {
          const page = this.pinned.get(index);
          return page ? (page.users = difference === 1 ? 1 : 0) : 0;
        }
      },
    }),
  },
  {
    id: 'SEED-241',
    breaks: ['PIN-12'],
    story:
      'An access pins for itself what a page table has pinned already, and never lets go of it.',
    like: 'iopt_area_add_access() that does not look at the pages of the domains',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pinForAccess(first: number, last: number): ErrnoName | undefined {
          for (let index = first; index <= last; index++) {
            const held = this.pfnAt(index);
            if (held !== undefined) this.kernel.pages.pin(held);
          }
          return super.pinForAccess(first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-242',
    breaks: ['PIN-05'],
    story: 'What a process with CAP_IPC_LOCK has pinned is not in its VmPin.',
    like: 'do_update_pinned() that ends early for IOPT_PAGES_ACCOUNT_NONE',
    parts: ({ Accounting }) => ({
      Accounting: class extends Accounting {
        override charge(pages: bigint): ErrnoName | undefined {
          return this.mode === 'none' ? undefined : super.charge(pages);
        }

        override uncharge(pages: bigint): void {
          if (this.mode !== 'none') super.uncharge(pages);
        }
      },
    }),
  },
  {
    id: 'SEED-243',
    breaks: ['PIN-03'],
    story: 'In mode 0 each process may pin as much as RLIMIT_MEMLOCK allows the user.',
    like: 'update_locked_vm() with a count of the mm',
    parts: ({ Accounting }) => ({
      Accounting: class extends Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          if (this.mode !== 'user') return super.lock(pages);
          if (this.memory.pinnedVm + pages > this.limit()) return 'ENOMEM';
          this.user.lockedVm += pages;
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-244',
    breaks: ['PIN-04'],
    story: 'With the rlimit mode at 1 the limit holds, but VmLck does not grow.',
    like: 'update_mm_locked_vm() without the update',
    parts: ({ Accounting }) => ({
      Accounting: class extends Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          const error = super.lock(pages);
          if (!error && this.isMm) this.memory.lockedVm -= pages;
          return error;
        }

        override uncharge(pages: bigint): void {
          if (this.isMm) this.memory.lockedVm += pages;
          super.uncharge(pages);
        }

        private get isMm(): boolean {
          return this.mode === ('mm' satisfies AccountMode) && !this.memory.exited;
        }
      },
    }),
  },
  {
    id: 'SEED-245',
    breaks: ['PIN-16'],
    story: 'What a process that has exited had pinned stays on the count of its user.',
    like: 'update_unpinned() that gives up without an mm',
    parts: ({ Accounting }) => ({
      Accounting: class extends Accounting {
        override uncharge(pages: bigint): void {
          if (!this.memory.exited) super.uncharge(pages);
        }
      },
    }),
  },
  {
    id: 'SEED-246',
    breaks: ['PIN-17'],
    story: 'The alignment that an access needed stays when the access has gone.',
    like: 'iopt_remove_access() without iopt_calculate_iova_alignment()',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override removeAccess(access: Access): void {
          this.accesses.delete(access);
        }
      },
    }),
  },
  {
    id: 'SEED-247',
    breaks: ['PIN-19'],
    story: 'A range that passes U64_MAX goes on at 0, and is looked for there.',
    like: 'iommufd_access_pin_pages() without check_add_overflow()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        protected override checkRange(iova: bigint, length: bigint): ErrnoName | undefined {
          const error = super.checkRange(iova, length);
          return error === 'EOVERFLOW' ? 'ENOENT' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-248',
    breaks: ['PIN-20'],
    story: 'A pin that meets a hole leaves the first page pinned.',
    like: 'iommufd_access_pin_pages() that returns from its loop',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override pinPages(iova: bigint, length: bigint, write: boolean): Pfn[] | ErrnoName {
          const pinned = super.pinPages(iova, length, write);
          if (pinned === 'ENOENT') super.pinPages(iova, PAGE_SIZE, write);
          return pinned;
        }
      },
    }),
  },
  {
    id: 'SEED-249',
    breaks: ['PIN-22'],
    story: 'An access pins for writing what is mapped to be read only.',
    like: 'iommufd_access_pin_pages() that drops its flags',
    parts: ({ Access }) => ({
      Access: class extends Access {
        protected override checkPin(...[piece, end]: PinCheck): ErrnoName | undefined {
          return super.checkPin(piece, end, false);
        }
      },
    }),
  },
  {
    id: 'SEED-250',
    breaks: ['PIN-24'],
    story: 'A pin may begin anywhere in a page.',
    like: 'iommufd_access_pin_pages() without iopt_area_contig_is_aligned()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        protected override checkPin(...[{ area }, , write]: PinCheck): ErrnoName | undefined {
          return this.checkArea(area, write);
        }
      },
    }),
  },
  {
    id: 'SEED-251',
    breaks: ['PIN-29'],
    story: 'The slow way of a read or a write begins at the start of the page.',
    like: 'batch_rw() with an offset of 0',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        protected override rwPage(...[pfn, , data]: Parameters<IoptPages['rwPage']>): void {
          super.rwPage(pfn, 0n, data);
        }
      },
    }),
  },
  {
    id: 'SEED-252',
    breaks: ['PIN-30'],
    story: 'A read from a process that has exited succeeds, and brings zeros.',
    like: 'iopt_pages_rw_slow() that forgets the error of its reader',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        protected override rwPages(
          ...[start, bytes, write]: Parameters<IoptPages['rwPages']>
        ): ErrnoName | undefined {
          super.rwPages(start, bytes, write);
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-253',
    breaks: ['PIN-31'],
    story: 'A read or a write takes the memory that the caller has at the address.',
    like: 'copy_from_user() in iopt_pages_rw_access() whatever mm is current',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override readWrite(
          start: bigint,
          bytes: Uint8Array,
          options: RwOptions,
        ): ErrnoName | undefined {
          if (this.source.kind !== 'user') return super.readWrite(start, bytes, options);
          const address = this.source.start + start;
          const { memory } = options.task;
          if (options.write) return memory.copyToUser(address, bytes);
          const data = memory.copyFromUser(address, bytes.length);
          if (isErrno(data)) return data;
          bytes.set(data);
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-254',
    breaks: ['PIN-32'],
    story: 'An access that moves keeps its pins in the IOAS that it leaves.',
    like: 'iommufd_access_change_ioas() without the call of unmap()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override attach(ioasId: number): ErrnoName | undefined {
          this.silent = true;
          const error = super.attach(ioasId);
          this.silent = false;
          return error;
        }

        override detach(): void {
          if (!this.silent || !this.ioas) return super.detach();
          this.ioas.iopt.removeAccess(this);
          this.ioas.users--;
          this.ioas = undefined;
        }

        private silent = false;
      },
    }),
  },
  {
    id: 'SEED-255',
    breaks: ['PIN-33'],
    story: 'An access that moves to where it is drops its pins.',
    like: 'iommufd_access_change_ioas() without the look at the IOAS it has',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override attach(ioasId: number): ErrnoName | undefined {
          if (this.ioas?.id === ioasId) this.options.unmap?.({ first: 0n, last: ULONG_MAX });
          return super.attach(ioasId);
        }
      },
    }),
  },
  {
    id: 'SEED-256',
    breaks: ['PIN-35'],
    story: 'An access that is closed keeps its IOAS from being destroyed.',
    like: 'iommufd_access_destroy_object() without refcount_dec()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override destroy(): void {
          if (this.ioas) this.ioas.users++;
          super.destroy();
        }
      },
    }),
  },
  {
    id: 'SEED-257',
    breaks: ['PIN-14'],
    story: 'The last page of a mapping is pinned where all of it is mapped only.',
    like: 'iopt_area_last_index() from the length in pages',
    parts: ({ IoptArea }) => ({
      IoptArea: class extends IoptArea {
        override indexAt(iova: bigint): number {
          if (iova !== this.last) return super.indexAt(iova);
          const first = super.indexAt(this.first);
          return Math.max(first, first + Number((this.length >> PAGE_SHIFT) - 1n));
        }
      },
    }),
  },
);
