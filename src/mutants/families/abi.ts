import { mutants } from '#mutants/mutant.ts';
import type { CommandRow, Dispatcher } from '#reference/kernel/iommufd/dispatcher.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Struct, Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_fault_alloc } from '#uapi/iommufd/fault.ts';
import type { iommu_ioas_iova_ranges, iommu_ioas_map } from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY, type iommu_option } from '#uapi/iommufd/objects.ts';

type CopyCall = Parameters<Dispatcher['copyStruct']>;
type RangesCommand = UserCommand<typeof iommu_ioas_iova_ranges>;
type OptionCommand = UserCommand<typeof iommu_option>;

/** The frame of every command. */
export const entries = mutants(
  {
    id: 'BUG-020',
    breaks: ['ABI-14'],
    story:
      'A fault queue whose ids cannot be told to the process leaves its file descriptor taken.',
    like: 'iommufd: Fix race during abort for file descriptors',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultCommands {
        override alloc(command: UserCommand<typeof iommu_fault_alloc>): ErrnoName | undefined {
          const { files, limits } = command.task;
          const error = super.alloc(command);
          if (error === 'EFAULT') files.reserve(limits.nofile);
          return error;
        }
      },
  },
  {
    id: 'BUG-195',
    breaks: ['ABI-09'],
    story: 'IOMMU_IOAS_COPY and IOMMU_OPTION accept bytes behind their struct that are not zero.',
    like: 'iommufd: Add three missing structures in ucmd_buffer',
    bug: ({ iommufd }) =>
      class extends iommufd.Dispatcher {
        protected override copyStruct(...call: CopyCall): Uint8Array | ErrnoName {
          const [task, address, command] = call;
          const bytes = super.copyStruct(...call);
          const forgotten = ['IOMMU_IOAS_COPY', 'IOMMU_OPTION'].includes(command.name);
          if (bytes !== 'E2BIG' || !forgotten) return bytes;
          return task.memory.copyFromUser(address, command.struct.size);
        }
      },
  },
  {
    id: 'SEED-0002',
    breaks: ['ABI-02'],
    story: 'A command is recognised by its number alone, under any type, direction and size.',
    like: 'a dispatcher that looks at _IOC_NR() only',
    bug: ({ iommufd }) =>
      class extends iommufd.Dispatcher {
        protected override find(request: number): CommandRow | undefined {
          return super.find((IOMMU_DESTROY.request & ~0xff) | (request & 0xff));
        }
      },
  },
  {
    id: 'SEED-0003',
    breaks: ['ABI-12'],
    story:
      'A command writes back all of its struct, also where the struct of the process is shorter.',
    like: 'copy_to_user() of sizeof(cmd) in place of min(user_size, kernel_size)',
    bug: ({ iommufd }) =>
      class<S extends Struct> extends iommufd.UserCommand<S> {
        protected override get copiedBack(): number {
          return this.struct.size;
        }
      },
  },
  {
    id: 'SEED-0004',
    breaks: ['ABI-13'],
    story: 'A command corrects the size field to the size that the kernel knows.',
    like: 'a kernel that tells its own struct size as perf_event_open() does',
    bug: ({ iommufd }) =>
      class<S extends Struct> extends iommufd.UserCommand<S> {
        override respond(changed: Partial<Value<S>>): ErrnoName | undefined {
          return super.respond({ ...changed, size: this.struct.size });
        }
      },
  },
  {
    id: 'SEED-0005',
    breaks: ['ABI-07'],
    story: 'Fields that a short struct lacks are read from what lies behind it.',
    like: 'copy_from_user() of sizeof(cmd) whatever size the caller said',
    bug: ({ iommufd }) =>
      class extends iommufd.Dispatcher {
        protected override copyStruct(...call: CopyCall): Uint8Array | ErrnoName {
          const [task, address, command] = call;
          const bytes = super.copyStruct(...call);
          if (typeof bytes === 'string') return bytes;
          const all = task.memory.copyFromUser(address, command.struct.size);
          return typeof all === 'string' ? bytes : all;
        }
      },
  },
  {
    id: 'SEED-0006',
    breaks: ['ABI-14', 'OBJ-33'],
    story: 'The id that a failed command had reserved is never free again.',
    like: 'iommufd_object_abort() without xa_erase()',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override abort(id: number): void {
          super.abort(id);
          super.reserve();
        }
      },
  },
  {
    id: 'SEED-0007',
    breaks: ['ABI-20'],
    story: 'A map that fails writes its struct back all the same, with an IOVA of 0.',
    like: 'respond() before the error is looked at',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override map(command: UserCommand<typeof iommu_ioas_map>): ErrnoName | undefined {
          const error = super.map(command);
          if (error) command.respond({ iova: 0n });
          return error;
        }
      },
  },
  {
    id: 'SEED-0008',
    breaks: ['ABI-28', 'IOAS-MAP-01'],
    story: 'A map looks its IOAS up before it looks at its flags.',
    like: 'checks in the order in which the fields stand in the struct',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override map(command: UserCommand<typeof iommu_ioas_map>): ErrnoName | undefined {
          const ioas = this.ioas(command.fields.ioas_id);
          return ioas === 'ENOENT' ? ioas : super.map(command);
        }
      },
  },
  {
    id: 'SEED-0895',
    breaks: ['ABI-31'],
    story: 'The number of ranges of usable IOVAs that cannot be told is taken for told.',
    like: 'iommufd_ioas_iova_ranges() that drops what iommufd_ucmd_respond() returns',
    bug: ({ iommufd }) =>
      class extends iommufd.IoasCommands {
        override iovaRanges(command: RangesCommand): ErrnoName | undefined {
          return super.iovaRanges(withoutEcho(command));
        }
      },
  },
  {
    id: 'SEED-0896',
    breaks: ['ABI-31'],
    story: 'An option that cannot be told is taken for told.',
    like: 'iommufd_option() that drops what copy_to_user() returns',
    bug: ({ iommufd }) =>
      class extends iommufd.OptionCommands {
        override option(command: OptionCommand): ErrnoName | undefined {
          return super.option(withoutEcho(command));
        }
      },
  },
);

/** A command whose answer always arrives, as far as the kernel notices. */
function withoutEcho<S extends Struct>(command: UserCommand<S>): UserCommand<S> {
  const respond: UserCommand<S>['respond'] = (answer) => {
    command.respond(answer);
    return undefined;
  };
  const putUser: UserCommand<S>['putUser'] = (...field) => {
    command.putUser(...field);
    return undefined;
  };
  const changed = { respond: { value: respond }, putUser: { value: putUser } };
  return Object.create(command, changed) as UserCommand<S>;
}
