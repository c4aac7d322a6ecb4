import { mutants } from '#mutants/mutant.ts';
import type { BusDevice, DriverName } from '#reference/kernel/base/driver-core.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** What sysfs tells and takes. */
export const entries = mutants(
  {
    id: 'SEED-2200',
    breaks: ['VFIO-SYS-01'],
    story: 'The type of a group is taken and forgotten.',
    like: 'iommu_group_store_type() without iommu_setup_default_domain()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override setType(word: string): ErrnoName | undefined {
          const { type } = this;
          const error = super.setType(word);
          if (word !== 'auto') this.type = type;
          return error;
        }
      },
  },
  {
    id: 'SEED-2201',
    breaks: ['VFIO-SYS-01'],
    story: 'A word that only begins like a type is taken for it.',
    like: 'iommu_group_store_type() with strncmp()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override setType(word: string): ErrnoName | undefined {
          return super.setType(word.startsWith('DMA-') ? 'DMA-FQ' : word);
        }
      },
  },
  {
    id: 'SEED-2202',
    breaks: ['VFIO-SYS-02'],
    story: 'The type of a group changes under the process that owns it.',
    like: 'iommu_group_store_type() without a look at owner_cnt',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override setType(word: string): ErrnoName | undefined {
          const error = super.setType(word);
          if (error !== 'EPERM' || word !== 'identity') return error;
          this.type = word;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2203',
    breaks: ['VFIO-SYS-02'],
    story: 'No flush queue can be added while a process owns the group.',
    like: 'iommu_group_store_type() without iommu_dma_init_fq()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override setType(word: string): ErrnoName | undefined {
          return this.isDmaOwned && word === 'DMA-FQ' ? 'EPERM' : super.setType(word);
        }
      },
  },
  {
    id: 'SEED-2204',
    breaks: ['VFIO-SYS-03'],
    story: 'A group tells of its first device only.',
    like: 'iommu_group_add_device() without sysfs_create_link_nowarn()',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override get devices(): typeof this.members {
          return this.members.slice(0, 1);
        }
      },
  },
  {
    id: 'SEED-2205',
    breaks: ['VFIO-SYS-04'],
    story: 'A text that is too long for an override takes the one before away.',
    like: 'driver_set_override() that frees the old one first',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override setOverride(device: BusDevice, text: string): 'EINVAL' | undefined {
          this.overrides.set(device, undefined);
          return super.setOverride(device, text);
        }
      },
  },
  {
    id: 'SEED-2206',
    breaks: ['VFIO-SYS-04'],
    story: 'An empty override is an override: no driver of that name.',
    like: 'driver_set_override() that keeps a newline',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override setOverride(device: BusDevice, text: string): 'EINVAL' | undefined {
          const error = super.setOverride(device, text);
          if (!error && text === '\n') this.overrides.set(device, '');
          return error;
        }
      },
  },
  {
    id: 'SEED-2207',
    breaks: ['VFIO-SYS-04'],
    story: 'The driver takes a device that is meant for another driver.',
    like: 'pci_match_device() without driver_override',
    bug: ({ base }) =>
      class extends base.DriverCore {
        protected override matches(device: BusDevice, driver: DriverName): boolean {
          return this.overrideOf(device) !== undefined || super.matches(device, driver);
        }
      },
  },
  {
    id: 'SEED-2208',
    breaks: ['VFIO-SYS-04'],
    story: 'A device that is bound is bound once more.',
    like: 'device_driver_attach() without a look at dev->driver',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override attach(device: BusDevice, driver: DriverName): ErrnoName | undefined {
          const error = super.attach(device, driver);
          return error === 'EBUSY' ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2209',
    breaks: ['VFIO-SYS-05'],
    story: 'A new id waits for the next probe.',
    like: 'pci_add_dynid() without driver_attach()',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override addId(id: string): ErrnoName | undefined {
          return super.addId(id, []);
        }
      },
  },
  {
    id: 'SEED-2210',
    breaks: ['VFIO-SYS-05'],
    story: 'An id that was there is taken again.',
    like: 'new_id_store() without pci_match_device()',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override addId(id: string, devices: readonly BusDevice[]): ErrnoName | undefined {
          this.ids.delete(id);
          return super.addId(id, devices);
        }
      },
  },
  {
    id: 'SEED-2211',
    breaks: ['VFIO-SYS-05'],
    story: 'An id that nobody gave is removed.',
    like: 'remove_id_store() that returns the count in any case',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override removeId(id: string): undefined {
          super.removeId(id);
        }
      },
  },
  {
    id: 'SEED-2212',
    breaks: ['VFIO-SYS-06'],
    story: 'The node of a device outlives its driver by the time that it waits.',
    like: 'vfio_unregister_group_dev() with vfio_device_del() at its end',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override unregister(device: BusDevice): Promise<void> | undefined {
          const over = super.unregister(device);
          for (const hardware of this.kernel.hardware.devices) this.leaving.delete(hardware);
          return over;
        }
      },
  },
  {
    id: 'SEED-2213',
    breaks: ['VFIO-SYS-06'],
    story: 'Each device that is bound gets a new number.',
    like: 'ida_alloc() without ida_free()',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override register(device: BusDevice): undefined {
          const { devices, indexes } = this.kernel.hardware;
          if (devices.some((each) => each === device && each.index < 0)) indexes.take();
          super.register(device);
        }
      },
  },
  {
    id: 'SEED-2214',
    breaks: ['VFIO-SYS-07'],
    story: 'A device without methods is reset by the one that it had.',
    like: 'reset_store() without pci_reset_supported()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override get resetMethods(): typeof this.knownMethods {
          const chosen = super.resetMethods;
          return chosen.length > 0 ? chosen : this.knownMethods;
        }
      },
  },
  {
    id: 'SEED-2215',
    breaks: ['VFIO-SYS-07'],
    story: 'Words that are unknown are left out of reset_method.',
    like: 'reset_method_store() that goes on behind what it does not know',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override chooseMethods(text: string): 'EINVAL' | undefined {
          const words = text.split(/\s+/).filter((word) => /^(flr|pm|bus|default)$/.test(word));
          return super.chooseMethods(words.join(' ')) && undefined;
        }
      },
  },
  {
    id: 'SEED-2216',
    breaks: ['VFIO-SYS-08', 'VFIO-RST2-01'],
    story: 'A reset leaves the registers as they are.',
    like: 'pci_reset_function() that saves and restores, and nothing between',
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        override reset(): void {
          this.configuration.reset();
        }
      },
  },
  {
    id: 'SEED-2217',
    breaks: ['VFIO-SYS-08'],
    story: 'Whoever has a device open is told of a reset by REQ.',
    like: 'pci_error_handlers with reset_prepare() that is vfio_pci_core_request()',
    bug: ({ vfioPci }) => {
      const open = new Map<object, InstanceType<typeof vfioPci.VfioPciCore>>();
      return [
        class extends vfioPci.VfioPciCore {
          protected override openConfiguration(
            ...all: Parameters<InstanceType<typeof vfioPci.VfioPciCore>['openConfiguration']>
          ): ReturnType<InstanceType<typeof vfioPci.VfioPciCore>['openConfiguration']> {
            open.set(this.pci, this);
            return super.openConfiguration(...all);
          }
        },
        class extends vfioPci.PciFunction {
          override resetFunction(): ReturnType<
            InstanceType<typeof vfioPci.PciFunction>['resetFunction']
          > {
            open.get(this)?.request();
            return super.resetFunction();
          }
        },
      ];
    },
  },
  {
    id: 'SEED-2218',
    breaks: ['VFIO-SYS-09', 'VFIO-RST2-03'],
    story: 'The kernel does not remember that a device sleeps.',
    like: 'pci_set_low_power_state() without current_state',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        override setPowerState(state: number): void {
          super.setPowerState(state);
          this.powerState = 0;
        }
      },
  },
  {
    id: 'SEED-2219',
    breaks: ['VFIO-SYS-12'],
    story: 'A device that is found again has the override that it had.',
    like: 'pci_setup_device() that keeps driver_override',
    bug: ({ base }) =>
      class extends base.DriverCore {
        override add(device: BusDevice): void {
          super.add(device);
          this.overrides.delete(device);
        }
      },
  },
  {
    id: 'SEED-2220',
    breaks: ['VFIO-SYS-13'],
    story: 'A file tells of the bus, not of the device.',
    like: 'vfio_device_show_fdinfo() with the parent of the device',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        override fdinfo(): string {
          return super.fdinfo().replace(/\/[^/]*\n$/, '\n');
        }
      },
  },
  {
    id: 'SEED-2221',
    breaks: ['VFIO-SYS-06', 'VFIO-INT-25'],
    story: 'The driver does not wait for whoever has the device open.',
    like: 'vfio_unregister_group_dev() without wait_for_completion()',
    bug: ({ vfio }) =>
      class extends vfio.VfioDevice {
        override unregister(): undefined {
          void super.unregister();
        }
      },
  },
  {
    id: 'SEED-2222',
    breaks: ['VFIO-SYS-12', 'VFIO-INT-25'],
    story: 'Nobody is asked for a device that is wanted back.',
    like: 'vfio_device_ops without request()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        override request(): void {}
      },
  },
);
