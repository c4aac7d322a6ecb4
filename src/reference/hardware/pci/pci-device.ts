import type { Iova, Rid } from '#formats/addresses.ts';
import { EXTENDED_FIRST, PASID } from '#formats/pcie-capabilities.ts';
import type { DeviceTlbRange, PageGroupResponse } from '#formats/pcie.ts';

import type { DeviceRegion, DmaRequest, Endpoint, MemoryBus, Translator, Waiter } from '../bus.ts';
import { ConfigurationSpace } from './configuration-space.ts';
import type { DeviceTlb } from '../device-tlb.ts';
import { EduRegisters } from './edu.ts';
import type { DmaEngine } from './edu.ts';
import type { ExpressCapabilities } from './express-capabilities.ts';
import type { OwnRequest, PageRequestInterface } from './page-request-interface.ts';
import type { HeldAccesses } from './held-accesses.ts';
import type { IntxPin, SetLevel } from './intx.ts';
import type { PciParts } from './parts.ts';
import { capabilityList } from './capability-list.ts';
import { Registers } from '../registers.ts';
import { grants, translatedBy } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import type {
  AccessResult,
  PatientAccess,
  Requester,
  WaitingAccesses,
} from './waiting-accesses.ts';

/** The command register of the configuration space, and in it bit 2: Bus Master Enable. */
const COMMAND_REGISTER = 4n;
const BUS_MASTER = 4;
/** Bit 1 of the command register, Memory Space Enable: the device answers at the addresses of its BARs. */
const MEMORY_SPACE = 2;
/** PCI 3.0, 6.2.4: which pin it pulls. */
const INTERRUPT_PIN = 0x3d;
const INTA = 1;
/** What a read gets that nobody answers. */
const NOBODY = 0xff;
/** 1234:11e8, as QEMU's teaching device has them; little endian. */
const VENDOR_AND_DEVICE = [0x34, 0x12, 0xe8, 0x11];

/** MSI-X; and extended capabilities, as far as an IOMMU is concerned by them. HW-PCI-01 02 03 */
export interface PciCapabilities {
  /** ATS: it keeps translations, in this. */
  readonly deviceTlb?: DeviceTlb;
  /** Bits of a PASID; 0 without PASIDs. */
  readonly pasidBits: number;
  /** PRI */
  readonly pageRequests: boolean;
  /** SR-IOV: one of several that share what is behind them. */
  readonly virtualFunction: boolean;
  /** Its accesses may be held by the IOMMU for as long as software likes; firmware says so. */
  readonly stalls: boolean;
  /** 0 to 2048; 0 without MSI-X. */
  readonly msixVectors: number;
}

export const noCapabilities: PciCapabilities = {
  pasidBits: 0,
  pageRequests: false,
  virtualFunction: false,
  stalls: false,
  msixVectors: 0,
};

export interface PciDeviceOptions {
  /** Bus, device and function of its own. */
  readonly rid: Rid;
  /** What its requests carry: that of the bridge above, where there is one that takes them over. */
  readonly requesterId: Rid;
  readonly translator: Translator;
  readonly memory: MemoryBus;
  readonly parts: PciParts;
  readonly capabilities?: PciCapabilities;
  /** Where its pin is soldered to; a virtual function has none. */
  readonly line?: SetLevel;
}

/** A PCI endpoint that moves bytes when it is told to: by its registers, or by whoever holds its wires. */
export class PciDevice implements DmaEngine, Endpoint {
  readonly rid: Rid;
  readonly requesterId: Rid;
  /** PCI 3.0, 6.1: it begins with vendor and device id. */
  readonly configuration: DeviceRegion;
  readonly bar0: DeviceRegion = new EduRegisters(this);
  readonly capabilities: PciCapabilities;
  private readonly translator: Translator;
  private readonly memory: MemoryBus;
  private readonly express: ExpressCapabilities;
  private readonly pri: PageRequestInterface;
  private readonly waiting: WaitingAccesses;
  private readonly held: HeldAccesses;
  private readonly pin: IntxPin | undefined;

