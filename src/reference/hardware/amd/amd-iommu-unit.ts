import type { Hpa, Iova, Rid } from '#formats/addresses.ts';
import {
  deviceTableEntryAddress,
  decodeDeviceTableEntry,
} from '#formats/amd/device-table-entry.ts';
import type { DeviceTableEntry, GuestTables } from '#formats/amd/device-table-entry.ts';
import { EventCode } from '#formats/amd/event-code.ts';
import { PAGE_SIZE } from '#formats/page.ts';
import { PageResponse } from '#formats/pcie.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';

import type { DmaRequest, Endpoint, MemoryBus, Translator } from '../bus.ts';
import { beforeInterrupts, isInterrupt } from '../interrupts.ts';
import type { Iotlb } from '../iotlb.ts';
import type { AmdviParts } from './parts.ts';
import { combine, untranslated, grants, translatedBy } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import type { AmdFeatures } from './capabilities.ts';
import type { CommandBuffer } from './command-buffer.ts';
import { EventLog } from './events.ts';
import type { GuestIotlb } from './guest-iotlb.ts';
import { findGuestRoot, walkGuestTable } from './guest-table.ts';
import type { GuestAccess, Locate } from './guest-table.ts';
import { PprLog } from './ppr-log.ts';
import { walkV1Table } from './v1-table.ts';

export interface AmdIommuUnitOptions {
  readonly memory: MemoryBus;
  readonly parts: AmdviParts;
  readonly features: AmdFeatures;
}

/** A leaf whose rights the caller looks at, or why there is none. */
type Found = Leaf | 'as it is' | EventCode;

/**
 * An AMD IOMMU with page tables of the host, of guests, and both. Requests are not translated before enable(); a device
 * table that does not reach as far as the requester refuses it.
 */
export class AmdIommuUnit implements Translator {
  readonly features: AmdFeatures;
  readonly commandBuffer: CommandBuffer;
  readonly events = new EventLog();
  readonly pprLog: PprLog;
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly guestIotlb: GuestIotlb;
  private readonly devices = new Map<Rid, DeviceTableEntry>();
  private readonly endpoints = new Map<Rid, Endpoint>();
  private deviceTable = 0n;
  private deviceTableEnd = 0n;
  private isEnabled = false;

  constructor({ memory, parts, features }: AmdIommuUnitOptions) {
    this.memory = memory;
    this.features = features;
    this.iotlb = new parts.hardware.Iotlb();
    this.guestIotlb = new parts.amdvi.GuestIotlb();
    this.pprLog = new PprLog(memory);
    const { iotlb, guestIotlb, devices } = this;
    const endpoint = (rid: Rid): Endpoint | undefined => this.endpoints.get(rid);
    const caches = { iotlb, guestIotlb, devices };
    this.commandBuffer = new parts.amdvi.CommandBuffer({ memory, ...caches, endpoint });
  }

  connect(rid: Rid, endpoint: Endpoint): void {
    this.endpoints.set(rid, endpoint);
  }

  disconnect(rid: Rid): void {
    this.endpoints.delete(rid);
  }

  /** Device Table Base Address Register: `size` has the 4 KiB pages of the table, less one. */
  setDeviceTable(base: Hpa, size: bigint): void {
    this.deviceTable = base;
    this.deviceTableEnd = base + (size + 1n) * PAGE_SIZE;
  }

  /** IommuEn */
  enable(): void {
    this.isEnabled = true;
  }

  /** AMD IOMMU, 2.2: the device table entry, then the page tables. */
  translate(request: DmaRequest): Translation | undefined {
    const { iova } = request;
    if (!this.isEnabled) return untranslated(iova);
    if (isInterrupt(iova)) return undefined;
    const found = this.find(request);
    if (found === 'as it is') return untranslated(iova);
    if (typeof found === 'number') return this.refuse(request, found);
    if (!grants(found, request)) return this.refuse(request, EventCode.IoPageFault);
    return beforeInterrupts(translatedBy(found, iova), iova);
  }

  /** 2.1.6 Address translation services: refused without the bit I of the entry; no event where a page is missing. */
  requestTranslation(request: DmaRequest): Leaf | undefined {
    const entry = this.entryOf(request.rid);
    if (!this.isEnabled || isInterrupt(request.iova) || !entry?.deviceTlb) return undefined;
    const found = this.find(request);
    return typeof found === 'object' ? found : undefined;
  }

