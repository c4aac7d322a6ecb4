import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_iommu_type1_dma_unmap } from '#uapi/vfio/iommu-type1.ts';

type UnmapFields = Value<typeof vfio_iommu_type1_dma_unmap>;

/** An iommufd in place of a container. */
export const entries = mutants(
  {
    id: 'SEED-1793',
    breaks: ['VFIO-CMP-03'],
    story: 'An iommufd without an IOAS has invalid commands, as a container without a type.',
    like: 'vfio_fops_unl_ioctl() in front of iommufd_vfio_ioctl()',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          const result = super.command(task, request, arg);
          return result === 'ENODEV' ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-1794',
    breaks: ['VFIO-CMP-04'],
    story: 'An iommufd offers new addresses.',
    like: 'iommufd_vfio_check_extension() with VFIO_UPDATE_VADDR',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override checkExtension(extension: bigint): number | ErrnoName {
          return extension === 10n ? 1 : super.checkExtension(extension);
        }
      },
  },
  {
    id: 'SEED-1795',
    breaks: ['VFIO-CMP-05'],
    story: 'A type that an iommufd does not have is not there.',
    like: 'iommufd_vfio_set_iommu() with ENODEV',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override setIommu(type: bigint): ErrnoName | undefined {
          const error = super.setIommu(type);
          return error === 'EINVAL' ? 'ENODEV' : error;
        }
      },
  },
  {
    id: 'SEED-1796',
    breaks: ['VFIO-CMP-09'],
    story: 'An iommufd says of a range that cuts a mapping what a container says.',
    like: 'iommufd_vfio_unmap_dma() with EINVAL for ENOENT',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override unmap(ioas: Ioas, fields: UnmapFields, all: boolean): Unmapped {
          const unmapped = super.unmap(ioas, fields, all);
          return unmapped.error === 'ENOENT' ? { ...unmapped, error: 'EINVAL' } : unmapped;
        }
      },
  },
  {
    id: 'SEED-1797',
    breaks: ['VFIO-CMP-11'],
    story: 'An iommufd tells of as many mappings as type1 has at first.',
    like: 'iommufd_fill_cap_dma_avail() with U16_MAX',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioInfo {
        protected override available(
          offset: number,
        ): ReturnType<InstanceType<typeof iommufd.VfioInfo>['available']> {
          const piece = super.available(offset);
          new DataView(piece.bytes.buffer).setUint32(8, 65535, true);
          return piece;
        }
      },
  },
  {
    id: 'SEED-1798',
    breaks: ['VFIO-CMP-13'],
    story: 'Without an IOMMU the commands of an iommufd are unknown, as those of a container.',
    like: 'iommufd_vfio_ioctl() with the test of vfio_noiommu',
    bug: ({ iommufd }) =>
      class extends iommufd.VfioCompat {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          const result = super.command(task, request, arg);
          return this.context.noiommuMode && result === 'ENODEV' ? 'ENOTTY' : result;
        }
      },
  },
  {
    id: 'SEED-1799',
    breaks: ['VFIO-CMP-14'],
    story: 'The IOAS that was destroyed is still set.',
    like: 'iommufd_ioas_destroy() without ictx->vfio_ioas = NULL',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override destroyObject(id: number): ErrnoName | undefined {
          const { vfioIoas } = this;
          const error = super.destroyObject(id);
          this.vfioIoas = vfioIoas;
          return error;
        }
      },
  },
);