  constructor(options: PciDeviceOptions) {
    this.rid = options.rid;
    this.requesterId = options.requesterId;
    this.translator = options.translator;
    this.memory = options.memory;
    this.capabilities = options.capabilities ?? noCapabilities;
    const { PageRequestInterface: Pri, WaitingAccesses: Waiting } = options.parts.pci;
    const { HeldAccesses: Held } = options.parts.pci;
    this.pri = new Pri();
    this.express = this.expressOf(options.parts);
    this.waiting = new Waiting(this.requester);
    this.held = new Held({
      reaches: (page, access, waiter) => this.reaches(page, access, waiter),
      perform: (access) => this.perform(access),
    });
    const { line } = options;
    if (line && !this.capabilities.virtualFunction) this.pin = new options.parts.pci.IntxPin(line);
    this.configuration = this.configurationOf();
  }

  /** BAR 0 as others find it at its address on the bus. */
  get bar0Window(): DeviceRegion {
    return {
      size: this.bar0.size,
      read: (offset, length) =>
        this.isMemoryEnabled ? this.bar0.read(offset, length) : new Uint8Array(length).fill(NOBODY),
      write: (offset, bytes) => {
        if (this.isMemoryEnabled) this.bar0.write(offset, bytes);
      },
    };
  }

  get isBusMaster(): boolean {
    return (this.command & BUS_MASTER) !== 0;
  }

  get isMemoryEnabled(): boolean {
    return (this.command & MEMORY_SPACE) !== 0;
  }

  private get command(): number {
    return this.configuration.read(COMMAND_REGISTER, 1)[0] ?? 0;
  }

  /** PCI 3.0, 2.2.6 */
  interrupt(): void {
    this.pin?.assert(true);
  }

  served(): void {
    this.pin?.assert(false);
  }

  /** Has it begun an access that software holds up? */
  get isHeldUp(): boolean {
    return !this.held.isEmpty;
  }

