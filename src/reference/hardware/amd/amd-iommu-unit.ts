import type { Hpa, Iova, Rid } from '#formats/addresses.ts';
import {
  deviceTableEntryAddress,
  decodeDeviceTableEntry,
} from '#formats/amd/device-table-entry.ts';
import type { DeviceTableEntry } from '#formats/amd/device-table-entry.ts';
import { EventCode } from '#formats/amd/event-code.ts';
import { PAGE_SIZE } from '#formats/page.ts';

import type { DmaRequest, MemoryBus, Translator } from '../bus.ts';
import { beforeInterrupts, isInterrupt } from '../interrupts.ts';
import type { Iotlb } from '../iotlb.ts';
import type { AmdviParts } from './parts.ts';
import { untranslated, grants, translatedBy } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import type { AmdFeatures } from './capabilities.ts';
import type { CommandBuffer } from './command-buffer.ts';
import { EventLog } from './events.ts';
import { walkV1Table } from './v1-table.ts';

export interface AmdIommuUnitOptions {
  readonly memory: MemoryBus;
  readonly parts: AmdviParts;
  readonly features: AmdFeatures;
}

/**
 * An AMD IOMMU with host page tables. Requests are not translated before enable(); a device table that does not reach
 * as far as the requester refuses it.
 */
export class AmdIommuUnit implements Translator {
  readonly features: AmdFeatures;
  readonly commandBuffer: CommandBuffer;
  readonly events = new EventLog();
  private readonly memory: MemoryBus;
  private readonly iotlb: Iotlb;
  private readonly devices = new Map<Rid, DeviceTableEntry>();
  private deviceTable = 0n;
  private deviceTableEnd = 0n;
  private isEnabled = false;

  constructor({ memory, parts, features }: AmdIommuUnitOptions) {
    this.memory = memory;
    this.features = features;
    this.iotlb = new parts.hardware.Iotlb();
    const { iotlb, devices } = this;
    this.commandBuffer = new parts.amdvi.CommandBuffer({ memory, iotlb, devices });
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

  /** AMD IOMMU, 2.2: the device table entry, then the host page table. */
  translate(request: DmaRequest): Translation | undefined {
    const { iova } = request;
    if (!this.isEnabled) return untranslated(iova);
    if (isInterrupt(iova)) return undefined;
    const entry = this.devices.get(request.rid) ?? this.readEntry(request.rid);
    if (!entry) return this.refuse(request, EventCode.IllegalDeviceTableEntry);
    if (!entry.isValid) return untranslated(iova);
    if (!entry.translates || request.pasid !== undefined || !grants(entry, request)) {
      return this.refuse(request, EventCode.IoPageFault);
    }
    return entry.mode === 0 ? untranslated(iova) : this.translateHost(request, entry);
  }

  private readEntry(rid: Rid): DeviceTableEntry | undefined {
    const address = deviceTableEntryAddress(this.deviceTable, rid);
    if (address >= this.deviceTableEnd) return undefined;
    const { memory } = this;
    const words = [memory.read64(address), memory.read64(address + 8n)] as const;
    const entry = decodeDeviceTableEntry(...words);
    if (entry) this.devices.set(rid, entry);
    return entry;
  }

  private translateHost(request: DmaRequest, entry: DeviceTableEntry): Translation | undefined {
    const { iova } = request;
    const leaf = this.leafFor(entry, iova);
    if (typeof leaf === 'number') return this.refuse(request, leaf);
    if (!grants(leaf, request)) return this.refuse(request, EventCode.IoPageFault);
    return beforeInterrupts(translatedBy(leaf, iova), iova);
  }

  private leafFor({ domainId, root, mode }: DeviceTableEntry, iova: Iova): Leaf | EventCode {
    const cached = this.iotlb.lookup(domainId, iova);
    if (cached) return cached;
    const leaf = walkV1Table(this.memory, { root, mode }, iova);
    if (typeof leaf !== 'number') this.iotlb.insert(domainId, iova, leaf);
    return leaf;
  }

  private refuse({ rid, iova, write }: DmaRequest, code: EventCode): undefined {
    this.events.log({ code, rid, address: iova, write });
    return undefined;
  }
}
