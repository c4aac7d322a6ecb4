import { mutants } from '#mutants/mutant.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { UserMmap } from '#reference/kernel/mm/user-memory.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { AccessOptions } from '#reference/kernel/iommufd/access.ts';
import type { AttachStep, AttachUndo } from '#reference/kernel/iommufd/device.ts';
import type { FaultQueue } from '#reference/kernel/iommufd/fault-queue.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { IommufdObject, ObjectClass } from '#reference/kernel/iommufd/object.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hwpt_alloc } from '#uapi/iommufd/hwpt.ts';

type AllocCommand = UserCommand<typeof iommu_hwpt_alloc>;

/** Objects, ids and lifetime. */
export const entries = mutants(
  {
    id: 'BUG-019',
    breaks: ['OBJ-11', 'OBJ-29', 'VFIO-CDEV-14'],
    story:
      'A refused IOMMU_DESTROY still holds its reference when the driver unbinds, which fails.',
    like: 'iommufd: IOMMUFD_DESTROY should not increase the refcount',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override remove(id: number): ErrnoName | undefined {
          const error = super.remove(id);
          const object = error === 'EBUSY' ? this.objects.get(id) : undefined;
          if (object) object.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0009',
    breaks: ['OBJ-02'],
    story: 'The id of a destroyed object is not given out again.',
    like: 'xa_alloc_cyclic() in place of xa_alloc()',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        protected override erase(object: IommufdObject): void {
          this.objects.delete(object.id);
        }
      },
  },
  {
    id: 'SEED-0010',
    breaks: ['OBJ-05'],
    story: 'The id of an object of another type fails with EINVAL, also where only one type fits.',
    like: 'an errno for the type in place of one for the lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override get<T extends IommufdObject>(id: number, type: ObjectClass<T>): T | 'ENOENT' {
          const object = super.get(id, type);
          return object === 'ENOENT' && this.objects.has(id) ? ('EINVAL' as 'ENOENT') : object;
        }
      },
  },
  {
    id: 'SEED-0011',
    breaks: ['OBJ-09', 'IOAS-RANGES-08'],
    story: 'The IOVAs outside the aperture of a page table that is gone stay unusable.',
    like: 'iopt_table_remove_domain() without iopt_remove_reserved_iova()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override removeDomain(domain: IommuDomain): void {
          super.removeDomain(domain);
          this.reserveOutside(domain);
        }
      },
  },
  {
    id: 'SEED-0012',
    breaks: ['OBJ-07'],
    story: 'An access that is attached does not keep its IOAS from being destroyed.',
    like: 'iommufd_access_attach() without refcount_inc()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          if (!error && this.ioas) this.ioas.users--;
          return error;
        }
      },
  },
  {
    id: 'SEED-0013',
    breaks: ['OBJ-12'],
    story: 'A process can destroy the access of a driver by its id.',
    like: 'iommufd_access_create() without the extra reference',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        constructor(id: number, options: AccessOptions) {
          super(id, options);
          this.users = 0;
        }
      },
  },
  {
    id: 'SEED-0014',
    breaks: ['OBJ-14'],
    story: 'A fault queue can be destroyed while its file is open.',
    like: 'iommufd_fault_alloc() without refcount_inc() for the file',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        constructor(queue: FaultQueue, iommufd: OpenFile) {
          super(queue, iommufd);
          queue.users--;
        }
      },
  },
  {
    id: 'SEED-0015',
    breaks: ['OBJ-22'],
    story: 'The page table that attaching made stays when its last device is gone.',
    like: 'iommufd_hw_pagetable_put() that only drops the reference',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override putHwpt(_hwpt: HwPagetable): void {}
      },
  },
  {
    id: 'SEED-0016',
    breaks: ['OBJ-26', 'VFIO-ATT-05'],
    story: 'A page table of IOMMU_HWPT_ALLOC goes with its last device.',
    like: 'iommufd_hw_pagetable_put() without the test of auto_domain',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override putHwpt({ id, users }: HwPagetable): void {
          if (users === 0) this.context.objects.remove(id);
        }
      },
  },
  {
    id: 'SEED-0017',
    breaks: ['OBJ-25', 'VFIO-ATT-04'],
    story: 'A page table counts its second device twice, and stays when both are gone.',
    like: 'vfio/iommufd: a reference taken by the attach and by the lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override attachTo(hwpt: HwPagetable): ErrnoName | undefined {
          const others = hwpt.users;
          const error = super.attachTo(hwpt);
          if (!error && others > 0) hwpt.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0018',
    breaks: ['OBJ-27'],
    story: 'Closing an iommufd stops at the first object that another one uses.',
    like: 'one pass over the ids in place of passes until none is left',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override destroyAll(): void {
          for (const { id } of [...this.objects.values()]) if (this.remove(id)) return;
        }
      },
  },
  {
    id: 'SEED-0019',
    breaks: ['OBJ-28', 'VFIO-LIFE-02'],
    story: 'A device does not keep its iommufd open: closing the file takes all page tables away.',
    like: 'vfio_df_iommufd_bind() without iommufd_ctx_get()',
    bug: ({ iommufd, vfio }) => [
      class extends vfio.VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          const id = super.bind(file);
          if (typeof id === 'number') file.put();
          return id;
        }
      },
      class extends iommufd.Iommufd {
        override release(): void {
          for (const object of this.objects.all())
            if (object instanceof iommufd.IommufdDevice) object.detach();
        }
      },
    ],
  },
  {
    id: 'SEED-0020',
    breaks: ['OBJ-30'],
    story: 'The IOAS of IOMMU_VFIO_IOAS is still set when it is destroyed, and GET returns its id.',
    like: 'iommufd_ioas_destroy() that does not clear ictx->vfio_ioas',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override destroyObject(id: number): ErrnoName | undefined {
          return this.objects.remove(id);
        }
      },
  },
  {
    id: 'SEED-0306',
    breaks: ['OBJ-19', 'VDEV-09'],
    story: 'The id of a vDEVICE that went with its device is given out again.',
    like: 'iommufd_device_unbind() with destroy in place of tombstone',
    bug: ({ iommufd }) =>
      class extends iommufd.ObjectTable {
        override tombstone(
          ...[object]: Parameters<InstanceType<typeof iommufd.ObjectTable>['tombstone']>
        ) {
          super.tombstone(object);
          this.abort(object.id);
        }
      },
  },
  {
    id: 'SEED-0507',
    breaks: ['OBJ-33'],
    story: 'An object that cannot be made keeps its id.',
    like: 'an error path without iommufd_object_abort()',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override create<T extends IommufdObject>(
          make: (id: number) => T | ErrnoName,
          respond?: (object: T) => ErrnoName | undefined,
        ): T | ErrnoName {
          return super.create((id) => {
            const object = make(id);
            if (object === 'ENOMEM') this.objects.reserve();
            return object;
          }, respond);
        }
      },
  },
  {
    id: 'SEED-0509',
    breaks: ['OBJ-33', 'HWPT-13'],
    story:
      'A nested page table that is not finished, as its fault queue is gone, still uses its parent.',
    like: 'a rollback that frees the domain and nothing else',
    bug: ({ iommufd }) =>
      class extends iommufd.HwptCommands {
        protected override finish(command: AllocCommand, hwpt: HwPagetable): ErrnoName | undefined {
          const error = super.finish(command, hwpt);
          if (error && hwpt.paging !== hwpt) hwpt.paging.users++;
          return error;
        }
      },
  },
  {
    id: 'SEED-0580',
    breaks: ['OBJ-25'],
    story:
      'An automatic page table that a device was attached to by its id stays when the last one leaves.',
    like: 'auto_domain that is cleared by whoever names the page table',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
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
  },
  {
    id: 'SEED-0879',
    breaks: ['OBJ-25', 'DEV-22'],
    story:
      "A page table that attaching made is the first device's: when that one has left, nobody else joins.",
    like: 'an auto_domain that is looked for by the device that it was made for',
    bug: ({ iommufd }) => {
      const left = new WeakSet<HwPagetable>();
      return class extends iommufd.IommufdDevice {
        protected makes = new WeakSet<HwPagetable>();

        protected override changeToAutomatic(
          ioas: Ioas,
          step: AttachStep,
          undo?: AttachUndo,
        ): HwPagetable | ErrnoName {
          const join = (hwpt: HwPagetable): ErrnoName | undefined =>
            left.has(hwpt) ? 'EINVAL' : step(hwpt);
          const known = new Set<HwPagetable>(ioas.hwpts);
          const table = super.changeToAutomatic(ioas, join, undo);
          if (typeof table !== 'string' && !known.has(table)) this.makes.add(table);
          return table;
        }

        protected override putHwpt(hwpt: HwPagetable): void {
          if (this.makes.has(hwpt)) left.add(hwpt);
          super.putHwpt(hwpt);
        }
      };
    },
  },
  {
    id: 'SEED-0880',
    breaks: ['OBJ-23', 'OBJ-25'],
    story:
      'A page table that two devices share no longer follows its IOAS when one of them has left.',
    like: 'iommufd_hw_pagetable_put() of an automatic page table that other devices use',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override putHwpt(hwpt: HwPagetable): void {
          const { ioas } = hwpt.paging;
          if (hwpt.automatic && hwpt.users > 0 && ioas.hwpts.delete(hwpt.paging)) {
            ioas.iopt.removeDomain(hwpt.paging.domain);
          }
          super.putHwpt(hwpt);
        }
      },
  },
  {
    id: 'SEED-0881',
    breaks: ['OBJ-28', 'OBJ-29'],
    story:
      'A device is closed with its last file descriptor, also where its registers are mmapped.',
    like: 'vfio_pci_core_mmap() that does not hold the file',
    bug: ({ machine }) =>
      class extends machine.Syscalls {
        protected override mmapDevice(
          file: OpenFile,
          call: Omit<UserMmap, 'file'>,
        ): ErrnoName | UserMmap {
          const request = super.mmapDevice(file, call);
          if (isErrno(request)) return request;
          const { holder: _forgotten, ...rest } = request;
          return rest;
        }
      },
  },
);