  /** A read request; no bytes at all where the IOMMU refuses one of them. */
  dmaRead(iova: Iova, length: number, pasid?: number): Uint8Array | 'blocked' {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const piece = this.reach(iova + BigInt(done), length - done, { write: false, pasid });
      if (!piece) return 'blocked';
      bytes.set(this.memory.read(piece.address, piece.length), done);
      done += piece.length;
    }
    return bytes;
  }

  /** Posted writes, in order of address: what comes before the first refused byte has been written. */
  dmaWrite(iova: Iova, bytes: Uint8Array, pasid?: number): 'blocked' | undefined {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const piece = this.reach(iova + BigInt(done), rest, { write: true, pasid });
      if (!piece) return 'blocked';
      this.memory.write(piece.address, bytes.subarray(done, done + piece.length));
      done += piece.length;
    }
    return undefined;
  }

  /** PCIe, 10.4.1: false where nothing is asked for, as software does not allow it. HW-PCI-01 02 05 */
  requestPage(message: OwnRequest): boolean {
    if (!this.express.isAtsEnabled || !this.mayUse(message.pasid)) return false;
    const execute = message.execute ? PASID.Execute : 0;
    const privileged = message.privileged ? PASID.Privileged : 0;
    if (!this.express.permits(execute | privileged)) return false;
    if (!this.pri.count(message)) return false;
    this.translator.requestPage?.({ rid: this.requesterId, ...message });
    return true;
  }

  pageGroupResponse(response: PageGroupResponse): void {
    const verdict = this.pri.receive(response);
    if (verdict) this.waiting.answered(response, verdict);
  }

  /** An access that asks for what it lacks, and waits; or that is held where it lacks something. */
  begin(access: PatientAccess): void {
    this.patient.begin(access);
  }

  /** What came of the access whose requests have that group, if it is over. */
  goOn(group: number): AccessResult | undefined {
    return this.patient.goOn(group);
  }

  /** Who can ask for pages asks. */
  private get patient(): Pick<WaitingAccesses, 'begin' | 'goOn'> {
    return this.capabilities.pageRequests ? this.waiting : this.held;
  }

  invalidateTranslations(range: DeviceTlbRange): void {
    this.capabilities.deviceTlb?.invalidate(range);
  }

  /** Where in memory a request of up to `length` bytes goes, and how many of them are translated together. HW-STK-05 */
  reach(
    iova: Iova,
    length: number,
    access: { readonly write: boolean; readonly pasid: number | undefined; waiter?: Waiter },
  ): { address: bigint; length: number } | undefined {
    const { write, pasid, waiter } = access;
    if (!this.mayUse(pasid)) return undefined;
    const own = { ...(pasid !== undefined && { pasid }), ...(waiter && { waiter }) };
    const request = { rid: this.requesterId, iova, write, ...own };
    const found = this.express.isAtsEnabled
      ? this.ownTranslation(request)
      : this.translator.translate(request);
    if (!found) return undefined;
    const border = found.bytesToBorder;
    return { address: found.address, length: border < length ? Number(border) : length };
  }

  /** PCIe, 10.2: one that the device has, or one that it asks for and keeps. HW-PCI-04 */
  private ownTranslation(request: DmaRequest): Translation | undefined {
    const { deviceTlb } = this.capabilities;
    const { iova, pasid, write } = request;
    const serves = (leaf: Leaf): boolean => grants(leaf, request) && !(write && leaf.clean);
    const cached = deviceTlb?.lookup(pasid, iova);
    const leaf = cached && serves(cached) ? cached : this.translator.requestTranslation?.(request);
    if (!leaf || !serves(leaf)) return undefined;
    deviceTlb?.insert(pasid, iova, leaf);
    return translatedBy(leaf, iova);
  }

  /** PCIe, 6.20: a function sends no PASID before software allows it. HW-PCI-02 */
  private mayUse(pasid: number | undefined): boolean {
    return pasid === undefined || this.express.arePasidsEnabled;
  }

  private get requester(): Requester {
    const { express, pri } = this;
    return {
      get room() {
        return express.isAtsEnabled && pri.control !== 0 ? pri.room : undefined;
      },
      reaches: (page, access) => this.reaches(page, access),
      perform: (access) => this.perform(access),
      request: (message) => void this.requestPage(message),
    };
  }

  private reaches(page: Iova, { bytes, pasid }: PatientAccess, waiter?: Waiter): boolean {
    const how = { write: bytes !== undefined, pasid, ...(waiter && { waiter }) };
    return this.reach(page, 1, how) !== undefined;
  }

  private perform({ iova, length, bytes, pasid }: PatientAccess): AccessResult {
    if (bytes === undefined) return this.dmaRead(iova, length, pasid);
    return this.dmaWrite(iova, bytes, pasid) ?? bytes;
  }

  private expressOf({ pci }: PciParts): ExpressCapabilities {
    const { deviceTlb, pasidBits, pageRequests } = this.capabilities;
    return new pci.ExpressCapabilities({
      ats: deviceTlb !== undefined,
      pasidBits,
      pageRequests: pageRequests ? this.pri : undefined,
      onAtsChange: () => deviceTlb?.invalidate({ pasid: 'any', first: 0n, length: undefined }),
    });
  }

  /** Without extended capabilities it is that of conventional PCI. */
  private configurationOf(): DeviceRegion {
    const { deviceTlb, pasidBits, msixVectors } = this.capabilities;
    const list = capabilityList(msixVectors);
    const pinned = new Map(this.pin ? [...list, [INTERRUPT_PIN, [INTA]]] : list);
    const registers = new Registers(EXTENDED_FIRST, VENDOR_AND_DEVICE, pinned);
    const conventional = this.pin?.over(registers) ?? registers;
    const isExpress = deviceTlb !== undefined || pasidBits > 0;
    return isExpress ? new ConfigurationSpace(conventional, this.express) : conventional;
  }
}
