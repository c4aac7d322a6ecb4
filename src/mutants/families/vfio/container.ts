import type { AreaCutter } from '#reference/kernel/iommufd/area-cutter.ts';
import { mutants } from '#mutants/mutant.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { IoPagetable, Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { TableDomain } from '#reference/kernel/iommu/table-domain.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DMA_CC_IOMMU, VFIO_TYPE1_IOMMU } from '#uapi/vfio/container.ts';
import { VFIO_DMA_MAP_FLAG_READ, type vfio_iommu_type1_dma_unmap } from '#uapi/vfio/iommu-type1.ts';

type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

/** The VFIO container ioctls of an iommufd. */
export const entries = mutants(
  {
    id: 'BUG-007',
    breaks: ['VFIO-26'],
    story: 'The halves of a mapping that was cut are unpinned as if they were its beginning.',
    like: 'iommufd: Fix missing update of domains_itree after splitting iopt_area',
    bug: ({ iommufd }) => {
      const whole = new WeakMap<IoptArea, number>();
      return [
        class extends iommufd.AreaCutter {
          protected override part(area: IoptArea, first: bigint, last: bigint): IoptArea {
            const part = super.part(area, first, last);
            whole.set(part, whole.get(area) ?? area.indexAt(area.first));
            return part;
          }
        },
        class extends iommufd.IoPagetable {
          protected override unpinArea(area: IoptArea): void {
            const start = whole.get(area);
            if (start === undefined) return super.unpinArea(area);
            area.filled = false;
            area.pages.unpin(start, start + area.indexAt(area.last) - area.indexAt(area.first));
          }
        },
      ];
    },
  },
  {
    id: 'SEED-0191',
    breaks: ['VFIO-03', 'VFIO-04'],
    story: 'DMA is never coherent, as in a container that has no IOMMU yet.',
    like: 'iommufd_vfio_check_extension() with DMA_CC among the unknown ones',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override checkExtension(extension: bigint): number | ErrnoName {
          return extension === BigInt(VFIO_DMA_CC_IOMMU) ? 0 : super.checkExtension(extension);
        }
      },
  },
  {
    id: 'SEED-0192',
    breaks: ['VFIO-09'],
    story: 'The type of the IOMMU can be set once.',
    like: 'vfio_ioctl_set_iommu() of a real container, which refuses a second driver',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        private done = false;

        protected override setIommu(type: bigint): ErrnoName | undefined {
          if (this.done) return 'EINVAL';
          const error = super.setIommu(type);
          this.done = !error;
          return error;
        }
      },
  },
  {
    id: 'SEED-0193',
    breaks: ['VFIO-10', 'VFIO-26'],
    story: 'Type 1 version 1 is taken for version 2.',
    like: 'iommufd_vfio_set_iommu() without iopt_disable_large_pages()',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override setIommu(type: bigint): ErrnoName | undefined {
          return super.setIommu(type === BigInt(VFIO_TYPE1_IOMMU) ? 3n : type);
        }
      },
  },
  {
    id: 'SEED-0194',
    breaks: ['VFIO-25'],
    story: 'Mappings are cut for version 2 as well.',
    like: 'iopt_cut_iova() without the test of disable_large_pages',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const { iova, size } = fields;
          if (!all && size > 0n) this.cutter.cut(ioas.iopt, [iova + size - 1n, iova - 1n]);
          return super.unmap(ioas, fields, all);
        }
      },
  },
  {
    id: 'SEED-0195',
    breaks: ['VFIO-27', 'IOAS-FILE-25'],
    story: 'Whoever has pinned a mapping, and whatever it maps, it is cut.',
    like: 'iopt_area_split() without the test of num_accesses',
    bug: ({ iommufd }) =>
      class extends iommufd.AreaCutter {
        protected override check(): undefined {}
      },
  },
  {
    id: 'SEED-0196',
    breaks: ['VFIO-26'],
    story: 'A mapping is cut at the start of what is removed only.',
    like: 'iopt_cut_iova() with one IOVA',
    bug: ({ iommufd }) =>
      class extends iommufd.AreaCutter {
        override cut(iopt: IoPagetable, lasts: readonly bigint[]): ErrnoName | undefined {
          return super.cut(iopt, lasts.slice(1));
        }
      },
  },
  {
    id: 'SEED-0197',
    breaks: ['VFIO-19'],
    story: 'Whatever is mapped may be written.',
    like: 'IOMMU_WRITE without the test of VFIO_DMA_MAP_FLAG_WRITE',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override mapFlags(): number {
          return super.mapFlags(3);
        }
      },
  },
  {
    id: 'SEED-0198',
    breaks: ['VFIO-30'],
    story: 'An unmap of everything returns the size that it was given.',
    like: 'iopt_unmap_all() that is not told where to count',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const unmapped = super.unmap(ioas, fields, all);
          return all ? { ...unmapped, bytes: 0n } : unmapped;
        }
      },
  },
  {
    id: 'SEED-0622',
    breaks: ['VFIO-33'],
    story: 'IOMMU_VFIO_IOAS moves the devices that are attached to the IOAS that was set before.',
    like: 'a container that has one IOAS, whichever it is',
    bug: ({ vfio, iommufd }) => {
      const open = new Set<InstanceType<typeof vfio.VfioDevice>>();
      return [
        class extends vfio.VfioDevice {
          override bindToContainer(container: OpenFile): ErrnoName | undefined {
            const error = super.bindToContainer(container);
            if (!error) open.add(this);
            return error;
          }

          override unbind(): void {
            super.unbind();
            open.delete(this);
          }
        },
        class extends iommufd.OptionCommands {
          protected override setVfioIoas(id: number): ErrnoName | undefined {
            const error = super.setVfioIoas(id);
            if (!error) for (const device of open) device.attach(id);
            return error;
          }
        },
      ];
    },
  },
  {
    id: 'SEED-0630',
    breaks: ['VFIO-11'],
    story: 'Any process may say that a container has no IOMMU.',
    like: 'iommufd_vfio_set_iommu() without capable(CAP_SYS_RAWIO)',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override setNoiommu(task: Task, type: bigint): ErrnoName | undefined {
          const error = super.setNoiommu(task, type);
          return error === 'EPERM' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-0631',
    breaks: ['VFIO-35'],
    story: 'A container takes groups in noiommu mode and others at once.',
    like: 'iommufd_vfio_compat_ioas_create() without the test of no_iommu_mode',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override ensureVfioIoas(): ErrnoName | undefined {
          this.noiommuMode = false;
          return super.ensureVfioIoas();
        }

        override setNoiommuMode(): undefined {
          this.noiommuMode = true;
        }
      },
  },
  {
    id: 'SEED-0632',
    breaks: ['VFIO-11', 'VFIO-02'],
    story: 'A group in noiommu mode gives its container an IOAS, and all that goes with it.',
    like: 'vfio_group_ioctl_set_container() without the test of the type of the group',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override setNoiommuMode(): ErrnoName | undefined {
          return this.ensureVfioIoas();
        }
      },
  },
  {
    id: 'SEED-0848',
    breaks: ['VFIO-43'],
    story: 'An unmap of a container that fails says that it has unmapped nothing.',
    like: 'iommufd_vfio_unmap_dma() that leaves size at 0 where rc is set',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const done = super.unmap(ioas, fields, all);
          return done.error ? { ...done, bytes: 0n } : done;
        }
      },
  },
  {
    id: 'SEED-0849',
    breaks: ['VFIO-43'],
    story: 'An unmap of a container that fails at a later mapping is a success.',
    like: 'vfio_dma_do_unmap() of type 1, for which what was unmapped before is enough',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const done = super.unmap(ioas, fields, all);
          return done.bytes > 0n ? { bytes: done.bytes } : done;
        }
      },
  },
  {
    id: 'SEED-0898',
    breaks: ['VFIO-26'],
    story: 'A mapping that was to be cut, for which there is no memory, is gone from there on.',
    like: 'iopt_area_split() that takes the area out before it has both halves',
    bug: ({ iommufd }) =>
      class extends iommufd.AreaCutter {
        protected override check(
          ...[iopt, area, start]: Parameters<AreaCutter['check']>
        ): ErrnoName | undefined {
          const error = super.check(iopt, area, start);
          if (error === 'ENOMEM') iopt.unmap(area.first, area.last);
          return error;
        }
      },
  },
  {
    id: 'SEED-2300',
    breaks: ['VFIO-20'],
    story: 'A mapping without rights can be read.',
    like: 'iommufd_vfio_map_dma() for which the lack of WRITE is the right to read',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override mapFlags(flags: number): number {
          return super.mapFlags(flags === 0 ? VFIO_DMA_MAP_FLAG_READ : flags);
        }
      },
  },
  {
    id: 'SEED-2301',
    breaks: ['VFIO-20'],
    story: 'A VT-d keeps a mapping without rights as one that can be read and written.',
    like: 'vtdss_map_range() that takes no rights for all of them',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        override map(...[iova, physical, length, rights, most]: Parameters<TableDomain['map']>) {
          const isNone = !rights.read && !rights.write;
          const all = isNone ? { ...rights, read: true, write: true } : rights;
          return super.map(iova, physical, length, all, most);
        }
      },
  },
);
