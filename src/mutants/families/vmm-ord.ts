import { mutants } from '#mutants/mutant.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import type { IommufdContainer } from '#vmm/container-iommufd.ts';
import type { VfioDevice } from '#vmm/device.ts';

/** What a VMM does before what. */
export const entries = mutants(
  {
    id: 'SEED-2430',
    breaks: ['VMM-ORD-01'],
    story: 'A VMM destroys the page table of a device before it detaches the device.',
    like: 'iommufd_cdev_detach() with its two halves exchanged',
    bug: ({ vmm }) =>
      class extends vmm.IommufdContainer {
        override async detach(device: VfioDevice): Promise<void> {
          for (const hwpt of [...this.hwpts]) if (hwpt.devices.size === 1) await this.put(hwpt);
          this.hwpts.push({ id: 0, devices: new Set([device]), tracks: false });
          await super.detach(device);
        }
      },
  },
  {
    id: 'SEED-2431',
    breaks: ['VMM-ORD-01'],
    story: 'A VMM destroys an IOAS before the page table on it.',
    like: 'iommufd_cdev_detach() that destroys the container first',
    bug: ({ vmm }) =>
      class extends vmm.IommufdBackend {
        protected override async leave(
          container: IommufdContainer,
          device: VfioDevice,
        ): Promise<void> {
          const { syscalls } = this.context;
          if (container.devices.size === 1) {
            await syscalls.ioctl(this.file, IOMMU_DESTROY, { id: container.ioasId });
          }
          await super.leave(container, device);
        }
      },
  },
);
