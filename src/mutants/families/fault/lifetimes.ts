import { mutants } from '#mutants/mutant.ts';
import type { PageRequestGroup } from '#reference/kernel/iommu/io-pgfault.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type Copy = (messages: Uint8Array) => ErrnoName | undefined;

/** Page faults: the file, the queue or the device goes before its turn. */
export const entries = mutants(
  {
    id: 'BUG-022',
    breaks: ['FAULT-32'],
    story: 'The first close of a duplicate drops the reference to the queue.',
    like: 'iommufd: Fix event queue release use-after-free',
    bug: ({ fs, iommufd }) =>
      class extends fs.OpenFile {
        private isLeft = false;

        override put(): void {
          if (this.operations instanceof iommufd.FaultFile && this.references > 1 && !this.isLeft) {
            this.isLeft = true;
            this.operations.release();
          }
          super.put();
        }
      },
  },
  {
    id: 'BUG-043',
    breaks: ['FAULT-24', 'FAULT-25'],
    story: 'A fault that was read and not answered keeps its queue from being destroyed.',
    like: 'iommufd/fault: Destroy response and mutex in iommufd_fault_destroy()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override take(copy: Copy): ErrnoName | undefined {
          const error = super.take(copy);
          if (!error) this.users++;
          return error;
        }

        override respond(cookie: number, code: number): ErrnoName | undefined {
          const error = super.respond(cookie, code);
          if (!error) this.users--;
          return error;
        }
      },
  },
  {
    id: 'BUG-046',
    breaks: ['FAULT-22', 'FAULT-23', 'FAULT-26'],
    story: 'The faults of a device that has left can still be read and answered.',
    like: 'iommu/iommufd: Fix IOPF group ownership UAF',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override refuseAllOf(): void {}
      },
  },
  {
    id: 'BUG-048',
    breaks: ['FAULT-14', 'FAULT-22'],
    story: 'The faults of a device that leaves are answered, and their cookies never freed.',
    like: 'iommu: Fix potential memory leak in iopf_queue_remove_device()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        private isLeaving = false;

        protected override refuse(isMeant: (group: PageRequestGroup) => boolean): void {
          this.isLeaving = true;
          super.refuse(isMeant);
          this.isLeaving = false;
        }

        protected override forget(cookie: number): void {
          if (this.isLeaving) this.delivered.delete(cookie);
          else super.forget(cookie);
        }
      },
  },
  {
    id: 'SEED-0344',
    breaks: ['FAULT-22', 'FAULT-26'],
    story: 'A device that leaves takes the faults of all others along.',
    like: 'iommufd_auto_response_faults() without the comparison of handles',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override refuseAllOf(): void {
          this.refuse(() => true);
        }
      },
  },
  {
    id: 'SEED-0570',
    breaks: ['FAULT-26'],
    story: 'A device that leaves takes the requests of all devices along.',
    like: 'iommufd_auto_response_faults() that empties the queue',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override refuseAllOf(): void {
          this.refuse(() => true);
        }
      },
  },
  {
    id: 'SEED-0573',
    breaks: ['FAULT-03'],
    story: 'A fault queue without a file descriptor keeps its id.',
    like: 'an error path without iommufd_object_abort_and_destroy()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultCommands {
        override alloc(
          ...[command]: Parameters<InstanceType<typeof iommufd.FaultCommands>['alloc']>
        ): ErrnoName | undefined {
          const error = super.alloc(command);
          if (error === 'EMFILE') this.context.objects.reserve();
          return error;
        }
      },
  },
  {
    id: 'SEED-0583',
    breaks: ['FAULT-27'],
    story: 'A device whose page table has no fault queue waits for ever.',
    like: 'a failed iopf_get_dev_fault_param() without a response',
    bug: ({ selftest }) =>
      class extends selftest.PageRequestTests {
        override trigger(
          ...[command]: Parameters<InstanceType<typeof selftest.PageRequestTests>['trigger']>
        ): ErrnoName | undefined {
          const error = super.trigger(command);
          const { dev_id } = command.fields.operation.trigger_iopf;
          const [device] = [...this.context.objects.all()].filter(({ id }) => id === dev_id);
          const hwpt =
            device && 'hwpt' in device ? (device.hwpt as HwPagetable | undefined) : undefined;
          return error ?? (hwpt && !hwpt.fault ? 'EOPNOTSUPP' : undefined);
        }
      },
  },
);
