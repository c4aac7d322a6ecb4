import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { IommufdObject, ObjectClass } from '#reference/kernel/iommufd/object.ts';
import type { AccessOptions } from '#reference/kernel/iommufd/access.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { Kernel } from '#reference/machine/kernel.ts';
import type { FaultQueue } from '#reference/kernel/iommufd/fault-queue.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** Ids, references and lifetime: features/iommufd/{object-ids,destroy,file-close}.feature. */
export const objects = mutants(
  {
    id: 'BUG-019',
    breaks: ['OBJ-11', 'OBJ-29', 'VFIO-CDEV-14'],
    story:
      'A refused IOMMU_DESTROY still holds its reference when the driver unbinds, which fails.',
    like: 'iommufd: IOMMUFD_DESTROY should not increase the refcount',
    parts: ({ ObjectTable }) => ({
      ObjectTable: class extends ObjectTable {
        override remove(id: number): ErrnoName | undefined {
          const error = super.remove(id);
          const object = error === 'EBUSY' ? this.objects.get(id) : undefined;
          if (object) object.users++;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-009',
    breaks: ['OBJ-02'],
    story: 'The id of a destroyed object is not given out again.',
    like: 'xa_alloc_cyclic() in place of xa_alloc()',
    parts: ({ ObjectTable }) => ({
      ObjectTable: class extends ObjectTable {
        protected override erase(object: IommufdObject): void {
          this.objects.delete(object.id);
        }
      },
    }),
  },
  {
    id: 'SEED-010',
    breaks: ['OBJ-05'],
    story: 'The id of an object of another type fails with EINVAL, also where only one type fits.',
    like: 'an errno for the type in place of one for the lookup',
    parts: ({ ObjectTable }) => ({
      ObjectTable: class extends ObjectTable {
        override get<T extends IommufdObject>(id: number, type: ObjectClass<T>): T | 'ENOENT' {
          const object = super.get(id, type);
          return object === 'ENOENT' && this.objects.has(id) ? ('EINVAL' as 'ENOENT') : object;
        }
      },
    }),
  },
  {
    id: 'SEED-011',
    breaks: ['OBJ-09', 'IOAS-RANGES-08'],
    story: 'The IOVAs outside the aperture of a page table that is gone stay unusable.',
    like: 'iopt_table_remove_domain() without iopt_remove_reserved_iova()',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override removeDomain(domain: IommuDomain): void {
          super.removeDomain(domain);
          this.reserveOutside(domain);
        }
      },
    }),
  },
  {
    id: 'SEED-012',
    breaks: ['OBJ-07'],
    story: 'An access that is attached does not keep its IOAS from being destroyed.',
    like: 'iommufd_access_attach() without refcount_inc()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          if (!error && this.ioas) this.ioas.users--;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-013',
    breaks: ['OBJ-12'],
    story: 'A process can destroy the access of a driver by its id.',
    like: 'iommufd_access_create() without the extra reference',
    parts: ({ Access }) => ({
      Access: class extends Access {
        constructor(id: number, options: AccessOptions) {
          super(id, options);
          this.users = 0;
        }
      },
    }),
  },
  {
    id: 'SEED-014',
    breaks: ['OBJ-14'],
    story: 'A fault queue can be destroyed while its file is open.',
    like: 'iommufd_fault_alloc() without refcount_inc() for the file',
    parts: ({ FaultFile }) => ({
      FaultFile: class extends FaultFile {
        constructor(queue: FaultQueue, iommufd: OpenFile) {
          super(queue, iommufd);
          queue.users--;
        }
      },
    }),
  },
  {
    id: 'SEED-015',
    breaks: ['OBJ-22'],
    story: 'The page table that attaching made stays when its last device is gone.',
    like: 'iommufd_hw_pagetable_put() that only drops the reference',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override putHwpt(_hwpt: HwPagetable): void {}
      },
    }),
  },
  {
    id: 'SEED-016',
    breaks: ['OBJ-26', 'VFIO-ATT-05'],
    story: 'A page table of IOMMU_HWPT_ALLOC goes with its last device.',
    like: 'iommufd_hw_pagetable_put() without the test of auto_domain',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override putHwpt({ id, users }: HwPagetable): void {
          if (users === 0) this.context.objects.remove(id);
        }
      },
    }),
  },
  {
    id: 'SEED-017',
    breaks: ['OBJ-25', 'VFIO-ATT-04'],
    story: 'A page table counts its second device twice, and stays when both are gone.',
    like: 'vfio/iommufd: a reference taken by the attach and by the lookup',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override attachTo(hwpt: HwPagetable): ErrnoName | undefined {
          const others = hwpt.users;
          const error = super.attachTo(hwpt);
          if (!error && others > 0) hwpt.users++;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-018',
    breaks: ['OBJ-27'],
    story: 'Closing an iommufd stops at the first object that another one uses.',
    like: 'one pass over the ids in place of passes until none is left',
    parts: ({ ObjectTable }) => ({
      ObjectTable: class extends ObjectTable {
        override destroyAll(): void {
          for (const { id } of [...this.objects.values()]) if (this.remove(id)) return;
        }
      },
    }),
  },
  {
    id: 'SEED-019',
    breaks: ['OBJ-28'],
    story: 'A device does not keep its iommufd open: closing the file takes all page tables away.',
    like: 'vfio_df_iommufd_bind() without iommufd_ctx_get()',
    parts: ({ Iommufd, IommufdDevice, VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          const id = super.bind(file);
          if (typeof id === 'number') file.put();
          return id;
        }
      },
      Iommufd: class extends Iommufd {
        override release(): void {
          for (const object of this.objects.all())
            if (object instanceof IommufdDevice) object.detach();
        }
      },
    }),
  },
  {
    id: 'SEED-020',
    breaks: ['OBJ-30'],
    story: 'The IOAS of IOMMU_VFIO_IOAS is still set when it is destroyed, and GET returns its id.',
    like: 'iommufd_ioas_destroy() that does not clear ictx->vfio_ioas',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override destroyObject(id: number): ErrnoName | undefined {
          return this.objects.remove(id);
        }
      },
    }),
  },
  {
    id: 'SEED-021',
    breaks: ['IOAS-ALLOC-01'],
    story: 'The command that made an IOAS keeps its reference, and nobody can destroy it.',
    like: 'iommufd_object_finalize() without the matching put',
    parts: ({ Ioas }) => ({
      Ioas: class extends Ioas {
        constructor(id: number, kernel: Kernel) {
          super(id, kernel);
          this.users = 1;
        }
      },
    }),
  },
);
