import { mutants } from '#mutants/mutant.ts';
import type { OpenFile, Transfer } from '#reference/kernel/fs/file.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Bytes of the part of the configuration space that all functions have. */
const HEADER = 0x40;

/** VFIO character devices: open and bind. */
export const entries = mutants(
  {
    id: 'SEED-0093',
    breaks: ['VFIO-CDEV-03', 'VFIO-LIFE-09'],
    story: 'A device can be read before it is bound.',
    like: 'vfio_device_fops_read() without access_granted',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        override read(): number {
          return this.isBound ? -22 : 0;
        }

        override pread(transfer: Transfer, offset: bigint): number {
          return this.device.ops?.read(transfer, offset) ?? 0;
        }
      },
  },
  {
    id: 'SEED-0094',
    breaks: ['VFIO-CDEV-05'],
    story: 'A file that is no iommufd fails as a bad file descriptor does.',
    like: 'iommufd_ctx_from_fd() with one errno for both',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          const id = super.bind(file);
          return id === 'EBADFD' ? 'EBADF' : id;
        }
      },
  },
  {
    id: 'SEED-0095',
    breaks: ['VFIO-CDEV-08', 'VFIO-LIFE-09'],
    story: 'A second file descriptor of a bound device takes the device over.',
    like: 'vfio_df_open() without device->open_count',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override bind(file: OpenFile): number | ErrnoName {
          if (this.bound) this.unbind();
          return super.bind(file);
        }
      },
  },
  {
    id: 'SEED-0096',
    breaks: ['VFIO-CDEV-10', 'VFIO-CDEV-09'],
    story: 'The devices of a group go to two iommufds.',
    like: 'iommu_device_claim_dma_owner() that does not compare the owners',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override claimDmaOwner(owner: object): ErrnoName | undefined {
          return super.claimDmaOwner(this.owner ?? owner);
        }
      },
  },
  {
    id: 'SEED-0097',
    breaks: ['VFIO-CDEV-14', 'VMM-ORD-06'],
    story: 'A group stays with its iommufd when its last device is closed.',
    like: 'iommufd_device_destroy() without iommu_device_release_dma_owner()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override releaseDmaOwner(): void {
          if (this.ownerCount > 1) super.releaseDmaOwner();
        }
      },
  },
  {
    id: 'SEED-0098',
    breaks: ['VFIO-CDEV-15'],
    story: 'A device whose bind failed counts as open, and is never bound again.',
    like: 'vfio_df_open() without --device->open_count on failure',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        private failed = false;

        override bind(file: OpenFile): number | ErrnoName {
          if (this.failed) return 'EINVAL';
          const id = super.bind(file);
          this.failed = id === 'EPERM';
          return id;
        }
      },
  },
  {
    id: 'SEED-0664',
    breaks: ['VFIO-CDEV-13', 'DEV-48'],
    story: 'A token is read before anybody looks whether the device has one.',
    like: 'vfio_df_check_token() with copy_from_user() first',
    bug: ({ vfio }) =>
      class extends vfio.EmulatedDevice {
        override readonly hasToken: boolean = true;
      },
  },
  {
    id: 'SEED-0804',
    breaks: ['VFIO-CDEV-16'],
    story: 'Behind the header of the configuration space there is nothing.',
    like: 'vfio_config_do_rw() that knows only the standard header',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override read(transfer: Transfer, offset: bigint): number {
          const count = super.read(transfer, offset);
          const { task, address, length } = transfer;
          if (length > HEADER)
            task.memory.copyToUser(address + BigInt(HEADER), new Uint8Array(length - HEADER));
          return count;
        }
      },
  },
  {
    id: 'SEED-0805',
    breaks: ['VFIO-CDEV-16'],
    story: 'A read of the configuration space ends after its first word.',
    like: 'vfio_pci_config_rw() without its loop',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override read(transfer: Transfer, offset: bigint): number {
          return super.read({ ...transfer, length: Math.min(transfer.length, 4) }, offset);
        }
      },
  },
);
