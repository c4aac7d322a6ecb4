import { mutants } from '#mutants/mutant.ts';
import type { DeviceRegion } from '#reference/hardware/bus.ts';
import type { DeviceMapping, MapDeviceRequest } from '#reference/kernel/fs/file.ts';
import type { IommufdObject } from '#reference/kernel/iommufd/object.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { PROT_EXEC } from '#uapi/mman.ts';

/** mmap() of an iommufd. */
export const entries = mutants(
  {
    id: 'BUG-023',
    breaks: ['MMAP-06'],
    story: 'A vIOMMU whose pages are mapped can be destroyed.',
    like: 'iommufd: Fix refcounting race during mmap',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        override map(request: MapDeviceRequest): DeviceMapping | 'ENXIO' {
          const mapping = super.map(request);
          if (mapping === 'ENXIO') return mapping;
          return { region: mapping.region, offset: mapping.offset };
        }
      },
  },
  {
    id: 'SEED-0312',
    breaks: ['MMAP-05'],
    story: 'A part of a region can be mapped.',
    like: 'iommufd_fops_mmap() that does not compare the length',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        override map(request: MapDeviceRequest): DeviceMapping | 'ENXIO' {
          const length = this.regions.get(request.offset)?.region.size ?? request.length;
          return super.map({ ...request, length });
        }
      },
  },
  {
    id: 'SEED-0313',
    breaks: ['MMAP-07', 'MMAP-08'],
    story: 'The region of a vIOMMU that is gone can still be mapped.',
    like: 'a driver that forgets iommufd_viommu_destroy_mmap()',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        override free(): void {}
      },
  },
  {
    id: 'SEED-0524',
    breaks: ['MMAP-03'],
    story: 'Pages that may be executed are refused when their offset has been found.',
    like: 'a check of vm_flags behind the lookup',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          const protection = request.protection & ~PROT_EXEC;
          const mapping = super.mapDevice({ ...request, protection });
          if (typeof mapping === 'string') return mapping;
          return request.protection & PROT_EXEC ? 'EPERM' : mapping;
        }
      },
  },
  {
    id: 'SEED-0525',
    breaks: ['MMAP-02', 'MMAP-03'],
    story: 'A private mapping is refused after one that may be executed.',
    like: 'two checks in another order',
    bug: ({ iommufd }) =>
      class extends iommufd.Iommufd {
        override mapDevice(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return request.protection & PROT_EXEC ? 'EPERM' : super.mapDevice(request);
        }
      },
  },
  {
    id: 'SEED-0526',
    breaks: ['MMAP-08'],
    story: 'The first page of offsets is given out too.',
    like: 'a maple tree of offsets that begins at 0',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        private isFirst = true;

        override allocate(region: DeviceRegion, owner: IommufdObject): bigint {
          if (!this.isFirst) return super.allocate(region, owner);
          this.isFirst = false;
          this.regions.set(0n, { region, owner, offsets: { first: 0n, last: 0n } });
          return 0n;
        }

        override free(offset: bigint): void {
          if (offset > 0n) super.free(offset);
          else this.regions.delete(offset);
        }
      },
  },
  {
    id: 'SEED-0581',
    breaks: ['MMAP-06'],
    story: 'A second mapping of the pages of a vIOMMU does not count.',
    like: 'a vm_operations_struct without open()',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        override map(
          ...[request]: Parameters<InstanceType<typeof iommufd.MmapRegions>['map']>
        ): ReturnType<InstanceType<typeof iommufd.MmapRegions>['map']> {
          const mapping = super.map(request);
          if (mapping === 'ENXIO' || !mapping.owner) return mapping;
          const { owner } = mapping;
          let isHeld = false;
          return {
            ...mapping,
            owner: {
              get() {
                if (!isHeld) owner.get();
                isHeld = true;
              },
              put() {
                if (isHeld) owner.put();
                isHeld = false;
              },
            },
          };
        }
      },
  },
  {
    id: 'SEED-0830',
    breaks: ['MMAP-08'],
    story: 'The offset of a region follows from the number of regions that there are.',
    like: 'a counter in place of a maple tree',
    bug: ({ iommufd }) =>
      class extends iommufd.MmapRegions {
        override allocate(region: DeviceRegion, owner: IommufdObject): bigint {
          const offset = PAGE_SIZE + BigInt(this.regions.size) * region.size;
          this.regions.set(offset, { region, owner, offsets: { first: offset, last: offset } });
          return offset;
        }

        override free(offset: bigint): void {
          this.regions.delete(offset);
        }
      },
  },
);
