import { bits } from '#formats/bits.ts';
import { IDR5 } from '#formats/smmuv3/registers.ts';
import { SteConfig, encodeAbort, encodeStage1 } from '#formats/smmuv3/stream-table-entry.ts';
import type { SteWords, StreamId } from '#formats/smmuv3/stream-table-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_HW_INFO_TYPE_ARM_SMMUV3, iommu_hw_info_arm_smmuv3 } from '#uapi/iommufd/device.ts';
import { IOMMU_VIOMMU_TYPE_ARM_SMMUV3 } from '#uapi/iommufd/viommu.ts';

import type { SmmuUnit } from '../../../hardware/smmuv3/smmu-unit.ts';
import { IdPool } from '../../lib/id-pool.ts';
import type { Pages } from '../../mm/pages.ts';
import type { ArmParts } from './parts.ts';
import type {
  AnyDomain,
  DeviceCapabilities,
  HardwareInfo,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from '../domain.ts';
import type { IommuOps } from '../group.ts';
import type { PciIdentity } from '../iommu.ts';
import type { ViommuCore, ViommuDriver, ViommuOps } from '../viommu.ts';
import type { SmmuCommands } from './command-queue.ts';
import type { SmmuEvents } from './events.ts';
import { SmmuNestedDomain } from './nested-domain.ts';
import { SmmuDomain } from './smmu-domain.ts';
import { SmmuMaster } from './smmu-master.ts';
import type { StreamTable } from './stream-table.ts';

export interface ArmSmmuOptions {
  readonly pages: Pages;
  readonly parts: ArmParts;
  readonly unit: SmmuUnit;
  /** CANWBS of the devices: no request of theirs goes past the caches. */
  readonly coherentDevices: boolean;
}

/** Where Linux puts the doorbells of MSI interrupts, as no address of its own keeps them apart. DEV-43 */
const MSI_WINDOW: ReservedRegion = { first: 0x800_0000n, last: 0x80f_ffffn, type: 'sw-msi' };

/** drivers/iommu/arm/arm-smmu-v3: one unit. */
export class ArmSmmuV3 implements IommuOps<SmmuMaster> {
  readonly userPasidTable = true;
  readonly viommu: ViommuDriver;
  protected readonly unit: SmmuUnit;
  protected readonly commands: SmmuCommands;
  protected readonly events: SmmuEvents;
  protected readonly streamTable: StreamTable;
  protected readonly coherentDevices: boolean;
  /** By stream: the domain with the host's table that its entry leads to. */
  protected readonly attached = new Map<StreamId, SmmuDomain>();
  private readonly masters = new Map<StreamId, SmmuMaster>();
  private readonly pages: Pages;
  private readonly parts: ArmParts;
  private readonly asids = new IdPool(1);
  /** VMID 0 is that of streams without a second stage. */
  private readonly vmids = new IdPool(1);

  constructor({ pages, parts, unit, coherentDevices }: ArmSmmuOptions) {
    [this.pages, this.parts, this.unit] = [pages, parts, unit];
    this.coherentDevices = coherentDevices;
    this.commands = new parts.arm.SmmuCommands(pages, unit.commandQueue);
    this.streamTable = new parts.arm.StreamTable(pages, this.commands);
    this.events = new parts.arm.SmmuEvents(pages, unit.eventQueue, this.masters);
    this.viommu = {
      offersViommu: (type) => this.canNest() && type === IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
      initViommu: (core) => this.initViommu(core),
    };
    unit.enable(this.streamTable.base);
  }

  /** arm_smmu_probe_device(). A device behind a bridge may be either. */
  probe({ rid, requesterId }: PciIdentity): SmmuMaster {
    const master = new SmmuMaster([...new Set([rid, requesterId])]);
    for (const stream of master.streams) {
      this.streamTable.addBus(stream);
      this.masters.set(stream, master);
    }
    return master;
  }

  /** arm_smmu_capable(). DEV-14 HWPT-36 */
  capabilities(): DeviceCapabilities {
    const { coherent: cacheCoherent } = this.unit.model;
    return {
      cacheCoherent,
      msiIsolated: true,
      dirtyTracking: false,
      ats: false,
      pasidWidth: 0,
    };
  }

  /** arm_smmu_hw_info(). HWINFO-16 */
  hardwareInfo(): HardwareInfo {
    const { identification, iidr, aidr } = this.unit;
    const info = { flags: 0, idr: identification, iidr, aidr };
    return { type: IOMMU_HW_INFO_TYPE_ARM_SMMUV3, data: iommu_hw_info_arm_smmuv3.pack(info) };
  }

  /** arm_smmu_domain_alloc_paging_flags(). HWPT-15 36 DEV-40 HW-FLG-03 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    if (data || dirtyTracking || (nestParent && pasid)) return 'EOPNOTSUPP';
    if (!nestParent) return this.newDomain(1, this.asids);
    return this.unit.model.secondStage ? this.newDomain(2, this.vmids) : 'EOPNOTSUPP';
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [MSI_WINDOW];
  }

  /** No transaction stalls, so none waits for an answer. */
  respond(): void {}

  /** arm_smmu_attach_dev() and arm_smmu_attach_dev_nested() */
  attach(master: SmmuMaster, domain: AnyDomain): ErrnoName | undefined {
    if (domain instanceof SmmuNestedDomain) return this.attachNested(master, domain);
    if (!(domain instanceof SmmuDomain) || domain.unit !== this.unit) return 'EINVAL';
    master.guest = undefined;
    for (const stream of master.streams) {
      this.move(stream, domain, () => this.entryFor(stream, domain));
    }
    return undefined;
  }

  /** arm_smmu_attach_dev_blocked() */
  block(master: SmmuMaster): void {
    master.guest = undefined;
    for (const stream of master.streams) this.move(stream, undefined, encodeAbort);
  }

  /** VDEV-06 HWPT-37 */
  protected attachNested(master: SmmuMaster, domain: SmmuNestedDomain): ErrnoName | undefined {
    const { vsmmu, config } = domain;
    if (vsmmu.parent.unit !== this.unit) return 'EINVAL';
    const virtualId = vsmmu.virtualIdOf(master);
    if (virtualId === undefined && config === SteConfig.Stage1) return 'ENOENT';
    master.guest = virtualId === undefined ? undefined : { vsmmu, virtualId };
    for (const stream of master.streams) {
      this.move(stream, vsmmu.parent, () => domain.entryWords);
    }
    return undefined;
  }

  /** The new domain sees invalidations before the entry leads to it, the old one until none does. */
  protected move(stream: StreamId, next: SmmuDomain | undefined, entry: () => SteWords): void {
    const old = this.attached.get(stream);
    next?.streams.add(stream);
    this.streamTable.writeEntry(stream, entry());
    if (old && old !== next) old.leave(stream);
    if (next) this.attached.set(stream, next);
    else this.attached.delete(stream);
  }

  protected entryFor(stream: StreamId, domain: SmmuDomain): SteWords {
    if (domain.stage === 2) return domain.stage2Entry;
    this.streamTable.writeEntry(stream, encodeAbort());
    this.streamTable.writeContext(stream, domain.contextDescriptor);
    return encodeStage1({ contextTable: this.streamTable.contextAddress(stream) });
  }

  /** arm_smmu_get_viommu_size(): a guest must have no way past the caches. VIOMMU-12 */
  protected canNest(): boolean {
    return this.unit.model.secondStage && this.coherentDevices;
  }

  /** arm_vsmmu_init(). VIOMMU-11 */
  protected initViommu(core: ViommuCore): ViommuOps | ErrnoName {
    const { commands, parts } = this;
    const { parent } = core;
    if (!(parent instanceof SmmuDomain) || parent.unit !== this.unit) return 'EINVAL';
    return new parts.arm.Vsmmu({ core, parent, commands, parts });
  }

  private newDomain(stage: 1 | 2, tags: IdPool): SmmuDomain {
    const { pages, parts, commands, unit } = this;
    const tag = tags.take();
    const onFree = (): void => tags.release(tag);
    const granule = unit.model.smallPages ? 12n : 16n;
    const outputSize = bits(BigInt(unit.identification[5] ?? 0), ...IDR5.OAS);
    const output = { unit, outputSize, granule } as const;
    return new parts.arm.SmmuDomain({ pages, commands, stage, tag, ...output, onFree });
  }
}
