import { RequestType } from '#reference/hardware/virtio-iommu/requests.ts';
import type { RequestFields } from '#reference/hardware/virtio-iommu/requests.ts';
import type {
  DeviceCapabilities,
  HardwareInfo,
  Invalidated,
  IommuDevice,
  IommuDomain,
  IommuProtection,
  PagingOptions,
} from '#reference/kernel/iommu/domain.ts';
import { amdViommus } from '#reference/kernel/iommu/amd/amd-viommu.ts';
import type { ViommuDriver } from '#reference/kernel/iommu/viommu.ts';
import type { DeviceCommands } from '#reference/kernel/iommufd/device-commands.ts';
import type { HwptCommands } from '#reference/kernel/iommufd/hwpt-commands.ts';
import type { InvalidateCommands } from '#reference/kernel/iommufd/invalidate.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HW_INFO_FLAG_INPUT_TYPE,
  IOMMU_HW_INFO_TYPE_NONE,
  iommu_hw_info_amd,
} from '#uapi/iommufd/device.ts';
import { IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV } from '#uapi/iommufd/viommu.ts';

import { mutants } from './mutant.ts';

type InfoCommand = Parameters<DeviceCommands['getHwInfo']>[0];
type OnParent = Parameters<HwptCommands['allocNested']>;
type OnViommu = Parameters<InvalidateCommands['onViommu']>;

