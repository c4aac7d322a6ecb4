import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { UserArgument } from '#reference/kernel/mm/argument.ts';
import type { VfioDma } from '#reference/kernel/vfio/type1/dma.ts';
import type { Type1State } from '#reference/kernel/vfio/type1/type1-info.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_iommu_type1_info } from '#uapi/vfio/iommu-type1.ts';

/** What a container with type1 tells of itself. */
export const entries = mutants(
  {
    id: 'SEED-1717',
    breaks: ['VFIO-INF-02'],
    story: 'The whole struct is written, however short it is said to be.',
    like: 'vfio_iommu_type1_get_info() with sizeof(info)',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        override write(
          argument: UserArgument<typeof vfio_iommu_type1_info>,
          state: Type1State,
        ): ErrnoName | undefined {
          const error = super.write(argument, state);
          if (error) return error;
          return argument.putAt(16, new Uint8Array(8));
        }
      },
  },
  {
    id: 'SEED-1718',
    breaks: ['VFIO-INF-04'],
    story: 'The program is not told how much room the capabilities need.',
    like: 'vfio_iommu_type1_get_info() that leaves argsz',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        override write(
          argument: UserArgument<typeof vfio_iommu_type1_info>,
          state: Type1State,
        ): ErrnoName | undefined {
          const error = super.write(argument, state);
          if (error) return error;
          return argument.put('argsz', argument.fields.argsz);
        }
      },
  },
  {
    id: 'SEED-1719',
    breaks: ['VFIO-INF-05', 'VFIO-CMP-11'],
    story: 'The size is rewritten to what is needed.',
    like: 'iommufd_vfio_iommu_get_info()',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        override write(
          argument: UserArgument<typeof vfio_iommu_type1_info>,
          state: Type1State,
        ): ErrnoName | undefined {
          const error = super.write(argument, state);
          if (error) return error;
          const needed = 24 + this.chain(this.capabilities(state)).length;
          return argument.put('argsz', needed);
        }
      },
  },
  {
    id: 'SEED-1720',
    breaks: ['VFIO-INF-05'],
    story: 'The capabilities stand the other way round.',
    like: 'vfio_info_cap_add() that puts a new one in front',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        protected override capabilities(state: Type1State): readonly Uint8Array[] {
          return [...super.capabilities(state)].reverse();
        }
      },
  },
  {
    id: 'SEED-1721',
    breaks: ['VFIO-INF-06', 'VFIO-MAP-08'],
    story: 'What devices reserve counts as free.',
    like: 'vfio_iommu_type1_attach_group() without vfio_iommu_resv_exclude()',
    bug: ({ type1 }) =>
      class extends type1.IovaList {
        override set(apertures: Iterable<Range>): void {
          super.set(apertures, []);
        }
      },
  },
  {
    id: 'SEED-1722',
    breaks: ['VFIO-INF-06'],
    story: 'A container of emulated devices has an empty list of ranges.',
    like: 'vfio_iommu_iova_build_caps() without the test of the list',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        protected override capabilities(state: Type1State): readonly Uint8Array[] {
          return [this.migration(state), this.available(state), this.ranges(state)];
        }
      },
  },
  {
    id: 'SEED-1723',
    breaks: ['VFIO-INF-07'],
    story: 'Bitmaps can have a bit for each page of any size.',
    like: 'vfio_iommu_migration_build_caps() with the pgsize_bitmap as it is',
    bug: ({ type1 }) =>
      class extends type1.Type1Info {
        protected override migration(state: Type1State): Uint8Array {
          const bytes = super.migration(state);
          new DataView(bytes.buffer).setBigUint64(16, state.pageSizes, true);
          return bytes;
        }
      },
  },
  {
    id: 'SEED-1724',
    breaks: ['VFIO-INF-08'],
    story: 'What was unmapped is not given back.',
    like: 'vfio_remove_dma() without dma_avail++',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override remove(dma: VfioDma): void {
          super.remove(dma);
          this.dmaAvail--;
        }
      },
  },
  {
    id: 'SEED-1725',
    breaks: ['VFIO-INF-08'],
    story: 'A map takes as many as it has pages.',
    like: 'vfio_dma_do_map() that counts pages',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override add(dma: VfioDma): ErrnoName | undefined {
          const error = super.add(dma);
          if (!error) this.dmaAvail -= Number(dma.size / 4096n) - 1;
          return error;
        }
      },
  },
  {
    id: 'SEED-1726',
    breaks: ['VFIO-INF-03'],
    story: 'Only the smallest page size is told.',
    like: 'vfio_update_pgsize_bitmap() with __ffs()',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        override get pageSizes(): bigint {
          const sizes = super.pageSizes;
          return sizes & -sizes;
        }
      },
  },
  {
    id: 'SEED-1727',
    breaks: ['VFIO-INF-01'],
    story: 'What is too short is read as far as it goes.',
    like: 'vfio_iommu_type1_get_info() without the test of argsz',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override getInfo(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.getInfo(task, arg);
          return error === 'EINVAL' ? undefined : error;
        }
      },
  },
);
