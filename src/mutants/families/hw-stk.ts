import { mutants } from '#mutants/mutant.ts';
import type { IommuDomain, PagingOptions, ReservedRegion } from '#reference/kernel/iommu/domain.ts';
import type { IommuDevice } from '#reference/kernel/iommu/domain.ts';
import type { PciIdentity, RegisteredIommu } from '#reference/kernel/iommu/iommu.ts';
import type { VirtioEndpoint } from '#reference/kernel/iommu/virtio/virtio-iommu.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_VIOMMU_TYPE_ARM_SMMUV3 } from '#uapi/iommufd/viommu.ts';

/** What emulated machines have, and lack. */
export const entries = mutants(
  {
    id: 'SEED-1280',
    breaks: ['HW-STK-01'],
    story: 'A VT-d in legacy mode makes nesting parents, as it makes other page tables.',
    like: 'IOMMU_HWPT_ALLOC_NEST_PARENT without a look at nested_supported()',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain({ ...options, nestParent: false });
        }
      },
  },
  {
    id: 'SEED-1281',
    breaks: ['HW-STK-02'],
    story: 'An SMMUv3 without vIOMMUs makes no nesting parents either.',
    like: 'arm_vsmmu_init() and its test moved to the allocation of the parent',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          const made = super.allocPagingDomain(options);
          const hasViommus = this.viommu?.offersViommu(IOMMU_VIOMMU_TYPE_ARM_SMMUV3);
          return options.nestParent && !hasViommus ? 'EOPNOTSUPP' : made;
        }
      },
  },
  {
    id: 'SEED-1283',
    breaks: ['HW-STK-04'],
    story: 'A VT-d in legacy mode makes page tables that track, and track nothing.',
    like: 'ssads_supported() left out',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override capabilities(
          ...device: Parameters<InstanceType<typeof intel.IntelIommu>['capabilities']>
        ) {
          return { ...super.capabilities(...device), dirtyTracking: true };
        }

        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain({ ...options, dirtyTracking: false });
        }
      },
  },
  {
    id: 'SEED-1284',
    breaks: ['HW-STK-05'],
    story: 'A device cuts addresses to 28 bits.',
    like: "the dma_mask that QEMU's edu has where nobody sets it",
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        override reach(
          ...[iova, ...rest]: Parameters<InstanceType<typeof pci.PciDevice>['reach']>
        ) {
          return super.reach(iova & 0xfff_ffffn, ...rest);
        }
      },
  },
  {
    id: 'SEED-1285',
    breaks: ['HW-STK-06'],
    story: 'A VT-d is taken for one without snoop control.',
    like: 'ecap_sc_support() of a register that was read before it was set',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override capabilities(
          ...device: Parameters<InstanceType<typeof intel.ScalableIommu>['capabilities']>
        ) {
          return { ...super.capabilities(...device), enforcesCoherency: false };
        }
      },
  },
  {
    id: 'SEED-1286',
    breaks: ['HW-STK-07'],
    story: 'Each device behind a bridge has a group of its own.',
    like: 'pci_device_group() without pci_for_each_dma_alias()',
    bug: ({ iommu }) =>
      class extends iommu.IommuCore {
        override addPciDevice(identity: PciIdentity, host: RegisteredIommu): IommuDevice {
          return super.addPciDevice({ ...identity, requesterId: identity.rid }, host);
        }
      },
  },
  {
    id: 'SEED-1287',
    breaks: ['HW-STK-08'],
    story: 'The kernel keeps 1 MiB for interrupts also where the device has a region for them.',
    like: 'viommu_get_resv_regions() that always adds IOMMU_RESV_SW_MSI',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override reservedRegions(endpoint: VirtioEndpoint): readonly ReservedRegion[] {
          const window = { first: 0x800_0000n, last: 0x80f_ffffn, type: 'sw-msi' } as const;
          return [...super.reservedRegions(endpoint), window];
        }
      },
  },
);
