import type { ErrnoName } from '#uapi/errno.ts';
import { ExtendedCapability, SRIOV } from '#formats/pcie-capabilities.ts';
import type { VfioHardware } from '../hardware.ts';
import { PowerState } from './pci-function.ts';
import type { PciFunction } from './pci-function.ts';

/** drivers/pci/iov.c, as far as a driver of a physical function calls it. */
export interface FunctionBus<Device> {
  of(owner: Device): PciFunction;
  /** pci_iov_add_virtfn(): a device that vfio-pci has, by its driver_override. */
  add(owner: Device): Device;
  /** device_release_driver(): undefined where nobody has it open. */
  release(device: Device): Promise<void> | undefined;
  /** pci_stop_and_remove_bus_device() */
  remove(device: Device): void;
}

/** vfio_pci_sriov_configure(): the virtual functions of devices that vfio-pci has. VFIO-SYS-10 */
export class VfioPciSriov<Device extends VfioHardware> {
  protected readonly bus: FunctionBus<Device>;
  /** Has vfio-pci the device, and may it, by enable_sriov? */
  protected readonly isAllowed: (owner: Device) => boolean;
  /** By their physical function; undefined, one that is on its way out. */
  protected readonly made = new WeakMap<VfioHardware, (Device | undefined)[]>();

  constructor(bus: FunctionBus<Device>, isAllowed: (owner: Device) => boolean) {
    this.bus = bus;
    this.isAllowed = isAllowed;
  }

  /** num_VFs */
  countOf(owner: VfioHardware): number {
    return this.made.get(owner)?.length ?? 0;
  }

  /** The link virtfn0 and so on. */
  functionOf(owner: VfioHardware, number: number): Device | undefined {
    return this.made.get(owner)?.[number];
  }

  /** sriov_totalvfs; 0 of a device that has none. */
  totalOf(owner: Device): number {
    const at = this.capabilityOf(owner);
    return at === 0 ? 0 : this.bus.of(owner).get(at + SRIOV.total, 2);
  }

  /**
   * sriov_numvfs_store(): ERANGE beyond the total, ENOENT without enable_sriov, EBUSY from some to others. To none it waits for
   * whoever has one of them open.
   */
  configure(owner: Device, count: number): ErrnoName | Promise<void> | undefined {
    const present = this.countOf(owner);
    if (count > this.totalOf(owner)) return 'ERANGE';
    if (count === present) return undefined;
    if (!this.isAllowed(owner)) return 'ENOENT';
    if (count === 0) return this.disable(owner);
    return present > 0 ? 'EBUSY' : this.enable(owner, count);
  }

  /** pci_enable_sriov(), of a device that is awake and stays so. VFIO-CFG-24 */
  protected enable(owner: Device, count: number): undefined {
    this.wake(this.bus.of(owner));
    this.tell(owner, count);
    const made = Array.from({ length: count }, () => this.bus.add(owner));
    this.made.set(owner, made);
  }

  /** pm_runtime_resume_and_get(), vfio_pci_set_power_state() */
  protected wake(pci: PciFunction): void {
    pci.resume();
    pci.setPowerState(PowerState.D0);
  }

  /** pci_disable_sriov(): one after the other; the link of each goes first. */
  disable(owner: Device): Promise<void> | undefined {
    const all = this.made.get(owner) ?? [];
    for (const [number, device] of all.entries()) {
      if (!device) continue;
      all[number] = undefined;
      const waits = this.bus.release(device);
      if (waits) return waits.then(() => this.bus.remove(device)).then(() => this.disable(owner));
      this.bus.remove(device);
    }
    if (this.made.delete(owner)) this.tell(owner, 0);
    return undefined;
  }

  /** What the device is told of it. */
  protected tell(owner: Device, count: number): void {
    const [pci, at] = [this.bus.of(owner), this.capabilityOf(owner)];
    pci.set(at + SRIOV.count, 2, count);
    pci.set(at + SRIOV.control, 2, count > 0 ? SRIOV.Enable | SRIOV.Memory : 0);
    pci.virtualFunctions = count;
  }

  protected capabilityOf(owner: Device): number {
    return this.bus.of(owner).findExtended(ExtendedCapability.Sriov);
  }
}
