import { mutants } from '#mutants/mutant.ts';
import type {
  AnyDomain,
  IommuDomain,
  IommuProtection,
  ReservedRegion,
} from '#reference/kernel/iommu/domain.ts';
import { NoiommuDomain } from '#reference/kernel/iommu/hwpt-noiommu.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Devices without an IOMMU. */
export const entries = mutants(
  {
    id: 'SEED-0650',
    breaks: ['NOIO-01'],
    story: 'Anybody may open a device in noiommu mode.',
    like: 'vfio_device_fops_cdev_open() without capable(CAP_SYS_RAWIO)',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override mayOpen(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-0651',
    breaks: ['NOIO-02'],
    story: 'The page table of a noiommu device has only what may be written.',
    like: 'a page table that stands for what a device may do, where nothing holds the device to it',
    bug: ({ iommu }) =>
      class extends iommu.NoiommuDomain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          protection?: IommuProtection,
        ): undefined {
          if (protection?.write !== false) super.map(iova, physical, length);
        }
      },
  },
  {
    id: 'SEED-0652',
    breaks: ['NOIO-03'],
    story:
      'A device in noiommu mode reserves the place of the interrupts, as one behind an IOMMU does.',
    like: 'iommufd_hw_pagetable_attach() with attach_resv for a noiommu device',
    bug: ({ iommu }) =>
      class extends iommu.NoiommuOps {
        override reservedRegions(): readonly ReservedRegion[] {
          return [{ first: 0xfee0_0000n, last: 0xfeef_ffffn, type: 'msi' }];
        }
      },
  },
  {
    id: 'SEED-0653',
    breaks: ['NOIO-05'],
    story: 'A device in noiommu mode takes the automatic page table of any other device.',
    like: 'iommufd_hwpt_attach_device() of Linux 7.3: nobody is asked whether the page table fits',
    bug: ({ iommu }) =>
      class extends iommu.NoiommuOps {
        override attach(_device: undefined, _domain: AnyDomain): ErrnoName | undefined {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0654',
    breaks: ['NOIO-04', 'HWINFO-19'],
    story:
      'There is nothing to say about the IOMMU of a device that has none, and that is no failure.',
    like: 'iommufd_get_hw_info() with IOMMU_HW_INFO_TYPE_NONE for a noiommu device',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override isNoiommu(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-0658',
    breaks: ['NOIO-05'],
    story: 'Only the page table that came first is asked where memory is.',
    like: 'iopt_get_phys() of Linux 7.3, which looks at the storage_domain of an area',
    bug: ({ iommufd }) =>
      class extends iommufd.NoiommuCommands {
        protected override domainOf({ iopt }: Ioas): IommuDomain | undefined {
          const [first] = iopt.domains;
          return first instanceof NoiommuDomain ? first : undefined;
        }
      },
  },
);
