import type { ErrnoName } from '#uapi/errno.ts';

/** struct device, as far as its bus has to do with it: who drives it may do DMA through the DMA API. */
export interface BusDevice {
  readonly iommu: {
    readonly group: {
      useDefaultDomain(): ErrnoName | undefined;
      unuseDefaultDomain(): void;
    };
  };
}

/** `host` stands for any driver of the kernel that does DMA through the DMA API. */
export type DriverName = 'vfio-pci' | 'host';

/** drivers/base/dd.c: which driver has which device. vfio-pci has all those that nobody gave to another. */
export class DriverCore {
  protected readonly drivers = new WeakMap<BusDevice, DriverName | undefined>();

  driverOf(device: BusDevice): DriverName | undefined {
    return this.drivers.has(device) ? this.drivers.get(device) : 'vfio-pci';
  }

  /** unbind_store(), then bind_store() of the other driver, which may fail; then the device has none. DEV-51 */
  rebind(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    this.unbind(device);
    const error = this.probe(device, driver);
    if (!error) this.drivers.set(device, driver);
    return error;
  }

  /** device_driver_detach() */
  unbind(device: BusDevice): void {
    if (this.driverOf(device) === 'host') device.iommu.group.unuseDefaultDomain();
    this.drivers.set(device, undefined);
  }

  /** pci_dma_configure(): vfio-pci says driver_managed_dma, and claims nothing before a process has the device. */
  protected probe(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    return driver === 'host' ? device.iommu.group.useDefaultDomain() : undefined;
  }
}
