import type { ErrnoName } from '#uapi/errno.ts';

/** struct device, as far as its bus has to do with it: who drives it may do DMA through the DMA API. */
export interface BusDevice {
  readonly iommu: {
    readonly group: {
      useDefaultDomain(): ErrnoName | undefined;
      unuseDefaultDomain(): void;
    };
  };
  /** Vendor and device, `1234 11e8`. */
  readonly pciId: string;
  /** device_lock(): somebody takes its driver away, and waits. */
  isLocked: boolean;
}

/** struct pci_driver */
export interface BusDriver {
  probe(device: BusDevice): ErrnoName | undefined;
  /** Undefined where nobody had the device; else when everybody has let it go. */
  remove(device: BusDevice): Promise<void> | undefined;
}

/** `host` stands for any driver of the kernel that does DMA through the DMA API. */
export type DriverName = 'vfio-pci' | 'host';

/** PAGE_SIZE - 1: the text and the byte behind it have to fit into what sysfs shows. */
const OVERRIDE_SIZE = 4095;

/**
 * drivers/base/dd.c, drivers/pci/pci-driver.c: which driver has which device. Those that nobody gave to another one were
 * given to vfio-pci by their driver_override.
 */
export class DriverCore {
  protected readonly drivers = new WeakMap<BusDevice, DriverName | undefined>();
  protected readonly overrides = new WeakMap<BusDevice, string | undefined>();
  protected readonly detaching = new WeakMap<BusDevice, Promise<void>>();
  protected readonly locks = new WeakMap<BusDevice, Promise<void>>();
  /** What vfio-pci was told by new_id. */
  protected readonly ids = new Set<string>();
  protected vfio: BusDriver | undefined;

  /** pci_register_driver() of vfio-pci. */
  register(vfio: BusDriver): void {
    this.vfio = vfio;
  }

  driverOf(device: BusDevice): DriverName | undefined {
    return this.drivers.has(device) ? this.drivers.get(device) : 'vfio-pci';
  }

  overrideOf(device: BusDevice): string | undefined {
    return this.overrides.has(device) ? this.overrides.get(device) : 'vfio-pci';
  }

  /** driver_set_override(): a line, or none to have none; EINVAL where that is too long. VFIO-SYS-04 */
  setOverride(device: BusDevice, text: string): 'EINVAL' | undefined {
    if (text.length >= OVERRIDE_SIZE) return 'EINVAL';
    const [line = ''] = text.split('\n');
    this.overrides.set(device, line === '' ? undefined : line);
    return undefined;
  }

  /** A device that was found: no driver wants it. */
  add(device: BusDevice): void {
    this.drivers.set(device, undefined);
    this.overrides.set(device, undefined);
  }

  /** bind_store(): ENODEV where the driver is not for it, EBUSY where another one, or this one, has it. VFIO-SYS-04 */
  attach(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    if (!this.matches(device, driver)) return 'ENODEV';
    return this.driverOf(device) ? 'EBUSY' : this.give(device, driver);
  }

  /** drivers_probe_store(): whoever wants it may have it. VFIO-SYS-04 */
  offer(device: BusDevice): void {
    if (this.driverOf(device) === undefined && this.matches(device, 'vfio-pci'))
      this.give(device, 'vfio-pci');
  }

  /** device_driver_detach(): the device is locked as long as the driver waits. */
  detach(device: BusDevice): Promise<void> | undefined {
    if (this.isLeaving(device)) return this.detaching.get(device);
    const locked = this.whenUnlocked(device);
    if (locked) return locked.then(() => this.detach(device));
    const waits = this.driverOf(device) === 'vfio-pci' ? this.vfio?.remove(device) : undefined;
    if (!waits) return void this.unbind(device);
    const over = this.lockUntil(device, waits).then(() => this.unbind(device));
    this.detaching.set(device, over);
    return over.finally(() => this.detaching.delete(device));
  }

  /** driver_sysfs_remove(): its driver is on its way out, and its links are gone. */
  isLeaving(device: BusDevice): boolean {
    return this.detaching.has(device);
  }

  /** device_lock(), while somebody waits with it. */
  lockUntil(device: BusDevice, waits: Promise<void>): Promise<void> {
    device.isLocked = true;
    const over = waits.finally(() => (device.isLocked = false));
    this.locks.set(device, over);
    return over;
  }

  /** device_lock(): undefined where nobody has it. */
  whenUnlocked(device: BusDevice): Promise<void> | undefined {
    return device.isLocked ? this.locks.get(device) : undefined;
  }

  /** new_id_store(): EEXIST where the driver is for such devices already. VFIO-SYS-05 */
  addId(id: string, devices: readonly BusDevice[]): ErrnoName | undefined {
    if (this.ids.has(id)) return 'EEXIST';
    this.ids.add(id);
    for (const device of devices) this.offer(device);
    return undefined;
  }

  /** remove_id_store(): what the driver has it keeps. VFIO-SYS-05 */
  removeId(id: string): ErrnoName | undefined {
    return this.ids.delete(id) ? undefined : 'ENODEV';
  }

  /** remove_id_store() of each. */
  forgetIds(): void {
    this.ids.clear();
  }

  /** Override and all, for a device that nobody has open; it may fail, and then the device has no driver. DEV-51 */
  rebind(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    this.setOverride(device, driver);
    if (this.driverOf(device) === 'vfio-pci') void this.vfio?.remove(device);
    this.unbind(device);
    return this.give(device, driver);
  }

  unbind(device: BusDevice): void {
    if (this.driverOf(device) === 'host') device.iommu.group.unuseDefaultDomain();
    this.drivers.set(device, undefined);
  }

  /** pci_match_device(): vfio-pci wants only what it is told. */
  protected matches(device: BusDevice, driver: DriverName): boolean {
    const override = this.overrideOf(device);
    if (override !== undefined) return override === driver;
    return driver === 'vfio-pci' && this.ids.has(device.pciId);
  }

  protected give(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    const error = this.probe(device, driver);
    if (!error) this.drivers.set(device, driver);
    return error;
  }

  /** pci_dma_configure(): vfio-pci says driver_managed_dma, and claims nothing before a process has the device. */
  protected probe(device: BusDevice, driver: DriverName): ErrnoName | undefined {
    if (driver === 'host') return device.iommu.group.useDefaultDomain();
    return this.vfio?.probe(device);
  }
}