  /** 2.6: without the bit PPR of the entry nobody is asked, and where there is no room the device has to ask again. */
  requestPage(message: PageRequestMessage): void {
    const { rid, pasid, group, last } = message;
    const withPasid = pasid === undefined ? {} : { pasid };
    const entry = this.entryOf(rid);
    if (entry?.pageRequests && this.pprLog.log(message)) return;
    const code = entry?.pageRequests ? PageResponse.Success : PageResponse.InvalidRequest;
    if (last) this.endpoints.get(rid)?.pageGroupResponse({ ...withPasid, group, code });
  }

  private find(request: DmaRequest): Found {
    const entry = this.entryOf(request.rid);
    if (!entry) return EventCode.IllegalDeviceTableEntry;
    if (!entry.isValid) return 'as it is';
    if (!entry.translates || !grants(entry, request)) return EventCode.IoPageFault;
    const { guest } = entry;
    const { iova, write, pasid } = request;
    if (pasid === undefined && !guest?.withoutPasid)
      return entry.mode === 0 ? 'as it is' : this.hostLeaf(entry, { iova, write });
    return guest
      ? this.guestLeaf(entry, guest, { iova, write, pasid: pasid ?? 0 })
      : EventCode.IoPageFault;
  }

  private entryOf(rid: Rid): DeviceTableEntry | undefined {
    return this.devices.get(rid) ?? this.readEntry(rid);
  }

  private readEntry(rid: Rid): DeviceTableEntry | undefined {
    const address = deviceTableEntryAddress(this.deviceTable, rid);
    if (address >= this.deviceTableEnd) return undefined;
    const { memory } = this;
    const entry = decodeDeviceTableEntry([
      memory.read64(address),
      memory.read64(address + 8n),
      memory.read64(address + 16n),
      memory.read64(address + 24n),
    ]);
    if (entry) this.devices.set(rid, entry);
    return entry;
  }

  private hostLeaf(entry: DeviceTableEntry, access: Omit<GuestAccess, 'pasid'>): Leaf | EventCode {
    const { domainId } = entry;
    const cached = this.iotlb.lookup(domainId, access.iova);
    if (cached && serves(cached, access)) return cached;
    const leaf = walkV1Table(this.memory, entry, access);
    if (typeof leaf !== 'number') this.iotlb.insert(domainId, access.iova, leaf);
    return leaf;
  }

  /** 2.2.6: one table, or both. The rights of the host's are looked at here, those of the whole by the caller. */
  private guestLeaf(
    entry: DeviceTableEntry,
    guest: GuestTables,
    access: GuestAccess,
  ): Leaf | EventCode {
    const { iova, pasid } = access;
    const cached = this.guestIotlb.lookup(entry.domainId, pasid, iova);
    if (cached && serves(cached, access)) return cached;
    const locate: Locate = (address, use) => this.locate(entry, address, use);
    const root = findGuestRoot(this.memory, guest, { pasid, locate });
    if (typeof root === 'number') return root;
    const first = walkGuestTable(this.memory, { root, locate }, access);
    if (typeof first === 'number') return first;
    const leaf = entry.mode === 0 ? first : this.throughHost(entry, first, access);
    if (typeof leaf !== 'number') this.guestIotlb.insert(entry.domainId, pasid, { iova, leaf });
    return leaf;
  }

  private throughHost(entry: DeviceTableEntry, first: Leaf, access: GuestAccess): Leaf | EventCode {
    const { iova, write } = access;
    const middle = first.address + (iova % first.size);
    const second = walkV1Table(this.memory, entry, { iova: middle, write });
    return typeof second === 'number' ? second : combine(first, second, iova);
  }

  /** Where a table of a guest is: its marks need the right to write. */
  protected locate(
    entry: DeviceTableEntry,
    address: Iova,
    use: 'read' | 'update',
  ): Hpa | EventCode {
    if (entry.mode === 0) return address;
    const write = use === 'update';
    const leaf = walkV1Table(this.memory, entry, { iova: address, write });
    if (typeof leaf === 'number') return leaf;
    return grants(leaf, { write }) ? leaf.address + (address % leaf.size) : EventCode.IoPageFault;
  }

  private refuse({ rid, iova, write }: DmaRequest, code: EventCode): undefined {
    this.events.log({ code, rid, address: iova, write });
    return undefined;
  }
}

/** A write needs the dirty bits set, for which the tables have to be walked. */
function serves(cached: Leaf, { write }: { readonly write: boolean }): boolean {
  return !write || cached.clean !== true;
}