/** Behind a virtio-iommu or an AMD IOMMU: features/dma/iommus.feature, and rules of their own in features/iommufd/. */
export const iommus = mutants(
  {
    id: 'SEED-760',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A virtio-iommu is told of an unmap with the next request.',
    like: 'viommu_unmap_pages() without viommu_iotlb_sync()',
    parts: ({ VirtioRequestQueue }) => ({
      VirtioRequestQueue: class extends VirtioRequestQueue {
        private last = 0;

        override add(type: number, fields: RequestFields): void {
          this.last = type;
          super.add(type, fields);
        }

        override sync(): void {
          if (this.last !== RequestType.Unmap) super.sync();
        }
      },
    }),
  },
  {
    id: 'SEED-761',
    breaks: ['VFIO-ATT-06'],
    story: 'A virtio-iommu is not told again what is mapped when a device comes back.',
    like: 'viommu_attach_dev() without viommu_replay_mappings()',
    parts: ({ VirtioDomain }) => ({
      VirtioDomain: class extends VirtioDomain {
        override replay(): void {}
      },
    }),
  },
  {
    id: 'SEED-762',
    breaks: ['IOAS-MAP-49', 'IOAS-MAP-48'],
    story: 'A virtio-iommu is always asked for both rights.',
    like: 'VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE without a look at prot',
    parts: ({ VirtioDomain }) => ({
      VirtioDomain: class extends VirtioDomain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          _protection: IommuProtection,
        ): ErrnoName | undefined {
          return super.map(iova, physical, length, { read: true, write: true });
        }
      },
    }),
  },
  {
    id: 'SEED-763',
    breaks: ['DEV-13'],
    story: 'The interrupts behind an IOMMU count as isolated, whether or not it remaps them.',
    like: 'msi_device_has_isolated_msi() that asks for an IOMMU',
    parts: ({ VirtioIommuDriver }) => ({
      VirtioIommuDriver: class extends VirtioIommuDriver {
        override capabilities(): DeviceCapabilities {
          return { ...super.capabilities(), msiIsolated: true };
        }
      },
    }),
  },
  {
    id: 'SEED-764',
    breaks: ['DEV-13'],
    story: 'The parameter allow_unsafe_interrupts is read when an iommufd is opened.',
    like: 'a copy of allow_unsafe_interrupts in struct iommufd_ctx',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        private readonly allowed = this.kernel.parameters.allowUnsafeInterrupts;

        protected override checkDevice(device: IommuDevice): ErrnoName | undefined {
          return this.allowed ? undefined : super.checkDevice(device);
        }
      },
    }),
  },
  {
    id: 'SEED-765',
    breaks: ['HWINFO-11'],
    story: 'A driver without information refuses to be asked for a type of it.',
    like: 'iommufd_get_hw_info() that checks the type before it looks for hw_info()',
    parts: ({ DeviceCommands }) => ({
      DeviceCommands: class extends DeviceCommands {
        protected override offers(info: HardwareInfo, command: InfoCommand): boolean {
          const isAsked = (command.fields.flags & IOMMU_HW_INFO_FLAG_INPUT_TYPE) !== 0;
          if (info.type === IOMMU_HW_INFO_TYPE_NONE && isAsked) return false;
          return super.offers(info, command);
        }
      },
    }),
  },
  {
    id: 'SEED-766',
    breaks: ['IOAS-UNMAP-17'],
    story: 'The flush of a range by an AMD IOMMU is that of its first page.',
    like: 'build_inv_address() that forgets CMD_INV_IOMMU_PAGES_SIZE_MASK',
    parts: ({ AmdCommandQueue }) => ({
      AmdCommandQueue: class extends AmdCommandQueue {
        override flushRange(domainId: number, iova: bigint): void {
          super.flushRange(domainId, iova, 0x1000n);
        }
      },
    }),
  },
  {
    id: 'SEED-767',
    breaks: ['VFIO-ATT-06', 'VFIO-DET-02'],
    story: 'An AMD IOMMU goes on with the device table entry that it knows.',
    like: 'amd_iommu_update_dte() without iommu_flush_dte_sync()',
    parts: ({ AmdCommandQueue }) => ({
      AmdCommandQueue: class extends AmdCommandQueue {
        override flushDeviceEntry(): void {}
      },
    }),
  },
  {
    id: 'SEED-768',
    breaks: ['HWINFO-18'],
    story: 'The two registers of an AMD IOMMU change places.',
    like: 'hwinfo->efr = amd_iommu_efr2',
    parts: ({ AmdIommu }) => ({
      AmdIommu: class extends AmdIommu {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const { efr, efr2 } = iommu_hw_info_amd.unpack(data);
          return { type, data: iommu_hw_info_amd.pack({ efr: efr2, efr2: efr }) };
        }
      },
    }),
  },
  {
    id: 'SEED-769',
    breaks: ['HWPT-39'],
    story: 'An AMD nesting parent may be for PASIDs.',
    like: 'a case of NEST_PARENT in amd_iommu_domain_alloc_paging_flags() that masks PASID',
    parts: ({ AmdIommu }) => ({
      AmdIommu: class extends AmdIommu {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain(
            options.nestParent ? { ...options, pasid: false } : options,
          );
        }
      },
    }),
  },
  {
    id: 'SEED-770',
    breaks: ['VIOMMU-14'],
    story: 'An AMD IOMMU has vIOMMUs of the types that the header gives to others.',
    like: 'amd_iommufd_get_viommu_size() that compares the type',
    parts: ({ AmdIommu }) => ({
      AmdIommu: class extends AmdIommu {
        override readonly viommu: ViommuDriver = {
          ...amdViommus,
          offersViommu: (type) => type <= IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV,
        };
      },
    }),
  },
  {
    id: 'SEED-771',
    breaks: ['INV-05'],
    story: 'An invalidation that nobody does counts as done.',
    like: 'return 0 where there is no cache_invalidate()',
    parts: ({ InvalidateCommands }) => ({
      InvalidateCommands: class extends InvalidateCommands {
        protected override onViommu(...[command, viommu]: OnViommu): Invalidated {
          const invalidated = super.onViommu(command, viommu);
          if (invalidated.error !== 'EOPNOTSUPP' || invalidated.done > 0) return invalidated;
          return { done: command.fields.entry_num };
        }
      },
    }),
  },
  {
    id: 'SEED-772',
    breaks: ['HWPT-38'],
    story:
      'A driver that makes no nested page table of a parent is not asked before the parent is.',
    like: 'iommufd_hwpt_nested_alloc() that looks for domain_alloc_nested() last',
    parts: ({ HwptCommands }) => ({
      HwptCommands: class extends HwptCommands {
        protected override allocNested(
          ...[command, device, parent]: OnParent
        ): ErrnoName | undefined {
          return parent.nestParent ? super.allocNested(command, device, parent) : 'EINVAL';
        }
      },
    }),
  },
);
