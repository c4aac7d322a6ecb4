import type { DeviceRegion } from '#reference/hardware/bus.ts';
import type { HwQueueCore } from '#reference/kernel/iommu/viommu.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '#reference/kernel/fs/file.ts';
import type { IommufdObject } from '#reference/kernel/iommufd/object.ts';
import type { QueueRange } from '#reference/kernel/iommufd/hw-queue.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Vevent } from '#reference/kernel/iommufd/vevent-queue.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { PROT_EXEC } from '#uapi/mman.ts';
import type {
  iommu_hw_queue_alloc,
  iommu_vdevice_alloc,
  iommu_veventq_alloc,
  iommu_viommu_alloc,
} from '#uapi/iommufd/viommu.ts';

import { mutants } from './mutant.ts';

type AllocQueue = UserCommand<typeof iommu_hw_queue_alloc>;
type AllocVdevice = UserCommand<typeof iommu_vdevice_alloc>;
type AllocVeventq = UserCommand<typeof iommu_veventq_alloc>;
type AllocViommu = UserCommand<typeof iommu_viommu_alloc>;

/** What a guest has of an IOMMU: its events, queues and pages. More of viommus.ts. */
export const guests = mutants(
  {
    id: 'BUG-053',
    breaks: ['VEVQ-11', 'VEVQ-12'],
    story: 'An event for which there is no memory leaves neither a header nor a gap.',
    like: 'iommufd: Move vevent memory allocation outside spinlock',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const { lost, sequence } = this;
          const error = super.deliver(data);
          if (error) Object.assign(this, { lost, sequence });
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-054',
    breaks: ['VEVQ-12', 'VEVQ-14'],
    story: 'A header that cannot be copied for want of memory is gone.',
    like: 'iommufd: Propagate allocation failure in iommufd_veventq_deliver_fetch()',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
        override prepare(event: Vevent): ErrnoName | undefined {
          const error = super.prepare(event);
          if (error) this.take(event);
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-056',
    breaks: ['VEVQ-15', 'VEVQ-12'],
    story: 'The header of a loss lies over the number of events that are queued.',
    like: 'iommufd/iommufd_private.h: Avoid -Wflex-array-member-not-at-end warning',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
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
    }),
  },
  {
    id: 'SEED-511',
    breaks: ['VEVQ-02'],
    story: 'The depth of an event queue is looked at when its vIOMMU has been found.',
    like: 'a check behind a lookup',
    parts: ({ VeventCommands }) => ({
      VeventCommands: class extends VeventCommands {
        protected override check(command: AllocVeventq): ErrnoName | undefined {
          const error = super.check(command);
          const { viommu_id: id } = command.fields;
          const found = [...this.context.objects.all()].some((object) => object.id === id);
          return error === 'EINVAL' && !found ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-512',
    breaks: ['VEVQ-07', 'VEVQ-06'],
    story: 'A read of an empty event queue is 0 however short it is.',
    like: 'a check of the length inside the loop over events',
    parts: ({ VeventFile }) => ({
      VeventFile: class extends VeventFile {
        override read(transfer: Transfer): number {
          return this.queue.isEmpty ? 0 : super.read(transfer);
        }
      },
    }),
  },
  {
    id: 'SEED-513',
    breaks: ['VEVQ-19'],
    story: 'A header without an event wakes nobody.',
    like: 'a poll that counts events',
    parts: ({ VeventFile }) => ({
      VeventFile: class extends VeventFile {
        override poll(): number {
          const [first] = this.queue.pending();
          return first && first.length > 8 ? super.poll() : 0;
        }
      },
    }),
  },
  {
    id: 'SEED-514',
    breaks: ['VEVQ-08', 'VEVQ-10'],
    story: 'Events are read with the newest one first.',
    like: 'list_add() in place of list_add_tail()',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
        override *pending(): Generator<Vevent> {
          yield* [...this.events].reverse();
          if (this.lost) yield this.lost;
        }
      },
    }),
  },
  {
    id: 'SEED-515',
    breaks: ['VIOMMU-05'],
    story: 'Any page table can be the parent of a vIOMMU.',
    like: 'iommufd_viommu_alloc_ioctl() without its look at nest_parent',
    parts: ({ ViommuCommands }) => ({
      ViommuCommands: class extends ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const parent = this.context.objects.get(command.fields.hwpt_id, HwptPaging);
          if (typeof parent !== 'string') Object.assign(parent, { nestParent: true });
          return super.allocViommu(command);
        }
      },
    }),
  },
  {
    id: 'SEED-516',
    breaks: ['VIOMMU-01'],
    story: 'Flags of a vIOMMU are looked at when its device has been found.',
    like: 'a check behind a lookup',
    parts: ({ ViommuCommands }) => ({
      ViommuCommands: class extends ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const error = super.allocViommu(command);
          const { dev_id, flags } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === dev_id);
          return flags && !found ? 'ENOENT' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-517',
    breaks: ['VIOMMU-03'],
    story: 'Whether a driver has vIOMMUs is asked when the parent has been found.',
    like: 'two lookups before the first question',
    parts: ({ ViommuCommands }) => ({
      ViommuCommands: class extends ViommuCommands {
        override allocViommu(command: AllocViommu): ErrnoName | undefined {
          const error = super.allocViommu(command);
          const { hwpt_id, flags, type } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === hwpt_id);
          return error === 'EOPNOTSUPP' && !flags && type && !found ? 'ENOENT' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-518',
    breaks: ['VDEV-05'],
    story: 'Of the number of a virtual device 32 bits are kept.',
    like: 'a u32 for virt_id',
    parts: ({ ViommuCommands }) => ({
      ViommuCommands: class extends ViommuCommands {
        override allocVdevice(command: AllocVdevice): ErrnoName | undefined {
          command.fields.virt_id = BigInt.asUintN(32, command.fields.virt_id);
          return super.allocVdevice(command);
        }
      },
    }),
  },
  {
    id: 'SEED-519',
    breaks: ['VDEV-01'],
    story: 'The device of a virtual device is looked up before its vIOMMU, and may be of any kind.',
    like: 'iommufd_get_object(IOMMUFD_OBJ_ANY)',
    parts: ({ ViommuCommands }) => ({
      ViommuCommands: class extends ViommuCommands {
        override allocVdevice(command: AllocVdevice): ErrnoName | undefined {
          const error = super.allocVdevice(command);
          const { dev_id } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === dev_id);
          return error === 'ENOENT' && found ? 'EINVAL' : error;
        }
      },
    }),
  },
  {
    id: 'SEED-520',
    breaks: ['HWQ-09'],
    story:
      'Of the pages of a hardware queue that begins in the middle of one the last is left out.',
    like: 'a length that is rounded up without the offset',
    parts: ({ HwQueueMemory }) => ({
      HwQueueMemory: class extends HwQueueMemory {
        constructor(access: Access, range: QueueRange) {
          const offset = range.baseAddress % 4096n;
          super(access, {
            ...range,
            length: range.length > 4096n - offset ? range.length - offset : range.length,
          });
        }
      },
    }),
  },
  {
    id: 'SEED-521',
    breaks: ['HWQ-11'],
    story: 'The first queue of a vIOMMU may have any number.',
    like: 'a check of the queue before that looks at the first one only',
    parts: ({ MockViommu }) => ({
      MockViommu: class extends MockViommu {
        override initHwQueue(
          queue: HwQueueCore,
          index: number,
          physical: bigint,
        ): ErrnoName | undefined {
          const isFirst = !this.queues.some(Boolean);
          const error = super.initHwQueue(queue, index, physical);
          if (error !== 'EIO' || !isFirst) return error;
          this.queues[index] = queue;
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-522',
    breaks: ['HWQ-03', 'HWQ-02'],
    story: 'The range of a hardware queue is looked at when its vIOMMU has been found.',
    like: 'a check behind a lookup',
    parts: ({ HwQueueCommands }) => ({
      HwQueueCommands: class extends HwQueueCommands {
        protected override check(command: AllocQueue): ErrnoName | undefined {
          const error = super.check(command);
          const { viommu_id } = command.fields;
          const found = [...this.context.objects.all()].some(({ id }) => id === viommu_id);
          return error === 'EOPNOTSUPP' || found ? error : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-523',
    breaks: ['HWQ-08'],
    story: 'A hardware queue may lie in memory that can only be written.',
    like: 'a pin for writing of what is read',
    parts: ({ Access }) => ({
      Access: class extends Access {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return this.options.unmap ? super.checkArea(area, write) : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-524',
    breaks: ['MMAP-03'],
    story: 'Pages that may be executed are refused when their offset has been found.',
    like: 'a check of vm_flags behind the lookup',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          const protection = request.protection & ~PROT_EXEC;
          const mapping = super.mapDevice({ ...request, protection });
          if (typeof mapping === 'string') return mapping;
          return request.protection & PROT_EXEC ? 'EPERM' : mapping;
        }
      },
    }),
  },
  {
    id: 'SEED-525',
    breaks: ['MMAP-02', 'MMAP-03'],
    story: 'A private mapping is refused after one that may be executed.',
    like: 'two checks in another order',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return request.protection & PROT_EXEC ? 'EPERM' : super.mapDevice(request);
        }
      },
    }),
  },
  {
    id: 'SEED-526',
    breaks: ['MMAP-08'],
    story: 'The first page of offsets is given out too.',
    like: 'a maple tree of offsets that begins at 0',
    parts: ({ MmapRegions }) => ({
      MmapRegions: class extends MmapRegions {
        private isFirst = true;

        override allocate(region: DeviceRegion, owner: IommufdObject): bigint {
          if (!this.isFirst) return super.allocate(region, owner);
          this.isFirst = false;
          this.regions.set(0n, { region, owner });
          return 0n;
        }

        override free(offset: bigint): void {
          if (offset > 0n) super.free(offset);
          else this.regions.delete(offset);
        }
      },
    }),
  },
  {
    id: 'SEED-527',
    breaks: ['VEVQ-16'],
    story: 'A read into memory that is not there says that there was no event.',
    like: 'a result that is lost on the way out of the loop',
    parts: ({ VeventFile }) => ({
      VeventFile: class extends VeventFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          return result === failure('EFAULT') ? 0 : result;
        }
      },
    }),
  },
);
