import type { ErrnoName } from '#uapi/errno.ts';

import { offsetInPage } from '#formats/page.ts';

import { invariant } from '../../reference-bug.ts';
import { isErrno } from '../lib/errno.ts';
import type { IommuParts } from './parts.ts';
import type {
  AnyDomain,
  DefaultDomainType,
  DeviceCapabilities,
  HardwareInfo,
  IommuDevice,
  IommuDomain,
  IommuGroup,
  IommuInstance,
  NestedDomain,
  PagingOptions,
  ReservedRegion,
} from './domain.ts';
import { IOMMU_NO_PASID } from './io-pgfault.ts';
import type { AttachHandle, PageRequest } from './io-pgfault.ts';
import type { UserData } from './user-data.ts';

/** struct iommu_ops: what the driver of an IOMMU offers to the core. `Device` is what it needs to know of a device. */
export interface IommuOps<Device> extends IommuInstance {
  /** user_pasid_table: a guest may have a PASID table of its own in a nested domain. */
  readonly userPasidTable: boolean;
  /** probe_finalize(): the device is known to the core from now on. */
  finalize?(device: Device, known: IommuDevice): void;
  /** release_device(), once it is blocked. */
  release?(device: Device): void;
  capabilities(device: Device): DeviceCapabilities;
  hardwareInfo(): HardwareInfo | undefined;
  /** EOPNOTSUPP for options that it lacks. */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName;
  /** domain_alloc_nested(): absent where the driver has none without a virtual IOMMU, if at all. HWPT-38 */
  allocNestedDomain?(parent: IommuDomain, data: UserData): NestedDomain | ErrnoName;
  reservedRegions(device: Device): readonly ReservedRegion[];
  /** page_response(): takes an answer to the device. */
  respond(device: Device, request: PageRequest, code: number): void;
  /** set_dev(): all DMA of the device goes by this domain. EINVAL where it was made for another IOMMU. */
  attach(device: Device, domain: AnyDomain): ErrnoName | undefined;
  /** Attaches the blocking domain; cannot fail. */
  block(device: Device): void;
  /** set_dev_pasid(): absent where the driver has no PASIDs. */
  attachPasid?(device: Device, pasid: number, domain: AnyDomain): ErrnoName | undefined;
  blockPasid?(device: Device, pasid: number): void;
}

export interface GroupOptions<Device> {
  readonly id: number;
  readonly ops: IommuOps<Device>;
  readonly parts: IommuParts;
}

/** What the DMA of a PASID goes by, and what it went by. */
interface PasidMove {
  readonly pasid: number;
  readonly domain: AnyDomain | 'blocked';
  readonly old: AnyDomain | 'blocked';
}

export interface Member<Device> extends IommuDevice {
  readonly hardware: Device;
}

/** What may be written; `auto` is what the kernel chose. */
const typeWords: ReadonlyMap<string, DefaultDomainType> = new Map([
  ['identity', 'identity'],
  ['DMA', 'DMA'],
  ['DMA-FQ', 'DMA-FQ'],
  ['auto', 'DMA-FQ'],
]);

/** drivers/iommu/iommu.c: struct iommu_group */
export class Group<Device = unknown> implements IommuGroup {
  readonly id: number;
  protected readonly ops: IommuOps<Device>;
  /** pasid_array: by PASID; IOMMU_NO_PASID for what the devices themselves are attached to. */
  protected readonly handles = new Map<number, AttachHandle>();
  private readonly parts: IommuParts;
  protected readonly members: Member<Device>[] = [];
  /** Of the host's own drivers. Nothing is mapped: no device of the reference has one. */
  private readonly defaultDomain: IommuDomain;
  private domain: AnyDomain | 'blocked';
  type: DefaultDomainType = 'DMA-FQ';
  protected owner: object | undefined;
  protected ownerCount = 0;

  constructor(options: GroupOptions<Device>) {
    this.id = options.id;
    this.ops = options.ops;
    this.parts = options.parts;
    const domain = options.ops.allocPagingDomain({});
    invariant(typeof domain !== 'string', 'there is no memory for a default domain');
    this.defaultDomain = domain;
    this.domain = domain;
  }

