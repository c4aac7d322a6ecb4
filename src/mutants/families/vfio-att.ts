import type { AutomaticCall, MoveCall } from '#mutants/device-calls.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain, ReservedRegion } from '#reference/kernel/iommu/domain.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import { IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DEVICE_DETACH_IOMMUFD_PT } from '#uapi/vfio/device.ts';

/** VFIO_DEVICE_ATTACH_IOMMUFD_PT. */
export const entries = mutants(
  {
    id: 'BUG-029',
    breaks: ['VFIO-ATT-08', 'DEV-33'],
    story: 'The first attach of a device replaces the page table of its group.',
    like: 'iommufd: Fail replace if device has not been attached',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override attachTo(hwpt: HwPagetable): ErrnoName | undefined {
          const attachment = this.group.attachments.get(IOMMU_NO_PASID);
          if (!attachment || attachment.hwpt === hwpt) return super.attachTo(hwpt);
          return this.moveGroup(hwpt, attachment) ?? super.attachTo(hwpt);
        }
      },
  },
  {
    id: 'BUG-126',
    breaks: ['VFIO-ATT-07', 'VFIO-ATT-06'],
    story: 'A group that cannot move as a whole is left at neither page table.',
    like: 'iommu: Attach device group to old domain in error path',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const error = super.moveGroup(...call);
          if (error) this.device.group.detach();
          return error;
        }
      },
  },
  {
    id: 'BUG-130',
    breaks: ['VFIO-ATT-04'],
    story:
      'A region that two devices of a page table reserve is taken for new with the second one, and refused.',
    like: 'iommu: Fix mapping check for 0x0 to avoid re-mapping it',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override reserve(range: Range, owner: object): ErrnoName | undefined {
          if (this.reserved.intersects(range)) return 'EADDRINUSE';
          return super.reserve(range, owner);
        }
      },
  },
  {
    id: 'BUG-164',
    breaks: ['VFIO-ATT-06', 'VFIO-DET-02'],
    story: 'A device that leaves its page table leaves the translations behind.',
    like: 'iommu/riscv: Add IOTINVAL after updating DDT/PDT entries',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        protected override flushCaches(domainId: number, rid: number): void {
          this.queue.flushContext(domainId, rid);
        }
      },
  },
  {
    id: 'BUG-190',
    breaks: ['VFIO-ATT-07', 'VFIO-ATT-08'],
    story: 'The second device behind a bridge clears the entry of the requester id they share.',
    like: 'iommu/vt-d: Restore context entry setup order for aliased devices',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override attach(device: IntelDevice, domain: IommuDomain): ErrnoName | undefined {
          const shared = device.requesterIds.filter((rid) => this.attached.get(rid) === domain);
          const error = super.attach(device, domain);
          for (const rid of shared) this.clearContext(rid);
          return error;
        }
      },
  },
  {
    id: 'SEED-0099',
    breaks: ['VFIO-ATT-04'],
    story: 'An attach to an IOAS takes a page table of IOMMU_HWPT_ALLOC as well.',
    like: 'iommufd_device_auto_get_domain() without the test of auto_domain',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step] = call;
          for (const hwpt of ioas.hwpts) if (!step(hwpt)) return hwpt;
          return super.changeToAutomatic(...call);
        }
      },
  },
  {
    id: 'SEED-0100',
    breaks: ['VFIO-ATT-06'],
    story: 'An attached device cannot be attached somewhere else before it is detached.',
    like: 'vfio_iommufd_physical_attach_ioas() without iommufd_device_replace()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override attach(tableId: number): number | ErrnoName {
          return this.bound?.attach(tableId) ?? 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-0101',
    breaks: ['VFIO-ATT-09', 'VFIO-ATT-10'],
    story: 'The last page of a reserved region of a device is left out.',
    like: 'the last page taken for an end that is exclusive',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override reservedRegions(): readonly ReservedRegion[] {
          return super
            .reservedRegions()
            .map((region) => ({ ...region, last: region.last - 0x1000n }));
        }
      },
  },
  {
    id: 'SEED-0102',
    breaks: ['VFIO-ATT-10', 'IOAS-RANGES-08'],
    story: 'The reserved regions of a device stay when it is detached.',
    like: 'iommufd_hw_pagetable_detach() without iopt_remove_reserved_iova()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override detachFrom(hwpt: HwPagetable): void {
          super.detachFrom(hwpt);
          this.reserveIn(hwpt);
        }
      },
  },
  {
    id: 'SEED-0624',
    breaks: ['VFIO-ATT-11'],
    story: 'A device that came from its group can be detached from the IOAS of its container.',
    like: 'vfio_device_fops_unl_ioctl() without the test of df->group',
    bug: ({ vfio }) =>
      class extends vfio.GroupDeviceFile {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          if (request !== VFIO_DEVICE_DETACH_IOMMUFD_PT.request) {
            return super.command(task, request, arg);
          }
          this.device.detach();
          return 0;
        }
      },
  },
  {
    id: 'SEED-0761',
    breaks: ['VFIO-ATT-06'],
    story: 'A virtio-iommu is not told again what is mapped when a device comes back.',
    like: 'viommu_attach_dev() without viommu_replay_mappings()',
    bug: ({ virtio }) =>
      class extends virtio.VirtioDomain {
        override replay(): void {}
      },
  },
  {
    id: 'SEED-0767',
    breaks: ['VFIO-ATT-06', 'VFIO-DET-02'],
    story: 'An AMD IOMMU goes on with the device table entry that it knows.',
    like: 'amd_iommu_update_dte() without iommu_flush_dte_sync()',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDeviceEntry(): void {}
      },
  },
);
