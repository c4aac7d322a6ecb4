import { mutants } from '#mutants/mutant.ts';
import type { MemoryRegionSection } from '#vmm/address-space.ts';
import type { IommufdContainer } from '#vmm/container-iommufd.ts';
import type { VfioDevice } from '#vmm/device.ts';
import type { VfioGroup } from '#vmm/group.ts';
import type { HwInfo } from '#vmm/host-iommu-device.ts';

/** How a device of a guest is attached. */
export const entries = mutants(
  {
    id: 'SEED-2415',
    breaks: ['VMM-ATT-01', 'VMM-ATT-17'],
    story: 'Each device that comes by an iommufd object gets an IOAS of its own.',
    like: 'iommufd_cdev_attach() that never looks for a container',
    bug: ({ vmm }) =>
      class extends vmm.IommufdBackend {
        protected override async joined(): Promise<IommufdContainer | undefined> {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2416',
    breaks: ['VMM-ATT-02'],
    story: 'A VMM gives an IOAS up for a device that its first page table does not suit.',
    like: 'iommufd_cdev_autodomains_get() that returns at the first EINVAL',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async attach(device: VfioDevice): Promise<number> {
          const [first] = this.hwpts;
          if (first === undefined) return super.attach(device);
          return this.attachTo(first, device);
        }
      },
  },
  {
    id: 'SEED-2417',
    breaks: ['VMM-ATT-03'],
    story: 'A VMM never asks for page tables that track dirty pages.',
    like: 'iommufd_cdev_autodomains_get() before dirty tracking was there',
    bug: ({ vmm }) =>
      class extends vmm.HostIommuDevice {
        override async getHwInfo(): Promise<HwInfo | number> {
          const info = await super.getHwInfo();
          return typeof info === 'number' ? info : { ...info, capabilities: 0n };
        }
      },
  },
  {
    id: 'SEED-2418',
    breaks: ['VMM-ATT-08'],
    story: 'After the first memory that cannot be mapped no other is tried.',
    like: 'vfio_listener_region_add() that looks at the error of another section',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        override async regionAdd(section: MemoryRegionSection): Promise<void> {
          if (this.container.error === undefined) await super.regionAdd(section);
        }
      },
  },
  {
    id: 'SEED-2419',
    breaks: ['VMM-ATT-10'],
    story: 'A VMM does not ask what the IOMMU of a device can that joins another.',
    like: 'a HostIOMMUDevice that is never realized',
    bug: ({ vmm }) =>
      class extends vmm.HostIommuDevice {
        override async realize(): Promise<void> {}
      },
  },
  {
    id: 'SEED-2420',
    breaks: ['VMM-ATT-12'],
    story: 'A VMM does not look whether a group is viable.',
    like: 'vfio_group_get() without VFIO_GROUP_FLAGS_VIABLE',
    bug: ({ vmm }) =>
      class extends vmm.VfioGroup {
        override async demandViable(): Promise<void> {}
      },
  },
  {
    id: 'SEED-2421',
    breaks: ['VMM-ATT-14'],
    story: 'A group stays open, with all that its container maps, when its last device has gone.',
    like: 'vfio_group_put() that counts one device too many',
    bug: ({ vmm }) =>
      class extends vmm.LegacyBackend {
        protected override async putGroup(group: VfioGroup): Promise<void> {
          if (group.container === undefined) await super.putGroup(group);
        }
      },
  },
  {
    id: 'SEED-2422',
    breaks: ['VMM-ATT-14'],
    story: 'A device that leaves takes with it what the others have mapped.',
    like: 'iommufd_cdev_detach() that does not look at the list of devices',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async detach(device: VfioDevice): Promise<void> {
          await super.detach(device);
          await this.dmaUnmap({ iova: 0n, size: 2n ** 64n - 1n });
        }
      },
  },
  {
    id: 'SEED-2423',
    breaks: ['VMM-ATT-15'],
    story: 'A running guest goes on without memory that its devices cannot reach.',
    like: 'vfio_listener_region_add() without hw_error()',
    bug: ({ vmm }) =>
      class extends vmm.VfioListener {
        protected override mapFailed(section: MemoryRegionSection, result: number): void {
          if (!this.container.initialized) super.mapFailed(section, result);
        }
      },
  },
  {
    id: 'SEED-2439',
    breaks: ['VMM-ATT-03'],
    story: 'A VMM asks for page tables that track dirty pages whether the IOMMU can or not.',
    like: 'iommufd_cdev_autodomains_get() that does not look at the capabilities',
    bug: ({ vmm }) =>
      class extends vmm.HostIommuDevice {
        override async getHwInfo(): Promise<HwInfo | number> {
          const info = await super.getHwInfo();
          return typeof info === 'number' ? info : { ...info, capabilities: 1n };
        }
      },
  },
);
