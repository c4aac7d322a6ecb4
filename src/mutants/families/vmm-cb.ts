import { mutants } from '#mutants/mutant.ts';
import type { MemoryRegionSection } from '#vmm/address-space.ts';
import type { Container, DmaMapping, DmaRange } from '#vmm/container.ts';
import { VFIO_IOMMU_GET_INFO } from '#uapi/vfio/iommu-type1.ts';
import type { VfioDevice } from '#vmm/device.ts';

/** The calls that a VMM makes. */
export const entries = mutants(
  {
    id: 'SEED-2405',
    breaks: ['VMM-CB-01'],
    story: 'A VMM asks a container for its information once, with room for no capability.',
    like: 'vfio_get_iommu_info() without the second round',
    bug: ({ vmm }) =>
      class extends vmm.LegacyContainer {
        protected override async getInfo(): Promise<void> {
          await this.context.syscalls.ioctl(this.file, VFIO_IOMMU_GET_INFO, {});
        }
      },
  },
  {
    id: 'SEED-2406',
    breaks: ['VMM-CB-01'],
    story: 'A VMM never asks which IOVAs an IOAS has.',
    like: 'iommufd_cdev_get_info_iova_range() that was forgotten',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async askRanges(): Promise<void> {}
      },
  },
  {
    id: 'SEED-2407',
    breaks: ['VMM-CB-02'],
    story: 'A VMM asks what the IOMMU can before it attaches the device, as QEMU 10.0 did.',
    like: 'vfio: realize the HostIOMMUDevice before attach_device()',
    bug: ({ vmm }) =>
      class extends vmm.IommufdBackend {
        protected override async attachConnected(device: VfioDevice): Promise<void> {
          await device.getInfo();
          await super.attachConnected(device);
        }
      },
  },
  {
    id: 'SEED-2408',
    breaks: ['VMM-CB-03'],
    story: 'A VMM leaves it to the destroy of the IOAS to unmap what is in it.',
    like: 'iommufd_cdev_container_destroy() without memory_listener_unregister()',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async stopListening(): Promise<void> {}
      },
  },
  {
    id: 'SEED-2409',
    breaks: ['VMM-CB-04', 'VMM-LST-04'],
    story: 'A VMM maps what a guest may but read for writing as well, by iommufd.',
    like: 'iommufd_cdev_map() that does not look at readonly',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override dmaMap(mapping: DmaMapping): Promise<number> {
          return super.dmaMap({ ...mapping, readOnly: false });
        }
      },
  },
  {
    id: 'SEED-2410',
    breaks: ['VMM-CB-04', 'VMM-LST-04'],
    story: 'A VMM maps what a guest may but read for writing as well, by legacy.',
    like: 'vfio_legacy_dma_map() that does not look at readonly',
    bug: ({ vmm }) =>
      class extends vmm.LegacyContainer {
        override dmaMap(mapping: DmaMapping): Promise<number> {
          return super.dmaMap({ ...mapping, readOnly: false });
        }
      },
  },
  {
    id: 'SEED-2411',
    breaks: ['VMM-CB-05'],
    story: 'A VMM maps a shared file by its address, by iommufd too.',
    like: 'QEMU 10.0, which had no dma_map_file',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override dmaMap({ file: _, ...mapping }: DmaMapping): Promise<number> {
          return super.dmaMap(mapping);
        }
      },
  },
  {
    id: 'SEED-2412',
    breaks: ['VMM-CB-06', 'VMM-LST-08'],
    story: 'A VMM unmaps all that the guest has where one piece of it goes, by iommufd.',
    like: 'iommufd_cdev_unmap() that takes unmap_all for granted',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override dmaUnmap(): Promise<number> {
          return super.dmaUnmap({ iova: 0n, size: 2n ** 64n - 1n });
        }
      },
  },
  {
    id: 'SEED-2413',
    breaks: ['VMM-CB-06', 'VMM-LST-08'],
    story: 'A VMM unmaps from the end of the piece on instead of from its beginning, by legacy.',
    like: 'vfio_legacy_dma_unmap_one() with the last IOVA for the first',
    bug: ({ vmm }) =>
      class extends vmm.LegacyContainer {
        override dmaUnmap({ iova, size }: DmaRange): Promise<number> {
          return super.dmaUnmap({ iova: iova + size, size });
        }
      },
  },
  {
    id: 'SEED-2414',
    breaks: ['VMM-CB-15', 'VMM-ATT-08'],
    story: 'A plug succeeds although some of the memory could not be mapped.',
    like: 'vfio_listener_register() whose error nobody looks at',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        protected override mapFailed(): void {}
      },
  },
  {
    id: 'SEED-2434',
    breaks: ['VMM-CB-07'],
    story: 'A log that ends does not end in the containers.',
    like: 'vfio_listener_log_global_stop() that was forgotten',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async setDirtyPageTracking(on: boolean): Promise<number> {
          return on ? super.setDirtyPageTracking(on) : 0;
        }
      },
  },
  {
    id: 'SEED-2437',
    breaks: ['VMM-CB-07'],
    story: 'Tracking of dirty pages is begun again where it is to end, by legacy.',
    like: 'vfio_legacy_set_dirty_page_tracking() with one flag for both',
    bug: ({ vmm }) =>
      class extends vmm.LegacyContainer {
        override setDirtyPageTracking(): Promise<number> {
          return super.setDirtyPageTracking(true);
        }
      },
  },
  {
    id: 'SEED-2438',
    breaks: ['VMM-CB-08'],
    story: 'Dirty pages are asked for of memory that nobody can write as well.',
    like: 'QEMU 10.0, which queried read-only sections',
    bug: ({ vmm }) =>
      class extends vmm.DirtyLog {
        override sync(
          section: MemoryRegionSection,
          containers: readonly Container[],
        ): Promise<readonly bigint[]> {
          return super.sync({ ...section, readOnly: false }, containers);
        }
      },
  },
);
