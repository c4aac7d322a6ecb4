import type { OpenFile } from '#reference/kernel/fs/file.ts';
import type { IommuDomain, ReservedRegion } from '#reference/kernel/iommu/domain.ts';
import { IOMMU_NO_PASID } from '#reference/kernel/iommu/io-pgfault.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { Range } from '#reference/kernel/lib/range-counts.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { AutomaticCall, MoveCall } from './device-calls.ts';
import { mutants } from './mutant.ts';

/** Devices and where they stand: features/vfio/. */
export const vfio = mutants(
  {
    id: 'BUG-029',
    breaks: ['VFIO-ATT-08', 'DEV-33'],
    story: 'The first attach of a device replaces the page table of its group.',
    like: 'iommufd: Fail replace if device has not been attached',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override attachTo(hwpt: HwPagetable): ErrnoName | undefined {
          const attachment = this.group.attachments.get(IOMMU_NO_PASID);
          if (!attachment || attachment.hwpt === hwpt) return super.attachTo(hwpt);
          return this.moveGroup(hwpt, attachment) ?? super.attachTo(hwpt);
        }
      },
    }),
  },
  {
    id: 'BUG-126',
    breaks: ['VFIO-ATT-07', 'VFIO-ATT-06'],
    story: 'A group that cannot move as a whole is left at neither page table.',
    like: 'iommu: Attach device group to old domain in error path',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override moveGroup(...call: MoveCall): ErrnoName | undefined {
          const error = super.moveGroup(...call);
          if (error) this.device.group.detach();
          return error;
        }
      },
    }),
  },
  {
    id: 'BUG-130',
    breaks: ['VFIO-ATT-04'],
    story:
      'A region that two devices of a page table reserve is taken for new with the second one, and refused.',
    like: 'iommu: Fix mapping check for 0x0 to avoid re-mapping it',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override reserve(range: Range, owner: object): ErrnoName | undefined {
          if (this.reserved.intersects(range)) return 'EADDRINUSE';
          return super.reserve(range, owner);
        }
      },
    }),
  },
  {
    id: 'SEED-093',
    breaks: ['VFIO-CDEV-03'],
    story: 'A device can be read before it is bound.',
    like: 'vfio_device_fops_read() without access_granted',
    parts: ({ DeviceCdev }) => ({
      DeviceCdev: class extends DeviceCdev {
        override read(): number {
          return 0;
        }

        override pread(transfer: Transfer, offset: bigint): number {
          return this.pci.read(transfer, offset);
        }
      },
    }),
  },
  {
    id: 'SEED-094',
    breaks: ['VFIO-CDEV-05'],
    story: 'A file that is no iommufd fails as a bad file descriptor does.',
    like: 'iommufd_ctx_from_fd() with one errno for both',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          const id = super.bind(file);
          return id === 'EBADFD' ? 'EBADF' : id;
        }
      },
    }),
  },
  {
    id: 'SEED-095',
    breaks: ['VFIO-CDEV-08'],
    story: 'A second file descriptor of a bound device takes the device over.',
    like: 'vfio_df_open() without device->open_count',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          if (this.bound) this.unbind();
          return super.bind(file);
        }
      },
    }),
  },
  {
    id: 'SEED-096',
    breaks: ['VFIO-CDEV-10', 'VFIO-CDEV-09'],
    story: 'The devices of a group go to two iommufds.',
    like: 'iommu_device_claim_dma_owner() that does not compare the owners',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          return super.claimDmaOwner(this.owner ?? owner);
        }
      },
    }),
  },
  {
    id: 'SEED-097',
    breaks: ['VFIO-CDEV-14'],
    story: 'A group stays with its iommufd when its last device is closed.',
    like: 'iommufd_device_destroy() without iommu_device_release_dma_owner()',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        override releaseDmaOwner(): void {
          if (this.ownerCount > 1) super.releaseDmaOwner();
        }
      },
    }),
  },
  {
    id: 'SEED-098',
    breaks: ['VFIO-CDEV-15'],
    story: 'A device whose bind failed counts as open, and is never bound again.',
    like: 'vfio_df_open() without --device->open_count on failure',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        private failed = false;

        override bind(file: OpenFile): number | ErrnoName {
          if (this.failed) return 'EINVAL';
          const id = super.bind(file);
          this.failed = id === 'EPERM';
          return id;
        }
      },
    }),
  },
  {
    id: 'SEED-099',
    breaks: ['VFIO-ATT-04'],
    story: 'An attach to an IOAS takes a page table of IOMMU_HWPT_ALLOC as well.',
    like: 'iommufd_device_auto_get_domain() without the test of auto_domain',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step] = call;
          for (const hwpt of ioas.hwpts) if (!step(hwpt)) return hwpt;
          return super.changeToAutomatic(...call);
        }
      },
    }),
  },
  {
    id: 'SEED-100',
    breaks: ['VFIO-ATT-06'],
    story: 'An attached device cannot be attached somewhere else before it is detached.',
    like: 'vfio_iommufd_physical_attach_ioas() without iommufd_device_replace()',
    parts: ({ VfioDevice }) => ({
      VfioDevice: class extends VfioDevice {
        override attach(tableId: number): number | ErrnoName {
          return this.bound?.attach(tableId) ?? 'EINVAL';
        }
      },
    }),
  },
  {
    id: 'SEED-101',
    breaks: ['VFIO-ATT-09', 'VFIO-ATT-10'],
    story: 'The last page of a reserved region of a device is left out.',
    like: 'the last page taken for an end that is exclusive',
    parts: ({ IntelIommu }) => ({
      IntelIommu: class extends IntelIommu {
        override reservedRegions(): readonly ReservedRegion[] {
          return super
            .reservedRegions()
            .map((region) => ({ ...region, last: region.last - 0x1000n }));
        }
      },
    }),
  },
  {
    id: 'SEED-102',
    breaks: ['VFIO-ATT-10', 'IOAS-RANGES-08'],
    story: 'The reserved regions of a device stay when it is detached.',
    like: 'iommufd_hw_pagetable_detach() without iopt_remove_reserved_iova()',
    parts: ({ IommufdDevice }) => ({
      IommufdDevice: class extends IommufdDevice {
        protected override detachFrom(hwpt: HwPagetable): void {
          super.detachFrom(hwpt);
          this.reserveIn(hwpt);
        }
      },
    }),
  },
  {
    id: 'SEED-103',
    breaks: ['VFIO-DET-01', 'VFIO-ATT-02'],
    story: 'Neither an attach nor a detach of a PASID needs room for one.',
    like: 'vfio_df_ioctl_detach_pt() with the minimum size for everything',
    parts: ({ DeviceCdev }) => ({
      DeviceCdev: class extends DeviceCdev {
        protected override hasRoom(_argsz: number, _needed: number): boolean {
          return true;
        }
      },
    }),
  },
  {
    id: 'SEED-104',
    breaks: ['VFIO-DET-02'],
    story: 'A device that is not attached cannot be detached.',
    like: 'vfio_iommufd_physical_detach_ioas() with an errno',
    parts: ({ DeviceCdev }) => ({
      DeviceCdev: class extends DeviceCdev {
        protected override detach(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.detach(task, arg);
          if (error || this.attached) this.attached = false;
          else return 'EINVAL';
          return error;
        }

        protected override attach(task: Task, arg: bigint): ErrnoName | undefined {
          const error = super.attach(task, arg);
          this.attached ||= !error;
          return error;
        }

        private attached = false;
      },
    }),
  },
  {
    id: 'SEED-105',
    breaks: ['VFIO-DET-02'],
    story: 'A device that is detached goes on with the page table it had.',
    like: '__iommu_group_set_core_domain() that never reaches the hardware',
    parts: ({ Group }) => ({
      Group: class<Device> extends Group<Device> {
        protected override setCoreDomain(domain: IommuDomain | 'blocked'): void {
          if (domain !== 'blocked') super.setCoreDomain(domain);
        }
      },
    }),
  },
);
