import type { PciDevice } from '../../hardware/pci/pci-device.ts';
import { invariant } from '../../reference-bug.ts';
import { IdPool } from '../lib/id-pool.ts';
import type { IommuParts } from './parts.ts';
import type { IommuDevice } from './domain.ts';
import type { Group, IommuOps } from './group.ts';
import type { MockDevice, MockDeviceFlags } from './mock-device.ts';
import type { MockIommu } from './mock-iommu.ts';

/** What the PCI core knows of a device. */
export interface PciIdentity {
  readonly name: string;
  readonly rid: number;
  /** What its requests carry: another one where a bridge takes them over. */
  readonly requesterId: number;
  /** Its registers and capabilities. */
  readonly pci: PciDevice;
}

/** struct iommu_device: an IOMMU with its driver. `Device` is what the driver knows of a device. */
export interface RegisteredIommu<Device = unknown> {
  readonly driver: IommuOps<Device>;
  /** iommu_ops.probe_device() */
  probe(identity: PciIdentity): Device;
}

/** drivers/iommu/iommu.c: which devices there are, and in which groups. */
export class IommuCore {
  private readonly parts: IommuParts;
  private readonly mock: MockIommu;
  private readonly groupIds = new IdPool(0);
  private readonly groups = new Map<IommuDevice, Group>();
  /** By the id that requests carry, without its function. */
  private readonly pciGroups = new Map<number, Group>();
  private readonly mocks = new WeakSet<IommuDevice>();
  private nextMock = 0;

  constructor(parts: IommuParts) {
    this.parts = parts;
    this.mock = new parts.iommu.MockIommu(parts);
  }

  /**
   * iommu_probe_device(), pci_device_group(): one group for what is behind one bridge, whose requests look alike, and
   * for the functions of one slot, which can reach each other without the IOMMU, as none of them has ACS. HW-STK-07
   */
  addPciDevice(identity: PciIdentity, iommu: RegisteredIommu): IommuDevice {
    const slot = identity.requesterId & ~7;
    const group = this.pciGroups.get(slot) ?? this.newPciGroup(slot, iommu);
    const device = group.addDevice(identity.name, iommu.probe(identity));
    this.groups.set(device, group);
    return device;
  }

  /** mock_dev_create(): each in a group of its own. MOCK-05 */
  addMockDevice(flags: MockDeviceFlags): IommuDevice {
    const { parts } = this;
    const id = this.groupIds.take();
    const group = new parts.iommu.Group<MockDevice>({ id, ops: this.mock, parts });
    const device = group.addDevice(
      `iommufd_mock${this.nextMock++}`,
      new parts.iommu.MockDevice(flags),
    );
    this.groups.set(device, group);
    this.mocks.add(device);
    return device;
  }

  /** vfio_noiommu_group_alloc(): VFIO wants a group also where no IOMMU makes one. */
  addFakeDevice(name: string): IommuDevice {
    const { parts } = this;
    const ops = new parts.iommu.NoiommuOps(parts);
    const group = new parts.iommu.Group({ id: this.groupIds.take(), ops, parts });
    const device = group.addDevice(name, undefined);
    this.groups.set(device, group);
    return device;
  }

  /** iommufd_selftest_is_mock_dev() */
  isMockDevice(device: IommuDevice): boolean {
    return this.mocks.has(device);
  }

  /** iommu_release_device() */
  removeDevice(device: IommuDevice): void {
    const group = this.groups.get(device);
    invariant(group !== undefined, `${device.name} is not known to the IOMMU core`);
    group.removeDevice(device);
    this.groups.delete(device);
    if (group.devices.length > 0) return;
    this.groupIds.release(group.id);
    for (const [slot, known] of this.pciGroups) if (known === group) this.pciGroups.delete(slot);
  }

  private newPciGroup(slot: number, { driver: ops }: RegisteredIommu): Group {
    const { parts } = this;
    const group = new parts.iommu.Group({ id: this.groupIds.take(), ops, parts });
    this.pciGroups.set(slot, group);
    return group;
  }
}