  get devices(): readonly IommuDevice[] {
    return this.members;
  }

  /**
   * A flush queue can be added any time, else nobody may use the group meanwhile. It makes no difference here which it is, as
   * no device does DMA through its default domain. VFIO-SYS-01 02
   */
  setType(word: string): ErrnoName | undefined {
    const type = typeWords.get(word);
    if (!type) return 'EINVAL';
    const onlyQueues = word === 'DMA-FQ' && this.type === 'DMA';
    if (this.isDmaOwned && !onlyQueues) return 'EPERM';
    this.type = type;
    return undefined;
  }

  get isDmaOwned(): boolean {
    return this.ownerCount > 0;
  }

  /** iommu_group_add_device(): the newcomer joins the domain of the others. */
  addDevice(name: string, hardware: Device): IommuDevice {
    const { ops } = this;
    const device: Member<Device> = {
      name,
      group: this,
      iommu: ops,
      hardware,
      ...ops.capabilities(hardware),
      pageRequests: new this.parts.iommu.PageRequests({
        find: (pasid) => this.requestHandle(pasid),
        respond: (request, code) => ops.respond(hardware, request, code),
      }),
      reservedRegions: () => ops.reservedRegions(hardware),
      allocPagingDomain: (options = {}) => ops.allocPagingDomain(options),
      allocNestedDomain: ops.allocNestedDomain?.bind(ops),
      hardwareInfo: () => ops.hardwareInfo(),
    };
    this.members.push(device);
    const error = this.setDevice(device, this.domain, 'blocked');
    invariant(!error, `the domain of group ${this.id} does not take its new device: ${error}`);
    ops.finalize?.(hardware, device);
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
    this.ops.release?.(member.hardware);
    for (const left of this.members) this.setDevice(left, this.domain, this.domain);
    if (this.members.length === 0) this.defaultDomain.free();
  }

  /** iommu_device_claim_dma_owner(): drivers of the host own the group as nobody. DEV-10 11 16, VFIO-GRP-08 10 */
  claimDmaOwner(owner: object): ErrnoName | undefined {
    if (this.ownerCount > 0 && this.owner !== owner) return 'EPERM';
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

  /** DEV-51 VFIO-XCL-11 */
  useDefaultDomain(): ErrnoName | undefined {
    if (this.owner !== undefined) return 'EBUSY';
    this.ownerCount += 1;
    return undefined;
  }

  unuseDefaultDomain(): void {
    invariant(this.ownerCount > 0, `no driver of the host has a device of group ${this.id}`);
    this.ownerCount -= 1;
  }

  /** iommu_attach_group_handle(): EBUSY where another domain is attached already. */
  attach(handle: AttachHandle): ErrnoName | undefined {
    const isCore = this.domain === 'blocked' || this.domain === this.defaultDomain;
    return isCore ? this.replace(handle) : 'EBUSY';
  }

  replace(handle: AttachHandle): ErrnoName | undefined {
    const error = this.setDomain(handle.domain);
    if (!error) this.handles.set(IOMMU_NO_PASID, handle);
    return error;
  }

  detach(): void {
    this.setCoreDomain(this.ownerCount > 0 ? 'blocked' : this.defaultDomain);
    this.handles.delete(IOMMU_NO_PASID);
  }

  /** A device that has none at all does not know of those that are attached. PASID-15 17 VFIO-PAS-02 */
  attachPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
    if (!this.ops.attachPasid) return 'EOPNOTSUPP';
    const most = this.members.map(({ pasidWidth, hasPasidZero = false }) =>
      pasidWidth > 0 || hasPasidZero ? 2 ** pasidWidth : Infinity,
    );
    if (most.some((count) => pasid >= count)) return 'EINVAL';
    return this.handles.has(pasid) ? 'EBUSY' : this.setPasid(handle, pasid);
  }

