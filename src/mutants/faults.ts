import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { PageRequestGroup } from '#reference/kernel/iommu/io-pgfault.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { POLLIN, POLLOUT, POLLRDNORM } from '#uapi/poll.ts';

import { mutants } from './mutant.ts';

type Copy = (messages: Uint8Array) => ErrnoName | undefined;

/** Fault queues: features/iommufd/{fault-queue,page-requests,page-request-users}.feature. */
export const faults = mutants(
  {
    id: 'BUG-022',
    breaks: ['FAULT-32'],
    story: 'The first close of a duplicate drops the reference to the queue.',
    like: 'iommufd: Fix event queue release use-after-free',
    parts: ({ OpenFile, FaultFile }) => ({
      OpenFile: class extends OpenFile {
        private isLeft = false;

        override put(): void {
          if (this.operations instanceof FaultFile && this.references > 1 && !this.isLeft) {
            this.isLeft = true;
            this.operations.release();
          }
          super.put();
        }
      },
    }),
  },
  {
    id: 'BUG-038',
    breaks: ['FAULT-12'],
    story: 'A read that cannot copy keeps the list of faults locked: the next fault is not queued.',
    like: 'iommufd/fault: Use a separate spinlock to protect fault->deliver list',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
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
    }),
  },
  {
    id: 'BUG-039',
    breaks: ['FAULT-12', 'FAULT-13'],
    story: 'A group that could not be copied counts as read.',
    like: 'iommufd: Avoid partial fault group delivery in iommufd_fault_fops_read()',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        override take(copy: Copy): ErrnoName | undefined {
          const error = super.take(copy);
          if (error) this.dropNext();
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-041',
    breaks: ['FAULT-06'],
    story: 'A read that is too short for the first group returns 0.',
    like: 'iommufd: Reject invalid read count in iommufd_fault_fops_read()',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          return result === failure('EINVAL') ? 0 : result;
        }
      },
    }),
  },
  {
    id: 'BUG-042',
    breaks: ['FAULT-21'],
    story: 'A write returns the number of bytes that it could not read.',
    like: 'iommufd: Fix return value of iommufd_fault_fops_write()',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override write(transfer: Transfer): number {
          const result = super.write(transfer);
          return result === failure('EFAULT') ? 8 : result;
        }
      },
    }),
  },
  {
    id: 'BUG-043',
    breaks: ['FAULT-24', 'FAULT-25'],
    story: 'A fault that was read and not answered keeps its queue from being destroyed.',
    like: 'iommufd/fault: Destroy response and mutex in iommufd_fault_destroy()',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
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
    }),
  },
  {
    id: 'BUG-046',
    breaks: ['FAULT-22', 'FAULT-23', 'FAULT-26'],
    story: 'The faults of a device that has left can still be read and answered.',
    like: 'iommu/iommufd: Fix IOPF group ownership UAF',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        override refuseAllOf(): void {}
      },
    }),
  },
  {
    id: 'BUG-048',
    breaks: ['FAULT-14', 'FAULT-22'],
    story: 'The faults of a device that leaves are answered, and their cookies never freed.',
    like: 'iommu: Fix potential memory leak in iopf_queue_remove_device()',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
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
    }),
  },
  {
    id: 'BUG-200',
    breaks: ['FAULT-07'],
    story: 'A queue is ready for reading as soon as it had a fault, read or not.',
    like: 'a poll that does not follow what the queue holds',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        private had = false;

        override poll(): number {
          this.had ||= !this.queue.isEmpty;
          return this.had ? POLLOUT | POLLIN | POLLRDNORM : super.poll();
        }
      },
    }),
  },
  {
    id: 'SEED-340',
    breaks: ['FAULT-14'],
    story: 'The cookie of an answer is not given out again.',
    like: 'xa_alloc_cyclic() in place of xa_alloc()',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        protected override forget(cookie: number): void {
          this.delivered.delete(cookie);
        }
      },
    }),
  },
  {
    id: 'SEED-341',
    breaks: ['FAULT-18'],
    story: 'An answer with a bad code uses up its cookie.',
    like: 'the code looked at after the cookie was taken',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        override respond(cookie: number, code: number): ErrnoName | undefined {
          const error = super.respond(cookie, code);
          if (error && this.delivered.has(cookie)) this.forget(cookie);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-342',
    breaks: ['FAULT-05', 'FAULT-15'],
    story: 'Reads and writes of an odd number of bytes are rounded down.',
    like: 'a read that takes what fits',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          return super.read({ ...transfer, length: transfer.length - (transfer.length % 40) });
        }

        override write(transfer: Transfer): number {
          return super.write({ ...transfer, length: transfer.length - (transfer.length % 8) });
        }
      },
    }),
  },
  {
    id: 'SEED-343',
    breaks: ['FAULT-11'],
    story: 'The fault that came last is read first.',
    like: 'list_add() in place of list_add_tail()',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        override deliver(group: PageRequestGroup): void {
          this.undelivered.set(-this.arrivals++, group);
        }
      },
    }),
  },
  {
    id: 'SEED-344',
    breaks: ['FAULT-22', 'FAULT-26'],
    story: 'A device that leaves takes the faults of all others along.',
    like: 'iommufd_auto_response_faults() without the comparison of handles',
    parts: ({ FaultQueue }) => ({
      FaultQueue: class extends FaultQueue {
        override refuseAllOf(): void {
          this.refuse(() => true);
        }
      },
    }),
  },
  {
    id: 'SEED-345',
    breaks: ['FAULT-20', 'FAULT-21'],
    story: 'A write with a bad answer fails, whatever was answered before it.',
    like: 'an errno in place of the bytes that were done',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override write(transfer: Transfer): number {
          const result = super.write(transfer);
          return result >= 0 && result < transfer.length ? failure('EINVAL') : result;
        }
      },
    }),
  },
);
