import { mutants } from '#mutants/mutant.ts';
import type { BusDevice } from '#reference/kernel/base/driver-core.ts';
import type { VfioHardware } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Virtual functions by sysfs. */
export const entries = mutants(
  {
    id: 'SEED-2150',
    breaks: ['VFIO-SYS-10'],
    story: 'Some virtual functions become others.',
    like: 'sriov_numvfs_store() without a look at num_VFs',
    bug: ({ vfioPci }) =>
      class<Device extends VfioHardware> extends vfioPci.VfioPciSriov<Device> {
        override configure(owner: Device, count: number): ErrnoName | Promise<void> | undefined {
          const result = super.configure(owner, count);
          return result === 'EBUSY' ? this.enable(owner, count) : result;
        }
      },
  },
  {
    id: 'SEED-2151',
    breaks: ['VFIO-SYS-10'],
    story:
      'More virtual functions are asked for than there can be, and as many as can be are made.',
    like: 'sriov_numvfs_store() with a count that is cut',
    bug: ({ vfioPci }) =>
      class<Device extends VfioHardware> extends vfioPci.VfioPciSriov<Device> {
        override configure(owner: Device, count: number): ErrnoName | Promise<void> | undefined {
          return super.configure(owner, Math.min(count, this.totalOf(owner)));
        }
      },
  },
  {
    id: 'SEED-2152',
    breaks: ['VFIO-SYS-10'],
    story: 'Virtual functions are made although nobody allowed it.',
    like: 'vfio_pci_sriov_configure() without enable_sriov',
    bug: ({ vfioPci }) =>
      class<Device extends VfioHardware> extends vfioPci.VfioPciSriov<Device> {
        protected override readonly isAllowed = (): boolean => true;
      },
  },
  {
    id: 'SEED-2153',
    breaks: ['VFIO-SYS-10'],
    story: 'All virtual functions are asked for at once.',
    like: 'sriov_del_vfs() that lets all go before it waits for the first',
    bug: ({ vfioPci }) =>
      class<Device extends VfioHardware> extends vfioPci.VfioPciSriov<Device> {
        override disable(owner: Device): Promise<void> | undefined {
          const others = (this.made.get(owner) ?? []).slice(1).filter((each) => each !== undefined);
          for (const each of others) void this.bus.release(each);
          return super.disable(owner);
        }
      },
  },
  {
    id: 'SEED-2154',
    breaks: ['VFIO-SYS-10'],
    story: 'Virtual functions outlive the driver that made them.',
    like: 'vfio_pci_core_unregister_device() without vfio_pci_core_sriov_configure()',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override unregister(device: BusDevice): Promise<void> | undefined {
          const hardware = this.kernel.hardware.devices.find((each) => each === device);
          return hardware && this.leave(hardware);
        }
      },
  },
  {
    id: 'SEED-2155',
    breaks: ['VFIO-SYS-10'],
    story: 'Virtual functions are made of a device that sleeps on.',
    like: 'vfio_pci_core_sriov_configure() without vfio_pci_set_power_state()',
    bug: ({ vfioPci }) =>
      class<Device extends VfioHardware> extends vfioPci.VfioPciSriov<Device> {
        protected override wake(): void {}
      },
  },
  {
    id: 'SEED-2156',
    breaks: ['VFIO-SYS-11'],
    story: 'Whoever opens the device has it, although one of its virtual functions is in use.',
    like: 'vfio_pci_validate_vf_token() without a look at users',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override checkToken(told: Uint8Array | undefined): 'EACCES' | 'EINVAL' | undefined {
          const { token } = this.hardware;
          if (!token) return super.checkToken(told);
          if (told) token.uuid = told;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2157',
    breaks: ['VFIO-SYS-11'],
    story: 'A token that was told at the bind is forgotten.',
    like: 'vfio_pci_validate_vf_token() without uuid_copy()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override checkToken(told: Uint8Array | undefined): 'EACCES' | 'EINVAL' | undefined {
          const { token } = this.hardware;
          const before = token?.uuid;
          const result = super.checkToken(told);
          if (token && before) token.uuid = before;
          return result;
        }
      },
  },
  {
    id: 'SEED-2158',
    breaks: ['VFIO-SYS-11'],
    story: 'Of a virtual function that was closed the device believes that it is in use.',
    like: 'vfio_pci_core_close_device() without vfio_pci_vf_token_user_add(vdev, -1)',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override unbind(): void {
          const { token } = this.hardware.owner ?? {};
          super.unbind();
          if (token) token.users += 1;
        }
      },
  },
);
