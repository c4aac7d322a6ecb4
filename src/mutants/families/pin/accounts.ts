import { mutants } from '#mutants/mutant.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { AccountMode } from '#reference/kernel/iommufd/accounting.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Pinned pages: what is charged, to whom, for how long. */
export const entries = mutants(
  {
    id: 'SEED-0242',
    breaks: ['PIN-05'],
    story: 'What a process with CAP_IPC_LOCK has pinned is not in its VmPin.',
    like: 'do_update_pinned() that ends early for IOPT_PAGES_ACCOUNT_NONE',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override charge(pages: bigint): ErrnoName | undefined {
          return this.mode === 'none' ? undefined : super.charge(pages);
        }

        override uncharge(pages: bigint): void {
          if (this.mode !== 'none') super.uncharge(pages);
        }
      },
  },
  {
    id: 'SEED-0243',
    breaks: ['PIN-03'],
    story: 'In mode 0 each process may pin as much as RLIMIT_MEMLOCK allows the user.',
    like: 'update_locked_vm() with a count of the mm',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          if (this.mode !== 'user') return super.lock(pages);
          if (this.memory.pinnedVm + pages > this.limit()) return 'ENOMEM';
          this.user.lockedVm += pages;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0244',
    breaks: ['PIN-04'],
    story: 'With the rlimit mode at 1 the limit holds, but VmLck does not grow.',
    like: 'update_mm_locked_vm() without the update',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
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
  },
  {
    id: 'SEED-0245',
    breaks: ['PIN-16'],
    story: 'What a process that has exited had pinned stays on the count of its user.',
    like: 'update_unpinned() that gives up without an mm',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override uncharge(pages: bigint): void {
          if (!this.memory.exited) super.uncharge(pages);
        }
      },
  },
  {
    id: 'SEED-0502',
    breaks: ['PIN-15', 'IOAS-MAP-41'],
    story: 'Pages that cannot be charged stay pinned.',
    like: 'a goto to the label after the unpin',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const fresh: number[] = [];
          const error = this.pinMissing(first, last, fresh);
          if (error) {
            this.drop(fresh);
            return error;
          }
          const refused = this.charge(fresh.length);
          for (let index = first; index <= last; index++) this.use(index, 1);
          return refused;
        }
      },
  },
  {
    id: 'SEED-0555',
    breaks: ['PIN-07'],
    story: 'A device gets pages beyond the limit that were mapped before it came.',
    like: 'accounting in map, and none in attach',
    bug: ({ iommufd }) => {
      let isAttaching = false;
      return [
        class extends iommufd.IoPagetable {
          protected override fillDomain(domain: IommuDomain): ErrnoName | undefined {
            isAttaching = true;
            const error = super.fillDomain(domain);
            isAttaching = false;
            return error;
          }
        },
        class extends iommufd.Accounting {
          protected override limit(): bigint {
            return isAttaching ? ULONG_MAX : super.limit();
          }
        },
      ];
    },
  },
  {
    id: 'SEED-0853',
    breaks: ['PIN-15', 'IOAS-MAP-29'],
    story: 'What a map had pinned before it came to memory that is not there stays charged.',
    like: 'do_update_pinned() for each batch, and an error path that only unpins',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override pinMissing(
          ...call: Parameters<IoptPages['pinMissing']>
        ): ErrnoName | undefined {
          const error = super.pinMissing(...call);
          const [first, last] = call;
          if (error === 'EFAULT' && this.accounting.mode === 'user' && last > first)
            this.accounting.user.lockedVm += 1n;
          return error;
        }
      },
  },
  {
    id: 'SEED-0854',
    breaks: ['PIN-01', 'PIN-15'],
    story: 'A map that exceeds the limit of the user is counted all the same.',
    like: 'atomic_long_add_return() that is compared with the limit afterwards',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        protected override lock(pages: bigint): ErrnoName | undefined {
          const error = super.lock(pages);
          if (error === 'ENOMEM' && this.mode === 'user') this.user.lockedVm += pages;
          return error;
        }
      },
  },
);
