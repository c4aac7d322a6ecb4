import { mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Accounting } from '#reference/kernel/iommufd/accounting.ts';
import { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_ioas_noiommu_get_pa } from '#uapi/iommufd/ioas.ts';
import {
  type iommu_option,
  type iommu_vfio_ioas,
  IOMMU_VFIO_IOAS_GET,
} from '#uapi/iommufd/objects.ts';

type OptionCommand = UserCommand<typeof iommu_option>;
type VfioIoasCommand = UserCommand<typeof iommu_vfio_ioas>;

/** IOMMU_OPTION, IOMMU_IOAS_CHANGE_PROCESS, IOMMU_VFIO_IOAS, IOMMU_IOAS_NOIOMMU_GET_PA. */
export const entries = mutants(
  {
    id: 'SEED-0074',
    breaks: ['OPT-06'],
    story: 'Any process may set the option RLIMIT_MODE.',
    like: 'iommufd_option_rlimit_mode() without capable(CAP_SYS_RESOURCE)',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        protected override rlimitMode(command: OptionCommand): bigint | ErrnoName {
          const result = super.rlimitMode(command);
          if (result !== 'EPERM') return result;
          const { val64 } = command.fields;
          return this.setRlimitMode(val64) ?? val64;
        }
      },
  },
  {
    id: 'SEED-0075',
    breaks: ['OPT-07'],
    story: 'The option RLIMIT_MODE is set while objects exist.',
    like: 'iommufd_option_rlimit_mode() without xa_empty()',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override get isEmpty(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-0076',
    breaks: ['OPT-08', 'OPT-13'],
    story: 'Any value but 0 switches an option on.',
    like: 'val64 taken as a truth value',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        protected override apply(command: OptionCommand): bigint | ErrnoName {
          const { val64 } = command.fields;
          return super.apply(mistaken(command, { val64: val64 === 0n ? 0n : 1n }));
        }
      },
  },
  {
    id: 'SEED-0077',
    breaks: ['OPT-14'],
    story: 'Huge pages cannot be switched off while there is a page table, even without mappings.',
    like: 'an || where iommufd_ioas_option_huge_pages() has an &&',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override disableLargePages(): ErrnoName | undefined {
          return this.largePages && this.domains.size > 0 ? 'EINVAL' : super.disableLargePages();
        }
      },
  },
  {
    id: 'SEED-0078',
    breaks: ['OPT-15'],
    story: 'Switching huge pages off twice fails where there are a page table and a mapping.',
    like: 'iopt_disable_large_pages() without the early return',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override disableLargePages(): ErrnoName | undefined {
          const inUse = this.domains.size > 0 && this.areas.size > 0;
          return inUse ? 'EINVAL' : super.disableLargePages();
        }
      },
  },
  {
    id: 'SEED-0079',
    breaks: ['OPT-16'],
    story: 'Huge pages are switched off whatever the mappings are aligned to.',
    like: 'iopt_calculate_iova_alignment() without iopt_check_iova_alignment()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        protected override checkAlignment(_alignment: bigint): undefined {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0080',
    breaks: ['OPT-18'],
    story: 'The alignment is not computed again when huge pages are switched on.',
    like: 'iopt_enable_large_pages() without iopt_calculate_iova_alignment()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override enableLargePages(): void {
          this.largePages = true;
        }
      },
  },
  {
    id: 'SEED-0081',
    breaks: ['OPT-20'],
    story: 'IOMMU_OPTION writes all of its struct back, with the object id at 0.',
    like: 'iommufd_ucmd_respond() in place of put_user()',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override option(command: OptionCommand): ErrnoName | undefined {
          return super.option(command) ?? command.putUser('object_id', 0);
        }
      },
  },
  {
    id: 'SEED-0082',
    breaks: ['OPT-30'],
    story: 'IOMMU_VFIO_IOAS_GET returns id 0 where none is set.',
    like: 'a NULL vfio_ioas that is not looked at',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override vfioIoas(command: VfioIoasCommand): ErrnoName | undefined {
          const error = super.vfioIoas(command);
          return error === 'ENODEV' ? command.respond({ ioas_id: 0 }) : error;
        }
      },
  },
  {
    id: 'SEED-0083',
    breaks: ['OPT-32'],
    story: 'IOMMU_VFIO_IOAS_SET does not replace the IOAS that is set.',
    like: 'iommufd_vfio_compat_ioas_create() that keeps what is there',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override vfioIoas(command: VfioIoasCommand): ErrnoName | undefined {
          const before = this.context.vfioIoas;
          const error = super.vfioIoas(command);
          if (this.context.vfioIoas) this.context.vfioIoas = before ?? this.context.vfioIoas;
          return error;
        }
      },
  },
  {
    id: 'SEED-0084',
    breaks: ['OPT-34'],
    story: 'The IOAS of IOMMU_VFIO_IOAS cannot be destroyed while it is set.',
    like: 'a reference that vfio_ioas does not have',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override vfioIoas(command: VfioIoasCommand): ErrnoName | undefined {
          const error = super.vfioIoas(command);
          const isSet = !error && command.fields.op !== IOMMU_VFIO_IOAS_GET;
          if (isSet && this.context.vfioIoas) this.context.vfioIoas.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0085',
    breaks: ['OPT-35'],
    story: 'IOMMU_IOAS_NOIOMMU_GET_PA asks for the capability only where there is an answer.',
    like: 'a check of CAP_SYS_RAWIO behind the lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.NoiommuCommands {
        override getPa(
          command: UserCommand<typeof iommu_ioas_noiommu_get_pa>,
        ): ErrnoName | undefined {
          const result = super.getPa(command);
          return result === 'EPERM' &&
            isErrno(this.context.objects.get(command.fields.ioas_id, Ioas))
            ? 'ENOENT'
            : result;
        }
      },
  },
  {
    id: 'SEED-0088',
    breaks: ['OPT-22'],
    story: 'IOMMU_IOAS_CHANGE_PROCESS looks for memory of the process in the first IOAS only.',
    like: 'a loop over the IOASs that ends too early',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        protected override everyPages(): Set<IoptPages> {
          const [first] = [...this.context.objects.all()].filter(
            (each) => each instanceof iommufd.Ioas,
          );
          return new Set([...(first?.iopt.areas.all() ?? [])].map(({ pages }) => pages));
        }
      },
  },
  {
    id: 'SEED-0089',
    breaks: ['OPT-24'],
    story: 'The pages that change their process stay charged to the one before as well.',
    like: 'vfio/type1: a charge that is added to the new mm and not taken from the old one',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override moveAccounting(accounting: Accounting): void {
          this.accounting = accounting;
        }
      },
  },
  {
    id: 'SEED-0090',
    breaks: ['OPT-24'],
    story:
      'Pages that were mapped with CAP_IPC_LOCK are charged to the process that takes them over.',
    like: 'iopt_charge_fault() without the account mode',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override movesTo(task: Task): boolean {
          return task.memory !== this.memory;
        }
      },
  },
  {
    id: 'SEED-0091',
    breaks: ['OPT-25'],
    story: 'A change of process that exceeds the limit of the new one has moved a part.',
    like: 'charges that are moved one by one without the way back',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        protected override movePages(task: Task, all: readonly IoptPages[]): ErrnoName | undefined {
          for (const pages of all) {
            const error = super.movePages(task, [pages]);
            if (error) return error;
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0092',
    breaks: ['OPT-23'],
    story: 'A change to the process that is charged already charges it once more.',
    like: 'iopt_change_process() without the comparison of the mm',
    bug: ({ iommufd }) =>
      class extends iommufd.Accounting {
        override movesTo(task: Task): boolean {
          if (this.mode !== 'none' && task.memory === this.memory) this.memory.pinnedVm++;
          return super.movesTo(task);
        }
      },
  },
  {
    id: 'SEED-0550',
    breaks: ['OPT-03'],
    story: 'What to do with an option is looked at before its IOAS is.',
    like: 'a switch over op at the top of the function',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override option(command: OptionCommand): ErrnoName | undefined {
          return command.fields.op > 1 ? 'EOPNOTSUPP' : super.option(command);
        }
      },
  },
  {
    id: 'SEED-0551',
    breaks: ['OPT-10'],
    story: 'The rlimit mode can be set as long as no object was ever made.',
    like: 'a look at the next id in place of the table',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        private wasUsed = false;

        protected override setRlimitMode(value: bigint): ErrnoName | undefined {
          this.wasUsed ||= !this.context.objects.isEmpty;
          return this.wasUsed ? 'EBUSY' : super.setRlimitMode(value);
        }
      },
  },
  {
    id: 'SEED-0656',
    breaks: ['OPT-39'],
    story: 'The contiguous length goes on into the next mapping.',
    like: 'iopt_get_phys() without iopt_area_last_iova()',
    bug: ({ iommufd }) =>
      class extends iommufd.NoiommuCommands {
        protected override limitOf(most: bigint): bigint {
          return most;
        }
      },
  },
  {
    id: 'SEED-0657',
    breaks: ['OPT-39'],
    story: 'The contiguous length counts what is mapped, wherever it is.',
    like: 'iopt_get_phys() that looks only whether next_paddr is there',
    bug: ({ iommufd }) =>
      class extends iommufd.NoiommuCommands {
        protected override contiguous(
          _physical: unknown,
          { limit }: { iova: bigint; address: bigint; limit: bigint },
        ): bigint {
          return limit;
        }
      },
  },
  {
    id: 'SEED-0852',
    breaks: ['OPT-25'],
    story:
      'A change of process that exceeds the limit gives back the charge of the first mapping alone.',
    like: 'iommufd_ioas_change_process() with an error path that leaves its loop',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        protected override movePages(task: Task, all: readonly IoptPages[]): ErrnoName | undefined {
          const error = super.movePages(task, all);
          if (!error) return undefined;
          const second = all.filter(({ accounting }) => accounting.movesTo(task))[1];
          if (second && all.length > 2) {
            const { Accounting } = this.context.kernel.parts.iommufd;
            new Accounting(task, second.accounting.mode).charge(second.pinnedPages);
          }
          return error;
        }
      },
  },
  {
    id: 'SEED-0897',
    breaks: ['OPT-25'],
    story: 'What was charged to the caller before the limit was reached stays charged.',
    like: 'charge_current() without its way out',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        protected override movePages(task: Task, all: readonly IoptPages[]): ErrnoName | undefined {
          const pinnedVm = task.memory.pinnedVm;
          const error = super.movePages(task, all);
          if (error && all.length > 1)
            task.memory.pinnedVm = pinnedVm + (all[0]?.pinnedPages ?? 0n);
          return error;
        }
      },
  },
);
