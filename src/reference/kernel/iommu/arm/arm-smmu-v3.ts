import { bits } from '#formats/bits.ts';
import { Resumed, invalidateDevice, resume } from '#formats/smmuv3/commands.ts';
import { withStallingContext } from '#formats/smmuv3/context-descriptor.ts';
import { IDR5 } from '#formats/smmuv3/registers.ts';
import {
  ContextFormat,
  NoSubstream,
  SteConfig,
  encodeAbort,
  encodeStage1,
  withAts,
  withStalls,
} from '#formats/smmuv3/stream-table-entry.ts';
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
  IommuDevice,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from '../domain.ts';
import type { IommuOps } from '../group.ts';
import { PAGE_RESPONSE_SUCCESS } from '../io-pgfault.ts';
import type { PageRequest } from '../io-pgfault.ts';
import type { PciIdentity } from '../iommu.ts';
import { disableAts, enableAts, enablePasids } from '../pci-ats.ts';
import type { ViommuCore, ViommuDriver, ViommuOps } from '../viommu.ts';
import type { SmmuCommands } from './command-queue.ts';
import type { ContextTable } from './context-table.ts';
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

/** struct arm_smmu_attach_state: where the requests of a device without a PASID are led. */
interface Move {
  readonly next: SmmuDomain | undefined;
  readonly isNested: boolean;
  readonly ats: boolean;
  readonly entry: (stream: StreamId) => SteWords;
}

