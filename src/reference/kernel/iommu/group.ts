import type { ErrnoName } from '#uapi/errno.ts';

import { invariant } from '../../reference-bug.ts';
import type {
  HardwareInfo,
  IommuDevice,
  IommuDomain,
  IommuGroup,
  ReservedRegion,
} from './domain.ts';

/** struct iommu_ops: what the driver of an IOMMU offers to the core. `Device` is what it needs to know of a device. */
export interface IommuOps<Device> {
  /** IOMMU_CAP_CACHE_COHERENCY */
  readonly cacheCoherent: boolean;
  /** Interrupts of one device cannot be forged by another one. */
  readonly msiIsolated: boolean;
  /** hw_info(): undefined where the driver has none. HWINFO-11 */
  hardwareInfo?(): HardwareInfo;
  allocPagingDomain(): IommuDomain | ErrnoName;
  reservedRegions(): readonly ReservedRegion[];
  /** set_dev(): all DMA of the device goes by this domain. EINVAL where it was made for another IOMMU. */
  attach(device: Device, domain: IommuDomain): ErrnoName | undefined;
  /** Attaches the blocking domain; cannot fail. */
  block(device: Device): void;
}

export interface GroupOptions<Device> {
  readonly id: number;
  readonly ops: IommuOps<Device>;
}

interface Member<Device> extends IommuDevice {
  readonly hardware: Device;
}

/** drivers/iommu/iommu.c: struct iommu_group */
export class Group<Device = unknown> implements IommuGroup {
  readonly id: number;
  private readonly ops: IommuOps<Device>;
  private readonly members: Member<Device>[] = [];
  /** Of the host's own drivers. Nothing is mapped: no device of the reference has one. */
  private readonly defaultDomain: IommuDomain;
  private domain: IommuDomain | 'blocked';
  protected owner: object | undefined;
  protected ownerCount = 0;

  constructor(options: GroupOptions<Device>) {
    this.id = options.id;
    this.ops = options.ops;
    const domain = options.ops.allocPagingDomain();
    invariant(typeof domain !== 'string', 'there is no memory for a default domain');
    this.defaultDomain = domain;
    this.domain = domain;
  }

  get devices(): readonly IommuDevice[] {
    return this.members;
  }

  /** iommu_group_add_device(): the newcomer joins the domain of the others. */
  addDevice(name: string, hardware: Device): IommuDevice {
    const { ops } = this;
    const device: Member<Device> = {
      name,
      group: this,
      hardware,
      reservedRegions: () => ops.reservedRegions(),
      allocPagingDomain: () => ops.allocPagingDomain(),
      hardwareInfo: () => ops.hardwareInfo?.(),
      cacheCoherent: ops.cacheCoherent,
      msiIsolated: ops.msiIsolated,
    };
    this.members.push(device);
    const error = this.setDevice(device, this.domain);
    invariant(!error, `the domain of group ${this.id} does not take its new device: ${error}`);
    return device;
  }

  /**
   * iommu_group_remove_device(). Others that share a requester id with it are attached again; the group is dead when
   * its last device is gone.
   */
  removeDevice(device: IommuDevice): void {
    const index = this.members.findIndex((member) => member === device);
    const member = this.members[index];
    invariant(member !== undefined, `${device.name} is not in group ${this.id}`);
    invariant(this.owner === undefined, `${device.name} is removed while its group is owned`);
    this.members.splice(index, 1);
    this.ops.block(member.hardware);
    for (const left of this.members) this.setDevice(left, this.domain);
    if (this.members.length === 0) this.defaultDomain.free();
  }

  /** iommu_device_claim_dma_owner(). DEV-10, VFIO-GRP-08 10 */
  claimDmaOwner(owner: object): ErrnoName | undefined {
    if (this.owner !== undefined && this.owner !== owner) return 'EPERM';
    if (this.ownerCount === 0) this.setCoreDomain('blocked');
    this.owner = owner;
    this.ownerCount += 1;
    return undefined;
  }

  /** iommu_device_release_dma_owner() */
  releaseDmaOwner(): void {
    invariant(this.ownerCount > 0, `group ${this.id} is released more often than it was claimed`);
    this.ownerCount -= 1;
    if (this.ownerCount > 0) return;
    this.owner = undefined;
    this.setCoreDomain(this.defaultDomain);
  }

  /** iommu_attach_group(): EBUSY where another domain is attached already. */
  attach(domain: IommuDomain): ErrnoName | undefined {
    const isCore = this.domain === 'blocked' || this.domain === this.defaultDomain;
    return isCore ? this.setDomain(domain) : 'EBUSY';
  }

  replace(domain: IommuDomain): ErrnoName | undefined {
    return this.setDomain(domain);
  }

  detach(): void {
    this.setCoreDomain(this.ownerCount > 0 ? 'blocked' : this.defaultDomain);
  }

  /** __iommu_group_set_domain(): all devices or none. */
  protected setDomain(domain: IommuDomain | 'blocked'): ErrnoName | undefined {
    for (const [index, member] of this.members.entries()) {
      const error = this.setDevice(member, domain);
      if (!error) continue;
      for (const moved of this.members.slice(0, index)) this.setDevice(moved, this.domain);
      return error;
    }
    this.domain = domain;
    return undefined;
  }

  /** __iommu_group_set_core_domain() */
  protected setCoreDomain(domain: IommuDomain | 'blocked'): void {
    const error = this.setDomain(domain);
    invariant(!error, `group ${this.id} cannot go back to its own domain: ${error}`);
  }

  protected setDevice(
    member: Member<Device>,
    domain: IommuDomain | 'blocked',
  ): ErrnoName | undefined {
    if (domain !== 'blocked') return this.ops.attach(member.hardware, domain);
    this.ops.block(member.hardware);
    return undefined;
  }
}
