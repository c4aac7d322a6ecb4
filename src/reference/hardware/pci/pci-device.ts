import type { Iova, Rid } from '#formats/addresses.ts';
import { BAR, COMMAND, HEADER, ROM_ENABLE } from '#formats/pci-configuration.ts';
import { PASID } from '#formats/pcie-capabilities.ts';
import type { DeviceTlbRange, PageGroupResponse } from '#formats/pcie.ts';

import type { DeviceRegion, DmaRequest, Endpoint, MemoryBus, Translator, Waiter } from '../bus.ts';
import { assortedCapabilities, extendedSpaceOf, isOfExpress } from './assorted.ts';
import type { Bar } from './bars.ts';
import type { Capability } from './capability.ts';
import type { ConfigurationSpace } from './configuration-space.ts';
import type { CopyEngine } from './copy-engine.ts';
import type { DeviceTlb } from '../device-tlb.ts';
import { EduRegisters } from './edu.ts';
import { EduBar } from './edu-bar.ts';
import type { DmaEngine } from './edu.ts';
import type { ExpressCapabilities } from './express-capabilities.ts';
import type { ConfigurationHeader } from './header.ts';
import { ofCopyEngine, ofEdu } from './identities.ts';
import type { OwnRequest, PageRequestInterface } from './page-request-interface.ts';
import type { HeldAccesses } from './held-accesses.ts';
import type { InterruptMessage } from '../interrupt-controller.ts';
import type { IntxPin, SetLevel } from './intx.ts';
import type { MsiCapability } from './msi.ts';
import type { MsixCapability } from './msix.ts';
import type { PciParts } from './parts.ts';
import { furtherBars, romImage, ROM_SIZE } from './resources.ts';
import type { PciResources } from './resources.ts';
import { VirtioWindow } from './virtio-window.ts';
import { grants, translatedBy } from '../translation.ts';
import type { Leaf, Translation } from '../translation.ts';
import type {
  AccessResult,
  PatientAccess,
  Requester,
  WaitingAccesses,
} from './waiting-accesses.ts';

/** MSI-X; and extended capabilities, as far as an IOMMU is concerned by them. HW-PCI-01 02 03 */
export interface PciCapabilities extends PciResources {
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
  /** A power of two, up to 32. */
  readonly msiVectors: number;
  /** 0 to 2048; 0 without MSI-X. */
  readonly msixVectors: number;
  /** It has power states. */
  readonly powerManagement: boolean;
  /** It is of PCI Express, and can be reset alone. */
  readonly functionLevelReset: boolean;
  /** SR-IOV: it can have virtual functions. */
  readonly physicalFunction: boolean;
  /** It is of PCI Express, reports errors, and has a serial number. */
  readonly errorReporting: boolean;
  /** It is of PCI Express, and has capabilities of all sorts. */
  readonly assortedCapabilities: boolean;
  /** It copies memory, as a device of Intel does, in place of the registers of edu. */
  readonly copyEngine?: boolean;
}

export const noCapabilities: PciCapabilities = {
  pasidBits: 0,
  pageRequests: false,
  virtualFunction: false,
  stalls: false,
  msiVectors: 1,
  msixVectors: 0,
  powerManagement: false,
  functionLevelReset: false,
  physicalFunction: false,
  errorReporting: false,
  assortedCapabilities: false,
  smallBar: false,
  ioBar: false,
  rom: false,
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
  /** Who takes writes that are interrupts before an IOMMU sees them: false for what is none. */
  readonly receive?: (message: InterruptMessage) => boolean;
}

/** A PCI endpoint that moves bytes when it is told to: by its registers, or by whoever holds its wires. */
export class PciDevice implements DmaEngine, Endpoint {
  readonly rid: Rid;
  readonly requesterId: Rid;
  readonly configuration: ConfigurationSpace;
  readonly bars: readonly Bar[];
  private readonly further: ReturnType<typeof furtherBars>;
  readonly rom: DeviceRegion | undefined;
  readonly capabilities: PciCapabilities;
  private readonly parts: PciParts;
  private readonly registers: EduRegisters | CopyEngine;
  private readonly header: ConfigurationHeader;
  private readonly translator: Translator;
  private readonly memory: MemoryBus;
  private readonly express: ExpressCapabilities;
  private readonly pri: PageRequestInterface;
  private readonly waiting: WaitingAccesses;
  private readonly held: HeldAccesses;
  private readonly pin: IntxPin | undefined;
  private readonly msi: MsiCapability;
  private readonly msix: MsixCapability | undefined;
  private readonly receive: PciDeviceOptions['receive'];

  constructor(options: PciDeviceOptions) {
    this.rid = options.rid;
    this.requesterId = options.requesterId;
    this.translator = options.translator;
    this.memory = options.memory;
    this.parts = options.parts;
    this.receive = options.receive;
    this.capabilities = options.capabilities ?? noCapabilities;
    const { msiVectors, msixVectors, functionLevelReset } = this.capabilities;
    const send = (message: InterruptMessage): void => this.send(message);
    this.msi = new options.parts.pci.MsiCapability(msiVectors);
    if (msixVectors > 0) this.msix = new options.parts.pci.MsixCapability(msixVectors, send);
    this.further = furtherBars(this.capabilities, functionLevelReset);
    const { copyEngine } = this.capabilities;
    this.registers = copyEngine ? new options.parts.pci.CopyEngine(this) : new EduRegisters(this);
    const own = copyEngine ? this.registers : new EduBar(this.registers);
    const registers = this.msix?.over(own) ?? own;
    this.bars = [{ index: 0, kind: 'memory', registers }, ...this.further];
    if (this.capabilities.rom) this.rom = romImage();
    const { PageRequestInterface: Pri, WaitingAccesses: Waiting } = options.parts.pci;
    const { HeldAccesses: Held } = options.parts.pci;
    this.pri = new Pri();
    this.express = this.expressOf();
    this.waiting = new Waiting(this.requester);
    this.held = new Held({
      reaches: (page, access, waiter) => this.reaches(page, access, waiter),
      perform: (access) => this.perform(access),
    });
    const { line } = options;
    this.header = this.headerOf();
    if (line && !this.capabilities.virtualFunction)
      this.pin = new options.parts.pci.IntxPin(this.header, line);
    this.configuration = this.configurationOf();
  }

