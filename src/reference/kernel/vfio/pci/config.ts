import { widthAt } from '#formats/accesses.ts';
import { CapabilityId, COMMAND, HEADER } from '#formats/pci-configuration.ts';
import { EXTENDED_FIRST, ExtendedCapability } from '#formats/pcie-capabilities.ts';
import { failure } from '#uapi/errno.ts';

import type { Transfer } from '../../fs/file.ts';
import { isErrno } from '../../lib/errno.ts';
import type { CapabilityEvents } from './config-capabilities.ts';
import type { ConfigAccess, VirtualSpace } from './config-access.ts';
import { DirectAccess, RawAccess } from './config-access.ts';
import type { ConfigChains } from './config-chains.ts';
import { NOBODYS } from './config-chains.ts';
import type { HeaderAccess, HeaderEvents } from './config-header.ts';
import type { VfioPciParts } from './parts.ts';
import { bytesOf, PowerState } from './pci-function.ts';
import type { PciFunction } from './pci-function.ts';
import type { ConfigurationFile } from './rdwr.ts';

/** Bytes of the widest access. */
const WIDEST = 4;

export interface ConfigEvents extends HeaderEvents, CapabilityEvents {}

/** vfio_pci_config.c: the configuration space of a function as its user has it, from the first open to the last close. */
export class VfioPciConfig implements ConfigurationFile, VirtualSpace {
  readonly pci: PciFunction;
  readonly shown: Uint8Array;
  protected readonly parts: VfioPciParts;
  protected readonly events: ConfigEvents;
  protected readonly chains: ConfigChains;
  protected readonly header: HeaderAccess;
  private readonly raw: ConfigAccess;
  private readonly accesses = new Map<number, ConfigAccess>();

  /** vfio_config_init() VFIO-CFG-13 */
  constructor(parts: VfioPciParts, pci: PciFunction, events: ConfigEvents) {
    this.parts = parts;
    this.pci = pci;
    this.events = events;
    this.shown = new Uint8Array(pci.size);
    this.chains = new parts.vfioPci.ConfigChains(this);
    if (pci.isVirtual) this.fillVirtual();
    this.header = new parts.vfioPci.HeaderAccess(this, events);
    this.raw = new RawAccess(this);
  }

  /** Of a virtual function: what it is, and that its memory is on. VFIO-CFG-41 */
  protected fillVirtual(): void {
    const [vendor = 0, device = 0] = (this.pci.device.pciId ?? '')
      .split(' ')
      .map((text) => Number.parseInt(text, 16));
    this.shown.set(bytesOf(vendor, 2), HEADER.vendor);
    this.shown.set(bytesOf(device, 2), HEADER.device);
    this.shown[HEADER.interruptPin] = 0;
    this.shown[HEADER.command] = (this.shown[HEADER.command] ?? 0) | COMMAND.Memory;
  }

  get size(): number {
    return this.pci.size;
  }

  withMemory<T>(body: () => T): T {
    return this.pci.withMemory(body);
  }

  /** __vfio_pci_memory_enabled(): what the user has said, and not whether the device still has it. VFIO-CFG-44 */
  get isMemoryEnabled(): boolean {
    const command = this.pci.isVirtual ? COMMAND.Memory : (this.shown[HEADER.command] ?? 0);
    return this.pci.powerState < PowerState.D3hot && (command & COMMAND.Memory) !== 0;
  }

  /** vfio_pci_config_rw(): EFAULT for a range that leaves the space, at once. VFIO-CDEV-16 VFIO-CFG-01 02 04 05 */
  read({ task, address, length }: Transfer, offset: bigint): number {
    if (offset + BigInt(length) > BigInt(this.pci.size)) return failure('EFAULT');
    for (const { at, done, count } of this.pieces(Number(offset), length)) {
      const bytes = this.accessAt(at).read(at, count);
      if (task.memory.copyToUser(address + BigInt(done), bytes)) return failure('EFAULT');
    }
    return length;
  }

  write({ task, address, length }: Transfer, offset: bigint): number {
    if (offset + BigInt(length) > BigInt(this.pci.size)) return failure('EFAULT');
    for (const { at, done, count } of this.pieces(Number(offset), length)) {
      const access = this.accessAt(at);
      if (!access.write) continue;
      const bytes = task.memory.copyFromUser(address + BigInt(done), count);
      if (isErrno(bytes)) return failure(bytes);
      access.write(at, bytes);
    }
    return length;
  }

  /** vfio_config_do_rw(): of 4, 2 or 1 bytes, naturally aligned, with one owner. */
  protected *pieces(
    offset: number,
    length: number,
  ): Generator<{ readonly at: number; readonly done: number; readonly count: number }> {
    for (let done = 0; done < length;) {
      const at = offset + done;
      const count = widthAt(BigInt(at), Math.min(length - done, this.ownedFrom(at)), WIDEST);
      yield { at, done, count };
      done += count;
    }
  }

  /** vfio_pci_cap_remaining_dword() */
  protected ownedFrom(at: number): number {
    const { map } = this.chains;
    let count = 1;
    while ((at + count) % WIDEST !== 0 && map[at + count] === map[at]) count += 1;
    return count;
  }

  protected accessAt(at: number): ConfigAccess {
    const id = this.chains.map[at] ?? NOBODYS;
    if (id === NOBODYS) return this.raw;
    if (at < HEADER.size) return this.header;
    const start = this.chains.startOf(at);
    const known = this.accesses.get(start) ?? this.accessOf(id, start);
    this.accesses.set(start, known);
    return known;
  }

  /** cap_perms[] and ecap_perms[]: what is not in them can only be read. VFIO-CFG-29 39 */
  protected accessOf(id: number, start: number): ConfigAccess {
    const { vfioPci } = this.parts;
    if (start >= EXTENDED_FIRST) return this.extendedAccessOf(id, start);
    switch (id) {
      case CapabilityId.PowerManagement:
        return new vfioPci.PowerAccess(this, start, this.events);
      case CapabilityId.Express:
        return new vfioPci.ExpressAccess(this, start, this.events);
      case CapabilityId.Msi:
        return new vfioPci.MsiAccess(this, start, this.events);
      case CapabilityId.AdvancedFeatures:
        return new vfioPci.AdvancedFeaturesAccess(this, start, this.events);
      case CapabilityId.VitalProductData:
        return new vfioPci.VitalProductDataAccess(this, start);
      case CapabilityId.Vendor:
        return new vfioPci.VendorAccess(this, start);
      default:
        return new DirectAccess(this, start);
    }
  }

  /** ecap_perms[] VFIO-CFG-39 */
  protected extendedAccessOf(id: number, start: number): ConfigAccess {
    const { vfioPci } = this.parts;
    switch (id) {
      case ExtendedCapability.ErrorReporting:
        return new vfioPci.ErrorReportingAccess(this, start);
      case ExtendedCapability.VendorSpecific:
      case ExtendedCapability.DesignatedVendor:
        return new vfioPci.VendorAccess(this, start);
      default:
        return new DirectAccess(this, start);
    }
  }
}
