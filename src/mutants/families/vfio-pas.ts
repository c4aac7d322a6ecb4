import { mutants } from '#mutants/mutant.ts';
import type { AttachHandle } from '#reference/kernel/iommu/io-pgfault.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** PASIDs of VFIO devices, those that have none as well. */
export const entries = mutants(
  {
    id: 'SEED-2230',
    breaks: ['VFIO-PAS-02'],
    story: 'A device without PASIDs takes none.',
    like: 'iommu_attach_device_pasid() that asks each device for max_pasids',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
          const none = this.devices.every(({ pasidWidth }) => pasidWidth === 0);
          return none && pasid > 0 ? 'EINVAL' : super.attachPasid(handle, pasid);
        }
      },
  },
  {
    id: 'SEED-2231',
    breaks: ['VFIO-PAS-02'],
    story: 'A PASID beyond INT_MAX is looked for like any other.',
    like: 'vfio_iommufd_physical_pasid_attach_ioas() without ida_alloc_range()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override attachPasid(tableId: number, pasid: number): number | ErrnoName {
          const result = super.attachPasid(tableId, pasid);
          return result === 'ENOSPC' ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-2232',
    breaks: ['VFIO-PAS-06'],
    story: 'Detaching a device detaches its PASID 0.',
    like: 'vfio_iommufd_physical_detach_ioas() without a look at iommufd_attached',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override detach(): void {
          if (this.pasids.has(0)) this.detachPasid(0);
          super.detach();
        }
      },
  },
  {
    id: 'SEED-2233',
    breaks: ['VFIO-PAS-06'],
    story: 'Detaching PASID 0 detaches the device, however it was attached.',
    like: 'vfio_iommufd_physical_pasid_detach_ioas() without ida_exists()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override detachPasid(pasid: number): void {
          if (pasid === 0) this.detach();
          super.detachPasid(pasid);
        }
      },
  },
);