  /** The firmware puts a BAR there; returns what others find then at that address of the bus. */
  place(bar: Bar, address: bigint): DeviceRegion {
    const at = BigInt(HEADER.bars + BAR.size * bar.index);
    const bytes = new Uint8Array(BigUint64Array.of(address).buffer);
    const count = bar.kind === 'memory of 64 bits' ? 2 : 1;
    this.configuration.write(at, bytes.subarray(0, count * BAR.size));
    return new this.parts.pci.BarWindows(this.header, this.bars).at(bar, address);
  }

  /** The same with its ROM, which answers while it is enabled there as well. */
  placeRom(rom: DeviceRegion, address: bigint): DeviceRegion {
    const value = Number(address) | ROM_ENABLE;
    const bytes = new Uint8Array(Uint32Array.of(value).buffer);
    this.configuration.write(BigInt(HEADER.rom), bytes);
    return new this.parts.pci.BarWindows(this.header, this.bars).romAt(rom, value);
  }

  get isBusMaster(): boolean {
    return (this.header.command & COMMAND.BusMaster) !== 0;
  }

  /** PCIe, 6.6: of the whole function, its registers too. */
  reset(): void {
    this.configuration.reset();
    for (const { registers } of this.further) registers.reset();
    this.registers.reset();
    this.served();
  }

  /** PCI 3.0, 2.2.6 and 6.8: a cause has the vector of its bit, as far as there are as many. */
  interrupt(causes: number): void {
    const vectorsOf = (count: number): ReadonlySet<number> =>
      new Set(bitsOf(causes).map((bit) => bit % count));
    if (this.msix?.isEnabled)
      for (const vector of vectorsOf(this.msix.count)) this.msix.signal(vector);
    else if (this.msi.isEnabled)
      for (const vector of vectorsOf(this.msi.vectors)) this.send(this.msi.message(vector));
    else this.pin?.assert(true);
  }

  /** 6.8.3.3: a write to memory like any other. */
  protected send({ address, data }: InterruptMessage): void {
    if (!this.isBusMaster) return;
    this.dmaWrite(address, new Uint8Array(Uint32Array.of(data).buffer));
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
    if (pasid === undefined && this.isMessage(iova, bytes)) return undefined;
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const piece = this.reach(iova + BigInt(done), rest, { write: true, pasid });
      if (!piece) return 'blocked';
      this.memory.write(piece.address, bytes.subarray(done, done + piece.length));
      done += piece.length;
    }
    return undefined;
  }

  private isMessage(address: Iova, bytes: Uint8Array): boolean {
    if (bytes.length !== 4 || !this.receive) return false;
    const data = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return this.receive({ address, data });
  }

  /** PCIe, 10.4.1: false where nothing is asked for, as software does not allow it. HW-PCI-01 05 */
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

  private expressOf(): ExpressCapabilities {
    const { deviceTlb, pasidBits, pageRequests } = this.capabilities;
    return new this.parts.pci.ExpressCapabilities({
      ats: deviceTlb !== undefined,
      pasidBits,
      pageRequests: pageRequests ? this.pri : undefined,
      onAtsChange: () => deviceTlb?.invalidate({ pasid: 'any', first: 0n, length: undefined }),
    });
  }

  private headerOf(): ConfigurationHeader {
    const { virtualFunction, copyEngine } = this.capabilities;
    const bars = this.bars.map((bar) => ({ ...bar, bytes: bar.registers.size }));
    return new this.parts.pci.ConfigurationHeader({
      ...(copyEngine ? ofCopyEngine : ofEdu),
      romSize: this.rom ? ROM_SIZE : 0,
      isVirtual: virtualFunction,
      bars,
      onChange: () => this.pin?.update(),
    });
  }

  private configurationOf(): ConfigurationSpace {
    const { header } = this;
    const extended = this.isExpress ? this.extendedOf() : undefined;
    const capabilities = this.capabilityList();
    return new this.parts.pci.ConfigurationSpace({ header, capabilities, extended });
  }

  private extendedOf(): DeviceRegion {
    const { deviceTlb, pasidBits } = this.capabilities;
    return deviceTlb || pasidBits > 0 ? this.express : extendedSpaceOf(this.capabilities);
  }

  /** Only a function of PCI Express has extended capabilities. */
  private get isExpress(): boolean {
    const { deviceTlb, pasidBits } = this.capabilities;
    return deviceTlb !== undefined || pasidBits > 0 || isOfExpress(this.capabilities);
  }

  private capabilityList(): readonly Capability[] {
    const { powerManagement, physicalFunction, functionLevelReset: resets } = this.capabilities;
    const { ExpressCapability, PowerManagementCapability } = this.parts.pci;
    const onReset = (): void => this.reset();
    return [
      ...(this.capabilities.assortedCapabilities ? assortedCapabilities(onReset) : []),
      ...(powerManagement || physicalFunction ? [new PowerManagementCapability()] : []),
      ...(this.isExpress ? [new ExpressCapability({ resets, onReset })] : []),
      ...(resets ? [new VirtioWindow(this.further)] : []),
      ...(this.msix ? [this.msix] : []),
      this.msi,
    ];
  }
}

function bitsOf(value: number): readonly number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (value >>> bit) & 1);
}
