import type {
  AnyDomain,
  IommuDomain,
  IommuProtection,
  PagingOptions,
  ReservedRegion,
} from '#reference/kernel/iommu/domain.ts';
import { NoiommuDomain } from '#reference/kernel/iommu/hwpt-noiommu.ts';
import { HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Ioas } from '#reference/kernel/iommufd/ioas.ts';
import type { Iommufd } from '#reference/kernel/iommufd/main.ts';
import type { MachineDevice } from '#reference/machine/machine-hardware.ts';
import type { IommufdBinding } from '#reference/kernel/vfio/device.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** features/iommufd/{noiommu-device,noiommu-get-pa}.feature, features/vfio/device-without-iommu.feature. */
export const noiommu = mutants(
  {
    id: 'SEED-650',
    breaks: ['NOIO-01'],
    story: 'Anybody may open a device in noiommu mode.',
    like: 'vfio_device_fops_cdev_open() without capable(CAP_SYS_RAWIO)',
    parts: ({ VfioCore }) => ({
      VfioCore: class extends VfioCore {
        protected override mayOpen(): boolean {
          return true;
        }
      },
    }),
  },
  {
    id: 'SEED-651',
    breaks: ['NOIO-02'],
    story: 'The page table of a noiommu device has only what may be written.',
    like: 'a page table that stands for what a device may do, where nothing holds the device to it',
    parts: ({ NoiommuDomain: Domain }) => ({
      NoiommuDomain: class extends Domain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          protection?: IommuProtection,
        ): undefined {
          if (protection?.write !== false) super.map(iova, physical, length);
        }
      },
    }),
  },
  {
    id: 'SEED-652',
    breaks: ['NOIO-03'],
    story:
      'A device in noiommu mode reserves the place of the interrupts, as one behind an IOMMU does.',
    like: 'iommufd_hw_pagetable_attach() with attach_resv for a noiommu device',
    parts: ({ NoiommuOps }) => ({
      NoiommuOps: class extends NoiommuOps {
        override reservedRegions(): readonly ReservedRegion[] {
          return [{ first: 0xfee0_0000n, last: 0xfeef_ffffn, type: 'msi' }];
        }
      },
    }),
  },
  {
    id: 'SEED-653',
    breaks: ['NOIO-05'],
    story: 'A device in noiommu mode takes the automatic page table of any other device.',
    like: 'iommufd_hwpt_attach_device() of Linux 7.3: nobody is asked whether the page table fits',
    parts: ({ NoiommuOps }) => ({
      NoiommuOps: class extends NoiommuOps {
        override attach(_device: undefined, _domain: AnyDomain): ErrnoName | undefined {
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-654',
    breaks: ['NOIO-04', 'HWINFO-19'],
    story:
      'There is nothing to say about the IOMMU of a device that has none, and that is no failure.',
    like: 'iommufd_get_hw_info() with IOMMU_HW_INFO_TYPE_NONE for a noiommu device',
    parts: ({ DeviceCommands }) => ({
      DeviceCommands: class extends DeviceCommands {
        protected override isNoiommu(): boolean {
          return false;
        }
      },
    }),
  },
  {
    id: 'SEED-655',
    breaks: ['HWPT-42', 'NOIO-04'],
    story: 'A noiommu device gets a page table with any flags.',
    like: 'noiommu_alloc_paging_flags() without a look at its flags',
    parts: ({ NoiommuOps }) => ({
      NoiommuOps: class extends NoiommuOps {
        override allocPagingDomain(_options: PagingOptions): IommuDomain | ErrnoName {
          return new this.parts.NoiommuDomain();
        }
      },
    }),
  },
  {
    id: 'SEED-656',
    breaks: ['OPT-39'],
    story: 'The contiguous length goes on into the next mapping.',
    like: 'iopt_get_phys() without iopt_area_last_iova()',
    parts: ({ NoiommuCommands }) => ({
      NoiommuCommands: class extends NoiommuCommands {
        protected override limitOf(most: bigint): bigint {
          return most;
        }
      },
    }),
  },
  {
    id: 'SEED-657',
    breaks: ['OPT-39'],
    story: 'The contiguous length counts what is mapped, wherever it is.',
    like: 'iopt_get_phys() that looks only whether next_paddr is there',
    parts: ({ NoiommuCommands }) => ({
      NoiommuCommands: class extends NoiommuCommands {
        protected override contiguous(
          _domain: IommuDomain,
          { limit }: { iova: bigint; address: bigint; limit: bigint },
        ): bigint {
          return limit;
        }
      },
    }),
  },
  {
    id: 'SEED-658',
    breaks: ['NOIO-05'],
    story: 'Only the page table that came first is asked where memory is.',
    like: 'iopt_get_phys() of Linux 7.3, which looks at the storage_domain of an area',
    parts: ({ NoiommuCommands }) => ({
      NoiommuCommands: class extends NoiommuCommands {
        protected override domainOf({ iopt }: Ioas): IommuDomain | undefined {
          const [first] = iopt.domains;
          return first instanceof NoiommuDomain ? first : undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-659',
    breaks: ['DEV-15'],
    story: 'VFIO takes a device without an IOMMU also where noiommu mode is off.',
    like: 'vfio_group_find_or_alloc() without a look at vfio_noiommu',
    parts: ({ VfioCore }) => ({
      VfioCore: class extends VfioCore {
        override probe(device: MachineDevice): ErrnoName | undefined {
          this.unsafeNoiommuMode = true;
          return super.probe(device);
        }
      },
    }),
  },
);

/** features/vfio/emulated-device.feature. */
export const emulated = mutants(
  {
    id: 'SEED-660',
    breaks: ['PIN-36'],
    story: 'Attaching an emulated device returns the id of its access.',
    like: 'pt_id as what came into being, where nothing does',
    parts: ({ EmulatedBinding }) => ({
      EmulatedBinding: class extends EmulatedBinding {
        override attach(ioasId: number): number | ErrnoName {
          return this.access.attach(ioasId) ?? this.id;
        }
      },
    }),
  },
  {
    id: 'SEED-661',
    breaks: ['PIN-36'],
    story: 'An emulated device that is attached to a page table gets the IOAS behind it.',
    like: 'iommufd_access_attach() with the lookup of iommufd_device_attach()',
    parts: ({ EmulatedBinding }) => ({
      EmulatedBinding: class extends EmulatedBinding {
        override attach(id: number): number | ErrnoName {
          const table = this.context.objects.get(id, HwptPaging);
          return table instanceof HwptPaging ? super.attach(table.ioas.id) : super.attach(id);
        }
      },
    }),
  },
  {
    id: 'SEED-662',
    breaks: ['PIN-37'],
    story: 'An emulated device is bound as one that does DMA.',
    like: 'an mdev driver with vfio_iommufd_physical_bind()',
    parts: ({ EmulatedDevice }) => ({
      EmulatedDevice: class extends EmulatedDevice {
        protected override bindTo(context: Iommufd): IommufdBinding | ErrnoName {
          return context.bindDevice(this.hardware.iommu);
        }
      },
    }),
  },
  {
    id: 'SEED-663',
    breaks: ['PASID-02'],
    story: 'A PASID of a device whose driver has none is attached as the device itself.',
    like: 'vfio_df_ioctl_attach_pt() without a look at pasid_attach_ioas',
    parts: ({ EmulatedDevice }) => ({
      EmulatedDevice: class extends EmulatedDevice {
        override readonly hasPasids: boolean = true;
      },
    }),
  },
  {
    id: 'SEED-664',
    breaks: ['VFIO-CDEV-13', 'DEV-48'],
    story: 'A token is read before anybody looks whether the device has one.',
    like: 'vfio_df_check_token() with copy_from_user() first',
    parts: ({ EmulatedDevice }) => ({
      EmulatedDevice: class extends EmulatedDevice {
        override readonly hasToken: boolean = true;
      },
    }),
  },
  {
    id: 'SEED-665',
    breaks: ['PIN-36'],
    story: 'An emulated device that is detached keeps its IOAS in use.',
    like: 'vfio_iommufd_emulated_detach_ioas() that only clears iommufd_attached',
    parts: ({ EmulatedBinding }) => ({
      EmulatedBinding: class extends EmulatedBinding {
        override detach(): void {}
      },
    }),
  },
);