  /** PASID-10 12 */
  replacePasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
    return this.handles.has(pasid) ? this.setPasid(handle, pasid) : 'EINVAL';
  }

  detachPasid(pasid: number): void {
    const old = this.domainOf(pasid);
    for (const member of this.havePasids) this.movePasid(member, { pasid, domain: 'blocked', old });
    this.handles.delete(pasid);
  }

  attachHandle(pasid: number): AttachHandle | undefined {
    return this.handles.get(pasid);
  }

  /** No cookie of a domain that blocks says how. HW-SMU-44 */
  prepareMsi(address: bigint): bigint | ErrnoName {
    const offset = offsetInPage(address);
    const iova = this.handles.get(IOMMU_NO_PASID)?.mapDoorbell?.(address - BigInt(offset));
    if (iova === undefined) return 'EOPNOTSUPP';
    return isErrno(iova) ? iova : iova + BigInt(offset);
  }

  /**
   * find_fault_handler(): a PASID that nothing is attached to may be of a guest's own PASID table. FAULT-28
   */
  protected requestHandle(pasid: number | undefined): AttachHandle | undefined {
    const attached = this.handles.get(IOMMU_NO_PASID);
    if (pasid === undefined) return attached;
    const isGuests = this.ops.userPasidTable && attached?.domain.type === 'nested';
    return this.handles.get(pasid) ?? (isGuests ? attached : undefined);
  }

  /** __iommu_group_set_domain(): all devices or none. */
  protected setDomain(domain: AnyDomain | 'blocked'): ErrnoName | undefined {
    for (const [index, member] of this.members.entries()) {
      const error = this.setDevice(member, domain, this.domain);
      if (!error) continue;
      for (const moved of this.members.slice(0, index)) this.setDevice(moved, this.domain, domain);
      return error;
    }
    this.domain = domain;
    return undefined;
  }

  /** __iommu_set_group_pasid(): all devices or none; those that were not reached are left alone. PASID-12 */
  protected setPasid(handle: AttachHandle, pasid: number): ErrnoName | undefined {
    const { domain } = handle;
    const old = this.domainOf(pasid);
    const { havePasids } = this;
    for (const [index, member] of havePasids.entries()) {
      const error = this.movePasid(member, { pasid, domain, old });
      if (!error) continue;
      const back = { pasid, domain: old, old: domain };
      for (const moved of havePasids.slice(0, index)) this.movePasid(moved, back);
      return error;
    }
    this.handles.set(pasid, handle);
    return undefined;
  }

  /** Devices without PASIDs never send one: a group may have some beside others. */
  protected get havePasids(): readonly Member<Device>[] {
    return this.members.filter(({ pasidWidth }) => pasidWidth > 0);
  }

  protected domainOf(pasid: number): AnyDomain | 'blocked' {
    return this.handles.get(pasid)?.domain ?? 'blocked';
  }

  /** iommu_set_dev_pasid(). PASID-22 */
  protected movePasid(
    member: Member<Device>,
    { pasid, domain, old }: PasidMove,
  ): ErrnoName | undefined {
    if (domain === 'blocked') this.ops.blockPasid?.(member.hardware, pasid);
    else {
      const error = this.ops.attachPasid?.(member.hardware, pasid, domain);
      if (error) return error;
      member.pageRequests.enable(domain);
    }
    if (old !== 'blocked') member.pageRequests.disable(old);
    return undefined;
  }

  /** __iommu_group_set_core_domain() */
  protected setCoreDomain(domain: AnyDomain | 'blocked'): void {
    const error = this.setDomain(domain);
    invariant(!error, `group ${this.id} cannot go back to its own domain: ${error}`);
  }

  /** The old domain handles page requests until the new one does. */
  protected setDevice(
    member: Member<Device>,
    domain: AnyDomain | 'blocked',
    old: AnyDomain | 'blocked',
  ): ErrnoName | undefined {
    if (domain === 'blocked') this.ops.block(member.hardware);
    else {
      const error = this.ops.attach(member.hardware, domain);
      if (error) return error;
      member.pageRequests.enable(domain);
    }
    if (old !== 'blocked') member.pageRequests.disable(old);
    return undefined;
  }
}
