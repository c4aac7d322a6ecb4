import { mutants } from '#mutants/mutant.ts';
import type { Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { MockViommu } from '#reference/kernel/iommu/mock-viommu.ts';
import type { HwQueueCore } from '#reference/kernel/iommu/viommu.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { QueueRange } from '#reference/kernel/iommufd/hw-queue.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hw_queue_alloc } from '#uapi/iommufd/viommu.ts';

type InitQueue = Parameters<MockViommu['initHwQueue']>;
type AllocQueue = UserCommand<typeof iommu_hw_queue_alloc>;

/** IOMMU_HW_QUEUE_ALLOC. */
export const entries = mutants(
  {
    id: 'SEED-0309',
    breaks: ['HWQ-10', 'IOAS-UNMAP-15'],
    story: 'The memory of a hardware queue can be unmapped.',
    like: 'an access without lock_area',
    bug: ({ iommufd }) =>
      class extends iommufd.HwQueueMemory {
        override pin(ioas: Ioas): ErrnoName | undefined {
          const error = super.pin(ioas);
          for (const area of ioas.iopt.areas.all()) area.locks = 0;
          return error;
        }
      },
  },
  {
    id: 'SEED-0310',
    breaks: ['HWQ-07'],
    story: 'Pages of a hardware queue need not follow each other.',
    like: 'iommufd_hw_queue_alloc_phys() without its last check',
    bug: ({ iommufd }) =>
      class extends iommufd.HwQueueMemory {
        override pin(ioas: Ioas): ErrnoName | undefined {
          const error = super.pin(ioas);
          return error === 'EFAULT' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0311',
    breaks: ['HWQ-12', 'OBJ-17'],
    story: 'A hardware queue does not hold the one before it.',
    like: 'mock_hw_queue_init_phys() without iommufd_hw_queue_depend()',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override initHwQueue(...[queue, index, physical]: InitQueue): ErrnoName | undefined {
          const error = super.initHwQueue(queue, index, physical);
          const previous = this.queues[index - 1];
          if (!error && previous) previous.users--;
          return error;
        }
      },
  },
  {
    id: 'SEED-0520',
    breaks: ['HWQ-09'],
    story:
      'Of the pages of a hardware queue that begins in the middle of one the last is left out.',
    like: 'a length that is rounded up without the offset',
    bug: ({ iommufd }) =>
      class extends iommufd.HwQueueMemory {
        constructor(access: Access, range: QueueRange) {
          const offset = range.baseAddress % 4096n;
          super(access, {
            ...range,
            length: range.length > 4096n - offset ? range.length - offset : range.length,
          });
        }
      },
  },
  {
    id: 'SEED-0521',
    breaks: ['HWQ-11'],
    story: 'The first queue of a vIOMMU may have any number.',
    like: 'a check of the queue before that looks at the first one only',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override initHwQueue(...[queue, index, physical]: InitQueue): ErrnoName | undefined {
          const isFirst = !this.queues.some(Boolean);
          const error = super.initHwQueue(queue, index, physical);
          if (error !== 'EIO' || !isFirst) return error;
          this.queues[index] = queue;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0522',
    breaks: ['HWQ-03', 'HWQ-02'],
    story: 'The range of a hardware queue is looked at when its vIOMMU has been found.',
    like: 'a check behind a lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.HwQueueCommands {
        protected override check(command: AllocQueue): ErrnoName | undefined {
          const error = super.check(command);
          const { viommu_id } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === viommu_id);
          return error === 'EOPNOTSUPP' || found ? error : undefined;
        }
      },
  },
  {
    id: 'SEED-0523',
    breaks: ['HWQ-08'],
    story: 'A hardware queue may lie in memory that can only be written.',
    like: 'a pin for writing of what is read',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return this.options.unmap ? super.checkArea(area, write) : undefined;
        }
      },
  },
  {
    id: 'SEED-0826',
    breaks: ['HWQ-16'],
    story: 'A hardware queue that is destroyed frees index 0, whichever it had.',
    like: 'mock_hw_queue_destroy() with an index that nobody has set',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override destroyHwQueue(queue: HwQueueCore): void {
          const index = this.queues.indexOf(queue);
          super.destroyHwQueue(queue);
          if (index <= 0) return;
          this.queues[index] = queue;
          this.queues[0] = undefined;
        }
      },
  },
  {
    id: 'SEED-0827',
    breaks: ['HWQ-16'],
    story: 'The second queue of a vIOMMU is in use for good once it was made.',
    like: 'a slot that keeps the queue that it was freed of',
    bug: ({ iommu }) =>
      class extends iommu.MockViommu {
        override destroyHwQueue(queue: HwQueueCore): void {
          const index = this.queues.indexOf(queue);
          super.destroyHwQueue(queue);
          if (index > 0) this.queues[index] = queue;
        }
      },
  },
  {
    id: 'SEED-0899',
    breaks: ['HWQ-10', 'IOAS-UNMAP-13'],
    story: 'An unmap anywhere in its IOAS is refused where a hardware queue has memory.',
    like: 'iommufd_access_notify_unmap() that stops at the access of a queue',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const isHeld = [...this.areas.all()].some(({ locks }) => locks > 0);
          const isPinned = [...this.areas.all()].some(
            (area) => area.accesses > area.locks && area.first <= last && area.last >= first,
          );
          return isHeld && isPinned ? { bytes: 0n, error: 'EBUSY' } : super.unmap(first, last);
        }
      },
  },
);
