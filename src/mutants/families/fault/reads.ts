import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { PageRequest, PageRequestGroup } from '#reference/kernel/iommu/io-pgfault.ts';
import { type ErrnoName, failure } from '#uapi/errno.ts';
import { POLLIN, POLLOUT, POLLRDNORM } from '#uapi/poll.ts';

type Copy = (messages: Uint8Array) => ErrnoName | undefined;

/** Bytes of a message, and where its reserved word is. */
const [MESSAGE, RESERVED] = [40, 20];

/** Page faults: what a read returns. */
export const entries = mutants(
  {
    id: 'BUG-038',
    breaks: ['FAULT-12'],
    story: 'A read that cannot copy keeps the list of faults locked: the next fault is not queued.',
    like: 'iommufd/fault: Use a separate spinlock to protect fault->deliver list',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        private isLocked = false;

        override deliver(group: PageRequestGroup): void {
          if (!this.isLocked) super.deliver(group);
          this.isLocked = false;
        }

        override take(copy: Copy): ErrnoName | undefined {
          const error = super.take(copy);
          this.isLocked = error !== undefined;
          return error;
        }
      },
  },
  {
    id: 'BUG-039',
    breaks: ['FAULT-12', 'FAULT-13'],
    story: 'A group that could not be copied counts as read.',
    like: 'iommufd: Avoid partial fault group delivery in iommufd_fault_fops_read()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override take(copy: Copy): ErrnoName | undefined {
          const error = super.take(copy);
          if (error) this.dropNext();
          return error;
        }
      },
  },
  {
    id: 'BUG-041',
    breaks: ['FAULT-06'],
    story: 'A read that is too short for the first group returns 0.',
    like: 'iommufd: Reject invalid read count in iommufd_fault_fops_read()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          return result === failure('EINVAL') ? 0 : result;
        }
      },
  },
  {
    id: 'BUG-044',
    breaks: ['FAULT-08'],
    story: 'The reserved word of a page request is whatever the stack held.',
    like: 'iommufd: Fix struct iommu_hwpt_pgfault init and padding',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override take(copy: Copy): ErrnoName | undefined {
          return super.take((messages) => {
            for (let at = RESERVED; at < messages.length; at += MESSAGE) messages[at] = 0xa5;
            return copy(messages);
          });
        }
      },
  },
  {
    id: 'BUG-047',
    breaks: ['FAULT-09'],
    story: 'A request that is not the last of its group goes to the process at once.',
    like: 'iommu: Restore lost return in iommu_report_device_fault()',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override report(request: PageRequest): void {
          super.report({ ...request, isLast: true });
        }
      },
  },
  {
    id: 'BUG-200',
    breaks: ['FAULT-07'],
    story: 'A queue is ready for reading as soon as it had a fault, read or not.',
    like: 'a poll that does not follow what the queue holds',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        private had = false;

        override poll(): number {
          this.had ||= !this.queue.isEmpty;
          return this.had ? POLLOUT | POLLIN | POLLRDNORM : super.poll();
        }
      },
  },
  {
    id: 'SEED-0342',
    breaks: ['FAULT-05', 'FAULT-15'],
    story: 'Reads and writes of an odd number of bytes are rounded down.',
    like: 'a read that takes what fits',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          return super.read({ ...transfer, length: transfer.length - (transfer.length % 40) });
        }

        override write(transfer: Transfer): number {
          return super.write({ ...transfer, length: transfer.length - (transfer.length % 8) });
        }
      },
  },
  {
    id: 'SEED-0343',
    breaks: ['FAULT-11'],
    story: 'The fault that came last is read first.',
    like: 'list_add() in place of list_add_tail()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override deliver(group: PageRequestGroup): void {
          this.undelivered.set(-this.arrivals++, group);
        }
      },
  },
  {
    id: 'SEED-0566',
    breaks: ['FAULT-11', 'FAULT-13'],
    story: 'A read gives one group, however many fit.',
    like: 'a return in the loop over groups',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          const size = (this.queue.next()?.requests.length ?? 0) * MESSAGE;
          const length = size > 0 && size < transfer.length ? size : transfer.length;
          return transfer.length % MESSAGE
            ? super.read(transfer)
            : super.read({ ...transfer, length });
        }
      },
  },
  {
    id: 'SEED-0568',
    breaks: ['FAULT-06', 'FAULT-04'],
    story: 'A read of no bytes is 0, also where a request waits.',
    like: 'a check of the count at the top of read()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          return transfer.length === 0 ? 0 : super.read(transfer);
        }
      },
  },
  {
    id: 'SEED-0569',
    breaks: ['FAULT-05'],
    story: 'A read of some bytes more than a message gives the message.',
    like: 'a count that is rounded down',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          const rest = transfer.length % MESSAGE;
          const length = transfer.length > MESSAGE ? transfer.length - rest : transfer.length;
          return super.read({ ...transfer, length });
        }
      },
  },
  {
    id: 'SEED-0689',
    breaks: ['FAULT-10'],
    story: 'A group that does not fit into the first read is lost.',
    like: 'iommufd_fault_deliver_fetch() without iommufd_fault_deliver_restore()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          if (result === failure('EINVAL')) this.queue.take(() => undefined);
          return result;
        }
      },
  },
);
