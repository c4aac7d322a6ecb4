import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import { type ErrnoName, failure } from '#uapi/errno.ts';

/** Page faults: what a write answers. */
export const entries = mutants(
  {
    id: 'BUG-042',
    breaks: ['FAULT-21'],
    story: 'A write returns the number of bytes that it could not read.',
    like: 'iommufd: Fix return value of iommufd_fault_fops_write()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override write(transfer: Transfer): number {
          const result = super.write(transfer);
          return result === failure('EFAULT') ? 8 : result;
        }
      },
  },
  {
    id: 'SEED-0340',
    breaks: ['FAULT-14'],
    story: 'The cookie of an answer is not given out again.',
    like: 'xa_alloc_cyclic() in place of xa_alloc()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        protected override forget(cookie: number): void {
          this.delivered.delete(cookie);
        }
      },
  },
  {
    id: 'SEED-0341',
    breaks: ['FAULT-18'],
    story: 'An answer with a bad code uses up its cookie.',
    like: 'the code looked at after the cookie was taken',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override respond(cookie: number, code: number): ErrnoName | undefined {
          const error = super.respond(cookie, code);
          if (error && this.delivered.has(cookie)) this.forget(cookie);
          return error;
        }
      },
  },
  {
    id: 'SEED-0345',
    breaks: ['FAULT-20', 'FAULT-21'],
    story: 'A write with a bad answer fails, whatever was answered before it.',
    like: 'an errno in place of the bytes that were done',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override write(transfer: Transfer): number {
          const result = super.write(transfer);
          return result >= 0 && result < transfer.length ? failure('EINVAL') : result;
        }
      },
  },
  {
    id: 'SEED-0565',
    breaks: ['FAULT-17', 'FAULT-19'],
    story: 'A page request can be answered as often as one likes.',
    like: 'xa_load() in place of xa_erase()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        protected override forget(): void {}
      },
  },
  {
    id: 'SEED-0567',
    breaks: ['FAULT-20'],
    story: 'Of answers in one write those behind a wrong one count as well.',
    like: 'a continue in the loop over responses',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override write(transfer: Transfer): number {
          const done = super.write(transfer);
          const next = (done > 0 ? done : 0) + 8;
          if (done >= transfer.length || next >= transfer.length || transfer.length % 8)
            return done;
          const address = transfer.address + BigInt(next);
          super.write({ ...transfer, address, length: transfer.length - next });
          return done;
        }
      },
  },
  {
    id: 'SEED-0572',
    breaks: ['FAULT-18'],
    story: 'The cookie of an answer is looked up before its code is looked at, and is used up.',
    like: 'xa_erase() before the switch over the code',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override respond(cookie: number, code: number): ErrnoName | undefined {
          const error = super.respond(cookie, code);
          if (error && this.delivered.has(cookie)) this.forget(cookie);
          return error;
        }
      },
  },
);