/** Where Linux puts the doorbells of MSI interrupts, as no address of its own keeps them apart. DEV-43, HW-SMU-30 */
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
  probe({ rid, requesterId, pci }: PciIdentity): SmmuMaster {
    const streams = [...new Set([rid, requesterId])];
    const { deviceTlb, pasidBits, stalls } = pci.capabilities;
    const canAts = this.unit.model.ats && deviceTlb !== undefined;
    const canStall = this.unit.model.stalls && stalls;
    const contexts = this.newContexts(streams, pasidBits);
    if (contexts) enablePasids(pci);
    const master = new SmmuMaster({ streams, pci, canAts, canStall, contexts });
    for (const stream of master.streams) {
      this.streamTable.addBus(stream);
      this.masters.set(stream, master);
    }
    return master;
  }

  finalize(master: SmmuMaster, { pageRequests }: IommuDevice): void {
    master.pageRequests = pageRequests;
  }

  /** arm_smmu_release_device() */
  release({ contexts }: SmmuMaster): void {
    contexts?.free();
  }

  /** arm_smmu_capable(). DEV-14 HWPT-36 */
  capabilities({ canAts, contexts }: SmmuMaster): DeviceCapabilities {
    const { coherent: cacheCoherent } = this.unit.model;
    return {
      cacheCoherent,
      msiIsolated: true,
      dirtyTracking: false,
      ats: canAts,
      pasidWidth: contexts?.substreamBits ?? 0,
    };
  }

  /** arm_smmu_hw_info(). HWINFO-16 */
  hardwareInfo(): HardwareInfo {
    const { identification, iidr, aidr } = this.unit;
    const info = { flags: 0, idr: identification, iidr, aidr };
    return { type: IOMMU_HW_INFO_TYPE_ARM_SMMUV3, data: iommu_hw_info_arm_smmuv3.pack(info) };
  }

  /** arm_smmu_domain_alloc_paging_flags(). HWPT-15 36 DEV-40 HW-FLG-03 HW-STK-02 */
  allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
    const { nestParent, dirtyTracking, pasid, data } = options;
    if (data || dirtyTracking || (nestParent && pasid)) return 'EOPNOTSUPP';
    if (!nestParent) return this.newDomain(1, this.asids);
    return this.unit.model.secondStage ? this.newDomain(2, this.vmids) : 'EOPNOTSUPP';
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [MSI_WINDOW];
  }

  /**
   * arm_smmu_page_response(): a device that firmware lets not stall gets no answer, although a guest can have it stall. No
   * CMD_SYNC has to follow. HW-SMU-25 HW-PRQ-05
   */
  respond(master: SmmuMaster, { groupId: tag }: PageRequest, code: number): void {
    const [stream] = master.streams;
    if (!master.canStall || stream === undefined) return;
    const response = code === PAGE_RESPONSE_SUCCESS ? Resumed.Retry : Resumed.Abort;
    this.commands.issueUnawaited(resume({ stream, tag, response }));
  }

  /** arm_smmu_attach_dev() and arm_smmu_attach_dev_nested(). HW-SMU-38 */
  attach(master: SmmuMaster, domain: AnyDomain): ErrnoName | undefined {
    if (!this.canHandleFaults(master, domain)) return 'EOPNOTSUPP';
    if (domain instanceof SmmuNestedDomain) return this.attachNested(master, domain);
    if (!(domain instanceof SmmuDomain) || domain.unit !== this.unit) return 'EINVAL';
    if (domain.stage === 2 && master.pasids.size > 0) return 'EBUSY';
    master.guest = undefined;
    const entry = (stream: StreamId): SteWords => this.entryFor(master, stream, domain);
    this.move(master, { next: domain, isNested: false, ats: master.canAts, entry });
    return undefined;
  }

  /** arm_smmu_attach_dev_blocked() */
  block(master: SmmuMaster): void {
    master.guest = undefined;
    const entry = (): SteWords => this.entryWithoutDomain(master);
    this.move(master, { next: undefined, isNested: false, ats: false, entry });
  }

  /** arm_smmu_s1_set_dev_pasid(): the requests without a PASID have to go by a table of context descriptors too. HW-SMU-39 */
  attachPasid(master: SmmuMaster, pasid: number, domain: AnyDomain): ErrnoName | undefined {
    if (!this.canHandleFaults(master, domain)) return 'EOPNOTSUPP';
    const { contexts } = master;
    const isOfStage1 = domain instanceof SmmuDomain && domain.stage === 1;
    if (!isOfStage1 || domain.unit !== this.unit || !contexts) return 'EINVAL';
    if (master.guest || master.domain?.stage === 2) return 'EINVAL';
    const old = master.pasids.get(pasid);
    this.joinAll(master, domain, pasid);
    contexts.write(pasid, this.contextFor(master, domain));
    master.pasids.set(pasid, domain);
    this.refreshEntries(master);
    this.flushDevice(master, pasid);
    if (old && old !== domain) this.leaveAll(master, old, pasid);
    return undefined;
  }

  /** arm_smmu_blocking_set_dev_pasid(). HW-SMU-40 */
  blockPasid(master: SmmuMaster, pasid: number): void {
    const old = master.pasids.get(pasid);
    if (!old) return;
    master.contexts?.clear(pasid);
    this.flushDevice(master, pasid);
    master.pasids.delete(pasid);
    this.leaveAll(master, old, pasid);
    this.refreshEntries(master);
  }

  /** VDEV-06 HWPT-37 HW-SMU-03 38 */
  protected attachNested(master: SmmuMaster, domain: SmmuNestedDomain): ErrnoName | undefined {
    const { vsmmu, config } = domain;
    if (vsmmu.parent.unit !== this.unit) return 'EINVAL';
    if (master.pasids.size > 0) return 'EBUSY';
    const virtualId = vsmmu.virtualIdOf(master);
    if (virtualId === undefined && config === SteConfig.Stage1) return 'ENOENT';
    master.guest = virtualId === undefined ? undefined : { vsmmu, virtualId };
    const ats = master.canAts && domain.wantsAts;
    this.move(master, { next: vsmmu.parent, isNested: true, ats, entry: () => domain.entryWords });
    return undefined;
  }

  /**
   * arm_smmu_attach_prepare() and _commit(). 1. The new domain sees invalidations before an entry leads to it. 2. A device
   * that is not to keep translations stops before its entry refuses them. 3. The entry. 4. What the device kept of the old
   * goes, and it may keep again. 5. The old domain sees invalidations until nothing leads to it. HW-SMU-12 41 42
   */
  protected move(master: SmmuMaster, { next, isNested, ats, entry }: Move): void {
    const { domain: old } = master;
    for (const stream of master.streams) {
      next?.join({ stream, substream: undefined, hasDeviceTlb: ats, isNested });
    }
    if (master.isAtsEnabled && !ats) this.setAts(master, false);
    for (const stream of master.streams) {
      const words = withAts(entry(stream), ats);
      const { stalls } = this.unit.model;
      this.streamTable.writeEntry(stream, stalls ? withStalls(words, master.canStall) : words);
    }
    if (ats) this.flushDevice(master, undefined);
    if (ats && !master.isAtsEnabled) this.setAts(master, true);
    master.domain = next;
    if (old && old !== next) this.leaveAll(master, old, undefined);
  }

  /** arm_smmu_enable_ats() */
  protected setAts(master: SmmuMaster, enabled: boolean): void {
    master.isAtsEnabled = enabled;
    if (enabled) enableAts(master.pci);
    else disableAts(master.pci);
  }

  /** arm_smmu_atc_inv_master() */
  protected flushDevice(master: SmmuMaster, pasid: number | undefined): void {
    if (!master.canAts) return;
    for (const stream of master.streams) this.commands.issue(invalidateDevice(stream, pasid));
  }

  protected joinAll(master: SmmuMaster, domain: SmmuDomain, substream: number): void {
    const hasDeviceTlb = master.canAts;
    for (const stream of master.streams) {
      domain.join({ stream, substream, hasDeviceTlb, isNested: false });
    }
  }

  protected leaveAll(master: SmmuMaster, domain: SmmuDomain, substream: number | undefined): void {
    for (const stream of master.streams) domain.leave({ stream, substream });
  }

  protected entryFor(master: SmmuMaster, stream: StreamId, domain: SmmuDomain): SteWords {
    if (domain.stage === 2) return domain.stage2Entry;
    const { contexts } = master;
    if (contexts) {
      contexts.write(0, this.contextFor(master, domain));
      return encodeStage1(contexts.config(NoSubstream.Substream0));
    }
    this.streamTable.writeEntry(stream, encodeAbort());
    this.streamTable.writeContext(stream, this.contextFor(master, domain));
    return encodeStage1({
      ...{ contextTable: this.streamTable.contextAddress(stream), format: ContextFormat.Linear },
      ...{ substreamBits: 0n, noSubstream: NoSubstream.Substream0 },
    });
  }

  /** arm_smmu_make_s1_cd(): faults of a device that may stall wait. */
  protected contextFor({ canStall }: SmmuMaster, domain: SmmuDomain): readonly bigint[] {
    return canStall ? withStallingContext(domain.contextDescriptor) : domain.contextDescriptor;
  }

  /** arm_smmu_enable_iopf(): events of the other streams would not be known for its own. */
  protected canHandleFaults({ canStall, streams }: SmmuMaster, domain: AnyDomain): boolean {
    return !domain.pageRequestHandler || !canStall || streams.length === 1;
  }

  /** Requests without a PASID go nowhere; those with one go on. */
  protected entryWithoutDomain({ pasids, contexts }: SmmuMaster): SteWords {
    if (!contexts || pasids.size === 0) return encodeAbort();
    return encodeStage1(contexts.config(NoSubstream.Terminate));
  }

  /** arm_smmu_update_ste(): the first PASID of a device that is blocked, and the last one. */
  protected refreshEntries(master: SmmuMaster): void {
    if (master.domain) return;
    const ats = master.canAts && master.pasids.size > 0;
    const entry = (): SteWords => this.entryWithoutDomain(master);
    this.move(master, { next: undefined, isNested: false, ats, entry });
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
    const { ats, substreamBits } = this.unit.model;
    return new parts.arm.Vsmmu({ core, parent, commands, parts, limits: { ats, substreamBits } });
  }

  private newContexts(streams: readonly StreamId[], pasidBits: number): ContextTable | undefined {
    const { pages, commands, unit, parts } = this;
    const substreamBits = Math.min(unit.model.substreamBits, pasidBits);
    if (substreamBits === 0) return undefined;
    return new parts.arm.ContextTable({ pages, commands, streams, substreamBits });
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
