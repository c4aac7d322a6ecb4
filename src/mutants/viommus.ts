import type { DeviceMapping, MapDeviceRequest, Transfer } from '#reference/kernel/fs/file.ts';
import type { HwQueueCore } from '#reference/kernel/iommu/viommu.ts';
import type { UserData } from '#reference/kernel/iommu/user-data.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** features/iommufd/{viommu,vdevice,veventq,veventq-lost,hw-queue,mmap}.feature. */
export const viommus = mutants(
  {
    id: 'SEED-301',
    breaks: ['VIOMMU-06', 'VIOMMU-07', 'OBJ-32'],
    story: 'A vIOMMU does not hold its parent.',
    like: 'iommufd_viommu_alloc_ioctl() without refcount_inc() of the page table',
    parts: ({ Viommu }) => ({
      Viommu: class extends Viommu {
        constructor(...options: ConstructorParameters<typeof Viommu>) {
          super(...options);
          this.hwpt.users--;
        }
        override destroy(): void {
          this.hwpt.users++;
          super.destroy();
        }
      },
    }),
  },
  {
    id: 'SEED-302',
    breaks: ['VIOMMU-10'],
    story: 'The driver of a mock vIOMMU answers nothing.',
    like: 'a driver that forgets iommu_copy_struct_to_user()',
    parts: ({ MockViommu }) => ({
      MockViommu: class extends MockViommu {
        override init(data: UserData): ErrnoName | undefined {
          const before = data.task.memory.copyFromUser(data.address, data.length);
          const error = super.init(data);
          if (!error && typeof before !== 'string') {
            data.task.memory.copyToUser(data.address, before);
          }
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-303',
    breaks: ['VIOMMU-09'],
    story: 'Data for a vIOMMU that cannot be read is taken for no data.',
    like: 'an ignored result of iommu_copy_struct_from_user()',
    parts: ({ MockViommu }) => ({
      MockViommu: class extends MockViommu {
        override init(data: UserData): ErrnoName | undefined {
          const error = super.init(data);
          return error === 'EFAULT' ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-304',
    breaks: ['VDEV-03', 'VDEV-07', 'OBJ-18'],
    story: 'A device whose vDEVICE was destroyed cannot get another one.',
    like: 'iommufd_vdevice_abort() that leaves idev->vdev set',
    parts: ({ Vdevice }) => ({
      Vdevice: class extends Vdevice {
        override destroy(): void {
          super.destroy();
          this.device.vdevice = this;
        }
      },
    }),
  },
  {
    id: 'SEED-305',
    breaks: ['VDEV-04', 'VDEV-06'],
    story: 'A vIOMMU forgets the numbers of its devices.',
    like: 'a vDEVICE that is not stored in the array of its vIOMMU',
    parts: ({ Vdevice }) => ({
      Vdevice: class extends Vdevice {
        constructor(...options: ConstructorParameters<typeof Vdevice>) {
          super(...options);
          this.viommu.devices.delete(this.virtualId);
        }
      },
    }),
  },
  {
    id: 'SEED-306',
    breaks: ['OBJ-19', 'VDEV-09'],
    story: 'The id of a vDEVICE that went with its device is given out again.',
    like: 'iommufd_device_unbind() with destroy in place of tombstone',
    parts: ({ ObjectTable }) => ({
      ObjectTable: class extends ObjectTable {
        override tombstone(...[object]: Parameters<InstanceType<typeof ObjectTable>['tombstone']>) {
          super.tombstone(object);
          this.abort(object.id);
        }
      },
    }),
  },
  {
    id: 'BUG-050',
    breaks: ['VEVQ-16', 'VEVQ-10'],
    story: 'A read whose second event cannot be copied counts the header of that event.',
    like: 'iommufd: Rewind header length in done if iommufd_veventq_fops_read() fails',
    parts: ({ VeventFile }) => ({
      VeventFile: class extends VeventFile {
        override read(transfer: Transfer): number {
          const done = super.read(transfer);
          const isCut = done > 0 && !this.queue.isEmpty && transfer.length - done >= 12;
          return isCut ? done + 8 : done;
        }
      },
    }),
  },
  {
    id: 'SEED-307',
    breaks: ['VEVQ-12', 'VEVQ-13'],
    story: 'Events that are lost have no number in the sequence.',
    like: 'a sequence that grows only where an event is queued',
    parts: ({ VeventQueue }) => ({
      VeventQueue: class extends VeventQueue {
        override deliver(data: Uint8Array): ErrnoName | undefined {
          const error = super.deliver(data);
          if (this.lost) this.sequence--;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-308',
    breaks: ['VEVQ-09', 'VEVQ-16'],
    story: 'A read that fails takes the first event away.',
    like: 'iommufd_veventq_fops_read() without iommufd_veventq_deliver_restore()',
    parts: ({ VeventFile }) => ({
      VeventFile: class extends VeventFile {
        override read(transfer: Transfer): number {
          const result = super.read(transfer);
          const [first] = this.queue.pending();
          if (result < 0 && first && transfer.length >= 8) this.queue.take(first);
          return result;
        }
      },
    }),
  },
  {
    id: 'SEED-309',
    breaks: ['HWQ-10', 'IOAS-UNMAP-15'],
    story: 'The memory of a hardware queue can be unmapped.',
    like: 'an access without lock_area',
    parts: ({ HwQueueMemory }) => ({
      HwQueueMemory: class extends HwQueueMemory {
        override pin(ioas: Ioas): ErrnoName | undefined {
          const error = super.pin(ioas);
          for (const area of ioas.iopt.areas.all()) area.locks = 0;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-310',
    breaks: ['HWQ-07'],
    story: 'Pages of a hardware queue need not follow each other.',
    like: 'iommufd_hw_queue_alloc_phys() without its last check',
    parts: ({ HwQueueMemory }) => ({
      HwQueueMemory: class extends HwQueueMemory {
        override pin(ioas: Ioas): ErrnoName | undefined {
          const error = super.pin(ioas);
          return error === 'EFAULT' ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-311',
    breaks: ['HWQ-12', 'OBJ-17'],
    story: 'A hardware queue does not hold the one before it.',
    like: 'mock_hw_queue_init_phys() without iommufd_hw_queue_depend()',
    parts: ({ MockViommu }) => ({
      MockViommu: class extends MockViommu {
        override initHwQueue(
          queue: HwQueueCore,
          index: number,
          physical: bigint,
        ): ErrnoName | undefined {
          const error = super.initHwQueue(queue, index, physical);
          const previous = this.queues[index - 1];
          if (!error && previous) previous.users--;
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-023',
    breaks: ['MMAP-06'],
    story: 'A vIOMMU whose pages are mapped can be destroyed.',
    like: 'iommufd: Fix refcounting race during mmap',
    parts: ({ MmapRegions }) => ({
      MmapRegions: class extends MmapRegions {
        override map(request: MapDeviceRequest): DeviceMapping | 'ENXIO' {
          const mapping = super.map(request);
          if (mapping === 'ENXIO') return mapping;
          return { region: mapping.region, offset: mapping.offset };
        }
      },
    }),
  },
  {
    id: 'SEED-312',
    breaks: ['MMAP-05'],
    story: 'A part of a region can be mapped.',
    like: 'iommufd_fops_mmap() that does not compare the length',
    parts: ({ MmapRegions }) => ({
      MmapRegions: class extends MmapRegions {
        override map(request: MapDeviceRequest): DeviceMapping | 'ENXIO' {
          const length = this.regions.get(request.offset)?.region.size ?? request.length;
          return super.map({ ...request, length });
        }
      },
    }),
  },
  {
    id: 'SEED-313',
    breaks: ['MMAP-07', 'MMAP-08'],
    story: 'The region of a vIOMMU that is gone can still be mapped.',
    like: 'a driver that forgets iommufd_viommu_destroy_mmap()',
    parts: ({ MmapRegions }) => ({
      MmapRegions: class extends MmapRegions {
        override free(): void {}
      },
    }),
  },
);
