import { mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Invalidated } from '#reference/kernel/iommu/domain.ts';
import type { UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { InvalidateCommands } from '#reference/kernel/iommufd/invalidate.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Viommu } from '#reference/kernel/iommufd/viommu.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hwpt_invalidate } from '#uapi/iommufd/hwpt.ts';
import {
  iommu_hwpt_invalidate_selftest,
  iommu_viommu_invalidate_selftest,
} from '#uapi/iommufd/selftest.ts';

type OnViommu = Parameters<InvalidateCommands['onViommu']>;
type Invalidate = UserCommand<typeof iommu_hwpt_invalidate>;

/** IOMMU_HWPT_INVALIDATE: what is the same for every driver. */
export const entries = mutants(
  {
    id: 'BUG-034',
    breaks: ['INV-05'],
    story: 'Where the driver cannot invalidate anything the call succeeds.',
    like: 'iommufd: Require drivers to supply the cache_invalidate_user ops',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override onViommu(command: Invalidate, viommu: Viommu): Invalidated {
          const result = super.onViommu(command, viommu);
          const isMissing = result.error === 'EOPNOTSUPP' && result.done === 0;
          return isMissing ? { done: command.fields.entry_num } : result;
        }
      },
  },
  {
    id: 'BUG-035',
    breaks: ['INV-02'],
    story: 'There is no bound to the number and the length of entries.',
    like: 'iommufd: Set upper bounds on cache invalidation entry_num and entry_len',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          const { entry_num, entry_len } = command.fields;
          const seen = { entry_num: Math.min(entry_num, 1), entry_len: Math.min(entry_len, 1) };
          return super.check(mistaken(command, seen));
        }
      },
  },
  {
    id: 'SEED-0140',
    breaks: ['INV-10'],
    story: 'A wrong entry undoes the entries before it.',
    like: 'a driver that validates the whole array first',
    bug: ({ iommu }) =>
      class extends iommu.MockNestedDomain {
        override invalidate(array: UserDataArray): Invalidated {
          const before = this.iotlb.slice();
          const { done, error } = super.invalidate(array);
          if (!error) return { done };
          this.iotlb.set(before);
          return { done: 0, error };
        }
      },
  },
  {
    id: 'SEED-0141',
    breaks: ['INV-01', 'INV-02'],
    story: 'A call with wrong fields leaves entry_num as it was.',
    like: 'iommufd_hwpt_invalidate() that returns in place of goto out',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        override invalidate(command: Invalidate): ErrnoName | undefined {
          return this.check(command) ?? super.invalidate(command);
        }
      },
  },
  {
    id: 'SEED-0142',
    breaks: ['INV-13'],
    story: 'A call whose struct cannot be written does nothing.',
    like: 'iommufd_ucmd_respond() before the driver is called',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        override invalidate(command: Invalidate): ErrnoName | undefined {
          return command.respond({}) ?? super.invalidate(command);
        }
      },
  },
  {
    id: 'SEED-0143',
    breaks: ['INV-07'],
    story: 'A call without entries succeeds for every type.',
    like: 'iommufd_hwpt_invalidate() that returns early if entry_num is 0',
    bug: ({ iommu }) =>
      class extends iommu.MockNestedDomain {
        override invalidate(array: UserDataArray): Invalidated {
          return array.entries === 0 ? { done: 0 } : super.invalidate(array);
        }
      },
  },
  {
    id: 'SEED-0144',
    breaks: ['INV-06'],
    story: 'A call without entries needs an address and a length.',
    like: 'iommufd_hwpt_invalidate() without cmd->entry_num && in its test',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          const entry_num = Math.max(command.fields.entry_num, 1);
          return super.check(mistaken(command, { entry_num }));
        }
      },
  },
  {
    id: 'SEED-0145',
    breaks: ['INV-04'],
    story: 'An object that is no nested page table does not exist for the call.',
    like: 'iommufd_get_hwpt_nested(), which looks an object of one type up',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override execute(command: Invalidate): Invalidated {
          const { done, error } = super.execute(command);
          const { data_type } = command.fields;
          const isForeign = error === 'EINVAL' && done === 0 && data_type !== 0;
          return isForeign ? { done, error: 'ENOENT' } : { done, error };
        }
      },
  },
  {
    id: 'SEED-0146',
    breaks: ['INV-12'],
    story: 'Entries are copied as a whole before the first one takes effect.',
    like: 'iommu_copy_struct_from_full_user_array() for a nested page table',
    bug: ({ iommu }) =>
      class extends iommu.MockNestedDomain {
        override invalidate(array: UserDataArray): Invalidated {
          const before = this.iotlb.slice();
          const answer = super.invalidate(array);
          if (answer.error !== 'EFAULT') return answer;
          this.iotlb.set(before);
          return { done: 0, error: 'EFAULT' };
        }
      },
  },
  {
    id: 'SEED-0147',
    breaks: ['INV-09'],
    story: 'Entries that are longer than those that the kernel knows are cut.',
    like: 'copy_from_user() of min(entry_len, sizeof(inv))',
    bug: ({ iommu }) =>
      class extends iommu.MockNestedDomain {
        protected override invalidateEntry(
          array: UserDataArray,
          index: number,
        ): ErrnoName | undefined {
          const address = array.address + BigInt(index * array.entryLength);
          const entryLength = Math.min(array.entryLength, iommu_hwpt_invalidate_selftest.size);
          return super.invalidateEntry({ ...array, address, entryLength }, 0);
        }
      },
  },
  {
    id: 'SEED-0148',
    breaks: ['INV-11'],
    story: 'Every invalidation drops the whole IOTLB.',
    like: 'a driver that flushes everything to be on the safe side',
    bug: ({ iommu }) =>
      class extends iommu.MockNestedDomain {
        override invalidate(array: UserDataArray): Invalidated {
          const answer = super.invalidate(array);
          if (answer.done > 0) this.iotlb.fill(0);
          return answer;
        }
      },
  },
  {
    id: 'SEED-0161',
    breaks: ['INV-12'],
    story: 'A vIOMMU copies each entry when its turn comes.',
    like: 'iommu_copy_struct_from_user_array() for a vIOMMU',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override invalidate(array: UserDataArray): Invalidated {
          for (let done = 0; done < array.entries; done++) {
            const address = array.address + BigInt(done * array.entryLength);
            const { error } = super.invalidate({ ...array, address, entries: 1 });
            if (error) return { done, error };
          }
          const { error } = super.invalidate({ ...array, entries: 0 });
          return { done: array.entries, error };
        }
      },
  },
  {
    id: 'SEED-0162',
    breaks: ['INV-15'],
    story: 'What a vIOMMU does not know at the end of an entry is ignored.',
    like: 'copy_from_user() in place of copy_struct_from_user()',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override invalidate(array: UserDataArray): Invalidated {
          const known = iommu_viommu_invalidate_selftest.size;
          if (array.entries !== 1) return super.invalidate(array);
          return super.invalidate({ ...array, entryLength: Math.min(array.entryLength, known) });
        }
      },
  },
  {
    id: 'SEED-0562',
    breaks: ['INV-06'],
    story: 'An array without entries must have an address.',
    like: 'a check of the pointer before that of the count',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          return super.check(command) ?? (command.fields.data_uptr === 0n ? 'EINVAL' : undefined);
        }
      },
  },
  {
    id: 'SEED-0563',
    breaks: ['INV-03', 'INV-02'],
    story: 'The array of an invalidation is looked at when its page table has been found.',
    like: 'a check behind a lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override check(command: Invalidate): ErrnoName | undefined {
          const error = super.check(command);
          const { hwpt_id, __reserved } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === hwpt_id);
          return found || __reserved ? error : undefined;
        }
      },
  },
  {
    id: 'SEED-0739',
    breaks: ['INV-05'],
    story: 'A nested page table says that it was invalidated.',
    like: 'cache_invalidate_user() that does nothing',
    bug: ({ arm }) =>
      class extends arm.SmmuNestedDomain {
        invalidate({ entries }: UserDataArray): Invalidated {
          return { done: entries };
        }
      },
  },
  {
    id: 'SEED-0771',
    breaks: ['INV-05'],
    story: 'An invalidation that nobody does counts as done.',
    like: 'return 0 where there is no cache_invalidate()',
    bug: ({ iommufd }) =>
      class extends iommufd.InvalidateCommands {
        protected override onViommu(...[command, viommu]: OnViommu): Invalidated {
          const invalidated = super.onViommu(command, viommu);
          if (invalidated.error !== 'EOPNOTSUPP' || invalidated.done > 0) return invalidated;
          return { done: command.fields.entry_num };
        }
      },
  },
);
