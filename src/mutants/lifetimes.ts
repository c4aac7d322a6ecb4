import type { DirtyVisit, IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { AttachStep, AttachUndo } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** Bytes of a message, and where its reserved word is. */
const MESSAGE = 40;
const RESERVED = 20;

type CopyMessages = (messages: Uint8Array) => ErrnoName | undefined;

/** What is left of a thing when it goes, and what goes too early: page requests, dirty bits, pins, page tables. */
export const lifetimes = mutants(
  {
    id: 'BUG-044',
    breaks: ['FAULT-08'],
    story: 'The reserved word of a page request is whatever the stack held.',
    like: 'iommufd: Fix struct iommu_hwpt_pgfault init and padding',
    parts: ({ FaultQueue: Original }) => ({
      FaultQueue: class extends Original {
        override take(copy: CopyMessages): ErrnoName | undefined {
          return super.take((messages) => {
            for (let at = RESERVED; at < messages.length; at += MESSAGE) messages[at] = 0xa5;
            return copy(messages);
          });
        }
      },
    }),
  },
  {
    id: 'SEED-565',
    breaks: ['FAULT-17', 'FAULT-19'],
    story: 'A page request can be answered as often as one likes.',
    like: 'xa_load() in place of xa_erase()',
    parts: ({ FaultQueue: Original }) => ({
      FaultQueue: class extends Original {
        protected override forget(): void {}
      },
    }),
  },
  {
    id: 'SEED-566',
    breaks: ['FAULT-11', 'FAULT-13'],
    story: 'A read gives one group, however many fit.',
    like: 'a return in the loop over groups',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          const size = (this.queue.next()?.requests.length ?? 0) * MESSAGE;
          const length = size > 0 && size < transfer.length ? size : transfer.length;
          return transfer.length % MESSAGE
            ? super.read(transfer)
            : super.read({ ...transfer, length });
        }
      },
    }),
  },
  {
    id: 'SEED-567',
    breaks: ['FAULT-20'],
    story: 'Of answers in one write those behind a wrong one count as well.',
    like: 'a continue in the loop over responses',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
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
    }),
  },
  {
    id: 'SEED-568',
    breaks: ['FAULT-06', 'FAULT-04'],
    story: 'A read of no bytes is 0, also where a request waits.',
    like: 'a check of the count at the top of read()',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          return transfer.length === 0 ? 0 : super.read(transfer);
        }
      },
    }),
  },
  {
    id: 'SEED-569',
    breaks: ['FAULT-05'],
    story: 'A read of some bytes more than a message gives the message.',
    like: 'a count that is rounded down',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        override read(transfer: Transfer): number {
          const rest = transfer.length % MESSAGE;
          const length = transfer.length > MESSAGE ? transfer.length - rest : transfer.length;
          return super.read({ ...transfer, length });
        }
      },
    }),
  },
  {
    id: 'SEED-570',
    breaks: ['FAULT-26'],
    story: 'A device that leaves takes the requests of all devices along.',
    like: 'iommufd_auto_response_faults() that empties the queue',
    parts: ({ FaultQueue: Original }) => ({
      FaultQueue: class extends Original {
        override refuseAllOf(): void {
          this.refuse(() => true);
        }
      },
    }),
  },
  {
    id: 'SEED-572',
    breaks: ['FAULT-18'],
    story: 'The cookie of an answer is looked up before its code is looked at, and is used up.',
    like: 'xa_erase() before the switch over the code',
    parts: ({ FaultQueue: Original }) => ({
      FaultQueue: class extends Original {
        override respond(cookie: number, code: number): ErrnoName | undefined {
          const error = super.respond(cookie, code);
          if (error && this.delivered.has(cookie)) this.forget(cookie);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-573',
    breaks: ['FAULT-03'],
    story: 'A fault queue without a file descriptor keeps its id.',
    like: 'an error path without iommufd_object_abort_and_destroy()',
    parts: ({ FaultCommands }) => ({
      FaultCommands: class extends FaultCommands {
        override alloc(
          ...[command]: Parameters<InstanceType<typeof FaultCommands>['alloc']>
        ): ErrnoName | undefined {
          const error = super.alloc(command);
          if (error === 'EMFILE') this.context.objects.reserve();
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-574',
    breaks: ['DIRTY-05'],
    story: 'Tracking that is switched on finds what was dirty before.',
    like: 'iopt_set_dirty_tracking() without iopt_clear_dirty_data()',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        protected override clear(): void {}
      },
    }),
  },
  {
    id: 'SEED-575',
    breaks: ['DIRTY-14', 'DIRTY-15'],
    story: 'Of a large page that is asked for in part nothing is told.',
    like: 'a walk that leaves out entries which begin before the range',
    parts: ({ MockDomain }) => ({
      MockDomain: class extends MockDomain {
        protected override readDirty(first: bigint, last: bigint, visit: DirtyVisit): void {
          const [start = last] = [...this.entries.keys()].filter((iova) => iova >= first);
          if (start <= last) super.readDirty(start, last, visit);
        }
      },
    }),
  },
  {
    id: 'SEED-576',
    breaks: ['DIRTY-17', 'DIRTY-11'],
    story: 'The last byte of a bitmap is taken from the page of its first.',
    like: 'a kmap of one page for a bitmap that lies on two',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        protected override physical(address: bigint): bigint | undefined {
          const first = this.options.address;
          const isNext = address >> 12n === (first >> 12n) + 1n;
          return super.physical(isNext ? address - 4096n : address);
        }
      },
    }),
  },
  {
    id: 'SEED-577',
    breaks: ['DIRTY-12'],
    story: 'A bitmap is cleared before its bits are set.',
    like: 'a memset() for safety',
    parts: ({ DirtyCommands }) => ({
      DirtyCommands: class extends DirtyCommands {
        override getBitmap(
          ...[command]: Parameters<InstanceType<typeof DirtyCommands>['getBitmap']>
        ): ErrnoName | undefined {
          const { data, length, page_size } = command.fields;
          const bytes = page_size > 0n ? Number(length / page_size / 8n) + 1 : 0;
          if (bytes < 4096) command.task.memory.copyToUser(data, new Uint8Array(bytes));
          return super.getBitmap(command);
        }
      },
    }),
  },
  {
    id: 'SEED-578',
    breaks: ['DIRTY-16'],
    story: 'A bit stands for the first page of those that it covers.',
    like: 'a bitmap that is filled by the start of each entry only where it is aligned',
    parts: ({ IovaBitmap }) => ({
      IovaBitmap: class extends IovaBitmap {
        override set(first: bigint, last: bigint): boolean {
          const isFirst = (first - this.options.iova) % this.bytesPerBit === 0n;
          return isFirst || last - first > this.bytesPerBit ? super.set(first, last) : true;
        }
      },
    }),
  },
  {
    id: 'SEED-579',
    breaks: ['PIN-28', 'PIN-12'],
    story: 'With the last page table the pins of accesses go as well.',
    like: 'an unpin of the whole area',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override unfillDomain(area: IoptArea, domain: IommuDomain): void {
          super.unfillDomain(area, domain);
          if (this.domains.size > 0 || area.accesses === 0) return;
          const { accesses } = area;
          for (let index = area.indexAt(area.first); index <= area.indexAt(area.last); index++) {
            if (area.pages.pfnAt(index) !== undefined) area.pages.unpin(index, index);
          }
          area.accesses = accesses;
        }
      },
    }),
  },
  {
    id: 'SEED-580',
    breaks: ['OBJ-25'],
    story:
      'An automatic page table that a device was attached to by its id stays when the last one leaves.',
    like: 'auto_domain that is cleared by whoever names the page table',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override changeTable(
          id: number,
          step: AttachStep,
          undo?: AttachUndo,
        ): HwPagetable | ErrnoName {
          const table = super.changeTable(id, step, undo);
          if (typeof table !== 'string' && table.id === id)
            Object.assign(table, { automatic: false });
          return table;
        }
      },
    }),
  },
  {
    id: 'SEED-581',
    breaks: ['MMAP-06'],
    story: 'A second mapping of the pages of a vIOMMU does not count.',
    like: 'a vm_operations_struct without open()',
    parts: ({ MmapRegions }) => ({
      MmapRegions: class extends MmapRegions {
        override map(
          ...[request]: Parameters<InstanceType<typeof MmapRegions>['map']>
        ): ReturnType<InstanceType<typeof MmapRegions>['map']> {
          const mapping = super.map(request);
          if (mapping === 'ENXIO' || !mapping.owner) return mapping;
          const { owner } = mapping;
          let isHeld = false;
          return {
            ...mapping,
            owner: {
              get() {
                if (!isHeld) owner.get();
                isHeld = true;
              },
              put() {
                if (isHeld) owner.put();
                isHeld = false;
              },
            },
          };
        }
      },
    }),
  },
  {
    id: 'SEED-582',
    breaks: ['VEVQ-20', 'OBJ-16'],
    story: 'An event queue with events in it cannot be destroyed.',
    like: 'a reference for each event',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const { size } = this.events;
          const error = super.deliver(data);
          this.users += this.events.size - size;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-583',
    breaks: ['FAULT-27'],
    story: 'A device whose page table has no fault queue waits for ever.',
    like: 'a failed iopf_get_dev_fault_param() without a response',
    parts: ({ PageRequestTests }) => ({
      PageRequestTests: class extends PageRequestTests {
        override trigger(
          ...[command]: Parameters<InstanceType<typeof PageRequestTests>['trigger']>
        ): ErrnoName | undefined {
          const error = super.trigger(command);
          const { dev_id } = command.fields.operation.trigger_iopf;
          const [device] = [...this.context.objects.all()].filter(({ id }) => id === dev_id);
          const hwpt =
            device && 'hwpt' in device ? (device.hwpt as HwPagetable | undefined) : undefined;
          return error ?? (hwpt && !hwpt.fault ? 'EOPNOTSUPP' : undefined);
        }
      },
    }),
  },
);
