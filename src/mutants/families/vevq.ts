import { bits, field } from '#formats/bits.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Vevent } from '#reference/kernel/iommufd/vevent-queue.ts';
import { type ErrnoName, failure } from '#uapi/errno.ts';
import type { iommu_veventq_alloc } from '#uapi/iommufd/viommu.ts';

type AllocVeventq = UserCommand<typeof iommu_veventq_alloc>;

/** IOMMU_VEVENTQ_ALLOC and its events. */
export const entries = mutants(
  {
    id: 'BUG-050',
    breaks: ['VEVQ-16', 'VEVQ-10'],
    story: 'A read whose second event cannot be copied counts the header of that event.',
    like: 'iommufd: Rewind header length in done if iommufd_veventq_fops_read() fails',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventFile {
        override read(transfer: Transfer): number {
          const done = super.read(transfer);
          const isCut = done > 0 && !this.queue.isEmpty && transfer.length - done >= 12;
          return isCut ? done + 8 : done;
        }
      },
  },
  {
    id: 'BUG-053',
    breaks: ['VEVQ-11', 'VEVQ-12'],
    story: 'An event for which there is no memory leaves neither a header nor a gap.',
    like: 'iommufd: Move vevent memory allocation outside spinlock',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const { lost, sequence } = this;
          const error = super.deliver(data);
          if (error) Object.assign(this, { lost, sequence });
          return error;
        }
      },
  },
  {
    id: 'BUG-054',
    breaks: ['VEVQ-12', 'VEVQ-14'],
    story: 'A header that cannot be copied for want of memory is gone.',
    like: 'iommufd: Propagate allocation failure in iommufd_veventq_deliver_fetch()',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        override prepare(event: Vevent): ErrnoName | undefined {
          const error = super.prepare(event);
          if (error) this.take(event);
          return error;
        }
      },
  },
  {
    id: 'BUG-056',
    breaks: ['VEVQ-15', 'VEVQ-12'],
    story: 'The header of a loss lies over the number of events that are queued.',
    like: 'iommufd/iommufd_private.h: Avoid -Wflex-array-member-not-at-end warning',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        private count = 0;

        override deliver(data: Uint8Array): ErrnoName | undefined {
          const error = super.deliver(data);
          this.count = this.lost ? 1 : this.count + 1;
          return error;
        }

        override take(event: Vevent): void {
          if (event !== this.lost) this.count--;
          super.take(event);
        }

        protected override get isFull(): boolean {
          return this.count === this.options.depth;
        }
      },
  },
  {
    id: 'SEED-0307',
    breaks: ['VEVQ-12', 'VEVQ-13'],
    story: 'Events that are lost have no number in the sequence.',
    like: 'a sequence that grows only where an event is queued',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const error = super.deliver(data);
          if (this.lost) this.sequence--;
          return error;
        }
      },
  },
  {
    id: 'SEED-0308',
    breaks: ['VEVQ-09', 'VEVQ-16'],
    story: 'A read that fails takes the first event away.',
    like: 'iommufd_veventq_fops_read() without iommufd_veventq_deliver_restore()',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          const [first] = this.queue.pending();
          if (result < 0 && first && transfer.length >= 8) this.queue.take(first);
          return result;
        }
      },
  },
  {
    id: 'SEED-0511',
    breaks: ['VEVQ-02'],
    story: 'The depth of an event queue is looked at when its vIOMMU has been found.',
    like: 'a check behind a lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventCommands {
        protected override check(command: AllocVeventq): ErrnoName | undefined {
          const error = super.check(command);
          const { viommu_id: id } = command.fields;
          const found = [...this.context.objects.all()].some((object) => object.id === id);
          return error === 'EINVAL' && !found ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0512',
    breaks: ['VEVQ-07', 'VEVQ-06'],
    story: 'A read of an empty event queue is 0 however short it is.',
    like: 'a check of the length inside the loop over events',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventFile {
        override read(transfer: Transfer): number {
          return this.queue.isEmpty ? 0 : super.read(transfer);
        }
      },
  },
  {
    id: 'SEED-0513',
    breaks: ['VEVQ-19'],
    story: 'A header without an event wakes nobody.',
    like: 'a poll that counts events',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventFile {
        override poll(): number {
          const [first] = this.queue.pending();
          return first && first.length > 8 ? super.poll() : 0;
        }
      },
  },
  {
    id: 'SEED-0514',
    breaks: ['VEVQ-08', 'VEVQ-10'],
    story: 'Events are read with the newest one first.',
    like: 'list_add() in place of list_add_tail()',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        override *pending(): Generator<Vevent> {
          yield* [...this.events].reverse();
          if (this.lost) yield this.lost;
        }
      },
  },
  {
    id: 'SEED-0527',
    breaks: ['VEVQ-16'],
    story: 'A read into memory that is not there says that there was no event.',
    like: 'a result that is lost on the way out of the loop',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          return result === failure('EFAULT') ? 0 : result;
        }
      },
  },
  {
    id: 'SEED-0582',
    breaks: ['VEVQ-20', 'OBJ-16'],
    story: 'An event queue with events in it cannot be destroyed.',
    like: 'a reference for each event',
    bug: ({ iommufd }) =>
      class extends iommufd.VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const { size } = this.events;
          const error = super.deliver(data);
          this.users += this.events.size - size;
          return error;
        }
      },
  },
  {
    id: 'SEED-0733',
    breaks: ['VEVQ-21', 'HW-SMU-28'],
    story: 'An event names the StreamID of the host.',
    like: 'arm_vmaster_report_event() that copies evt[0]',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override reportEvent(words: readonly bigint[], _virtualId: bigint): ErrnoName | undefined {
          return super.reportEvent(words, bits(words[0] ?? 0n, 63, 32));
        }
      },
  },
  {
    id: 'SEED-0734',
    breaks: ['VEVQ-21'],
    story: 'A guest is told of faults of the second stage.',
    like: 'arm_smmu_handle_event() without a look at S2',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override handle([first = 0n, second = 0n, ...rest]: readonly bigint[]): void {
          super.handle([first, second & ~field(1, 39, 39), ...rest]);
        }
      },
  },
  {
    id: 'SEED-0831',
    breaks: ['VEVQ-11'],
    story: 'The sequence of a vEVENTQ goes on where the one before it ended.',
    like: 'a sequence that belongs to the vIOMMU',
    bug: ({ iommufd }) => {
      const sequences = new WeakMap<object, number>();
      return class extends iommufd.VeventQueue {
        constructor(...[id, options]: ConstructorParameters<typeof iommufd.VeventQueue>) {
          super(id, options);
          this.sequence = sequences.get(options.viommu) ?? 0;
        }

        override destroy(): void {
          super.destroy();
          sequences.set(this.options.viommu, this.sequence);
        }
      };
    },
  },
);
