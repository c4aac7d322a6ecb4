import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { IoPagetable, Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DMA_CC_IOMMU, VFIO_TYPE1_IOMMU } from '#uapi/vfio/container.ts';
import { vfio_iommu_type1_info } from '#uapi/vfio/iommu-type1.ts';
import type { vfio_iommu_type1_dma_unmap } from '#uapi/vfio/iommu-type1.ts';

import { mutants } from './mutant.ts';
import type { Mutant } from './mutant.ts';

type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

const { size: INFO_SIZE } = vfio_iommu_type1_info;

type Write = (offset: number, bytes: Uint8Array) => ErrnoName | undefined;

/** VFIO_IOMMU_GET_INFO writes more than it should. `room` is what the caller has for the struct, bytes. */
function afterInfo(more: (room: number, write: Write) => ErrnoName | undefined): Mutant['parts'] {
  return ({ VfioCompat: Compat }) => ({
    VfioCompat: class extends Compat {
      protected override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
        const room = roomAt(task, arg);
        const write: Write = (offset, bytes) => task.memory.copyToUser(arg + BigInt(offset), bytes);
        return super.getInfo(task, arg) ?? more(room, write);
      }
    },
  });
}

/** An iommufd in place of a container: features/iommufd/vfio-compat*.feature. */
export const vfioCompat = mutants(
  {
    id: 'BUG-007',
    breaks: ['VFIO-26'],
    story: 'The halves of a mapping that was cut are unpinned as if they were its beginning.',
    like: 'iommufd: Fix missing update of domains_itree after splitting iopt_area',
    parts: ({ AreaCutter, IoPagetable }) => {
      const whole = new WeakMap<IoptArea, number>();
      return {
        AreaCutter: class extends AreaCutter {
          protected override part(area: IoptArea, first: bigint, last: bigint): IoptArea {
            const part = super.part(area, first, last);
            whole.set(part, whole.get(area) ?? area.indexAt(area.first));
            return part;
          }
        },
        IoPagetable: class extends IoPagetable {
          protected override unpinArea(area: IoptArea): void {
            const start = whole.get(area);
            if (start === undefined) return super.unpinArea(area);
            area.filled = false;
            area.pages.unpin(start, start + area.indexAt(area.last) - area.indexAt(area.first));
          }
        },
      };
    },
  },
  {
    id: 'BUG-068',
    breaks: ['VFIO-14', 'VFIO-15'],
    story: 'What stands on the stack of the kernel is returned in the padding of the info.',
    like: 'iommufd: Make sure to zero vfio_iommu_type1_info before copying to user',
    parts: afterInfo((room, write) => {
      if (room < INFO_SIZE) return undefined;
      return write(INFO_SIZE - 4, new Uint8Array(4).fill(0xaa));
    }),
  },
  {
    id: 'SEED-190',
    breaks: ['VFIO-15', 'VFIO-14'],
    story: 'The whole info is returned, whatever room there is for it.',
    like: 'copy_to_user() of sizeof(info) without min_t()',
    parts: afterInfo((room, write) =>
      room >= INFO_SIZE ? undefined : write(room, new Uint8Array(INFO_SIZE - room)),
    ),
  },
  {
    id: 'SEED-191',
    breaks: ['VFIO-03', 'VFIO-04'],
    story: 'DMA is never coherent, as in a container that has no IOMMU yet.',
    like: 'iommufd_vfio_check_extension() with DMA_CC among the unknown ones',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override checkExtension(extension: bigint): number | ErrnoName {
          return extension === BigInt(VFIO_DMA_CC_IOMMU) ? 0 : super.checkExtension(extension);
        }
      },
    }),
  },
  {
    id: 'SEED-192',
    breaks: ['VFIO-09'],
    story: 'The type of the IOMMU can be set once.',
    like: 'vfio_ioctl_set_iommu() of a real container, which refuses a second driver',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        private done = false;

        protected override setIommu(type: bigint): ErrnoName | undefined {
          if (this.done) return 'EINVAL';
          const error = super.setIommu(type);
          this.done = !error;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-193',
    breaks: ['VFIO-10', 'VFIO-26'],
    story: 'Type 1 version 1 is taken for version 2.',
    like: 'iommufd_vfio_set_iommu() without iopt_disable_large_pages()',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override setIommu(type: bigint): ErrnoName | undefined {
          return super.setIommu(type === BigInt(VFIO_TYPE1_IOMMU) ? 3n : type);
        }
      },
    }),
  },
  {
    id: 'SEED-194',
    breaks: ['VFIO-25'],
    story: 'Mappings are cut for version 2 as well.',
    like: 'iopt_cut_iova() without the test of disable_large_pages',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const { iova, size } = fields;
          if (!all && size > 0n) this.cutter.cut(ioas.iopt, [iova + size - 1n, iova - 1n]);
          return super.unmap(ioas, fields, all);
        }
      },
    }),
  },
  {
    id: 'SEED-195',
    breaks: ['VFIO-27', 'IOAS-FILE-25'],
    story: 'Whoever has pinned a mapping, and whatever it maps, it is cut.',
    like: 'iopt_area_split() without the test of num_accesses',
    parts: ({ AreaCutter }) => ({
      AreaCutter: class extends AreaCutter {
        protected override check(): undefined {}
      },
    }),
  },
  {
    id: 'SEED-196',
    breaks: ['VFIO-26'],
    story: 'A mapping is cut at the start of what is removed only.',
    like: 'iopt_cut_iova() with one IOVA',
    parts: ({ AreaCutter }) => ({
      AreaCutter: class extends AreaCutter {
        override cut(iopt: IoPagetable, lasts: readonly bigint[]): ErrnoName | undefined {
          return super.cut(iopt, lasts.slice(1));
        }
      },
    }),
  },
  {
    id: 'SEED-197',
    breaks: ['VFIO-19'],
    story: 'Whatever is mapped may be written.',
    like: 'IOMMU_WRITE without the test of VFIO_DMA_MAP_FLAG_WRITE',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override mapFlags(): number {
          return super.mapFlags(3);
        }
      },
    }),
  },
  {
    id: 'SEED-198',
    breaks: ['VFIO-30'],
    story: 'An unmap of everything returns the size that it was given.',
    like: 'iopt_unmap_all() that is not told where to count',
    parts: ({ VfioCompat }) => ({
      VfioCompat: class extends VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const unmapped = super.unmap(ioas, fields, all);
          return all ? { ...unmapped, bytes: 0n } : unmapped;
        }
      },
    }),
  },
);

function roomAt(task: Task, address: bigint): number {
  const head = task.memory.copyFromUser(address, 4);
  return head === 'EFAULT' ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0, true);
}
