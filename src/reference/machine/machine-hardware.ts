import type { InterruptController } from '../hardware/interrupt-controller.ts';
import { PAGE_SIZE } from '#formats/page.ts';

import type { PhysicalMemory } from '../hardware/memory.ts';
import type { PciBus } from '../hardware/pci/pci-bus.ts';
import { noCapabilities } from '../hardware/pci/pci-device.ts';
import type { PciCapabilities, PciDevice } from '../hardware/pci/pci-device.ts';
import { PendingInterrupts } from '../hardware/pending-interrupts.ts';
import type { BusDevice, DriverCore } from '../kernel/base/driver-core.ts';
import { vtdBoard } from './board.ts';
import type { Board, BoardIommu, HostIommu } from './board.ts';
import type { IommuDevice } from '../kernel/iommu/domain.ts';
import type { IommuCore } from '../kernel/iommu/iommu.ts';
import { IdPool } from '../kernel/lib/id-pool.ts';
import type { Pages } from '../kernel/mm/pages.ts';
import type { Parts } from './parts.ts';
import { VfToken } from '../kernel/vfio/hardware.ts';
import type { PlacedBar, VfioHardware } from '../kernel/vfio/hardware.ts';
import { invariant } from '../reference-bug.ts';

/** RAM lies above 4 GiB, away from the IOVAs that a test is likely to use. */
const RAM_FIRST = 0x1_0000_0000n;
const RAM_SIZE = 1n << 40n;
/** BARs lie below 4 GiB; the firmware gives out slots of this size. */
const BARS_FIRST = 0x4000_0000n;
const BAR_SLOT = 0x20_0000n;
const ROM_OFFSET = 0x1f_0000n;
/** Ports of a device, likewise. */
const PORTS_FIRST = 0x1000n;
const PORTS_SLOT = 0x100n;
/** Slot 0 of a bus is the bridge's. From each half in turn: a VT-d in scalable mode has a table for each. HW-VTD-02 */
const SLOTS = Array.from({ length: 31 }, (_, index) => (index % 2 ? 1 : 16) + (index >> 1));
const BRIDGE_BUSES = Array.from({ length: 255 }, (_, index) => index + 1);

/** What is out of the ordinary about an endpoint. */
export interface PlugOptions {
  /** Extended capabilities; a device TLB comes with any of them. */
  readonly pasidBits?: number;
  readonly pageRequests?: boolean;
  readonly deviceTlb?: boolean;
  readonly virtualFunction?: boolean;
  /** Then there is no device TLB: nobody waits for what a device is told to keep. */
  readonly stalls?: boolean;
  readonly msiVectors?: number;
  readonly msixVectors?: number;
  readonly powerManagement?: boolean;
  readonly functionLevelReset?: boolean;
  readonly physicalFunction?: boolean;
  readonly errorReporting?: boolean;
  /** Whose virtual function it is. */
  readonly owner?: MachineDevice;
  readonly assortedCapabilities?: boolean;
  readonly smallBar?: boolean;
  readonly ioBar?: boolean;
  readonly rom?: boolean;
  /** In place of an edu. */
  readonly copyEngine?: boolean;
  /** Behind a bridge of its own: that can reset what is behind it. */
  readonly busReset?: boolean;
  /** Which of the board's IOMMUs it is behind; the first one unless told otherwise. */
  readonly iommu?: HostIommu;
}

/** An endpoint, and what the kernel's IOMMU core made of it. */
export interface MachineDevice extends VfioHardware, BusDevice {
  readonly name: string;
  isLocked: boolean;
  readonly pciId: string;
  /** Where the firmware has put its BARs. */
  readonly place: number;
  readonly iommu: IommuDevice;
  readonly pci: PciDevice;
  /** The IOMMU that its requests go through. */
  readonly host: HostIommu;
  readonly bus: PciBus;
}

/** A device that the kernel has forgotten. */
interface Plugged {
  readonly rid: number;
  readonly requesterId: number;
  readonly options: PlugOptions;
}

/** What is soldered together: memory, an IOMMU, devices; and the kernel parts that manage just these. */
export class MachineHardware {
  readonly memory: PhysicalMemory;
  readonly iommus: readonly [HostIommu, ...HostIommu[]];
  readonly pages: Pages;
  readonly interrupts = new PendingInterrupts();
  /** Those of devices. */
  readonly controller: InterruptController;
  readonly iommu: IommuCore;
  readonly drivers: DriverCore;
  /** Numbers of VFIO devices. */
  readonly indexes = new IdPool(0);
  /** Room for BARs. */
  private readonly places = new IdPool(0);
  private readonly parts: Parts;
  private readonly plugged: MachineDevice[] = [];
  /** They are there, and the kernel has forgotten them. */
  private readonly forgotten: Plugged[] = [];
  private readonly options = new WeakMap<MachineDevice, PlugOptions>();
  /** By number, while there is anything on them. */
  private readonly buses = new Map<number, PciBus>();

  /** `layout`: in which order memory is given out, see MemoryLayout. */
  constructor(parts: Parts, board: Board = vtdBoard, layout = 0) {
    this.parts = parts;
    const memory = (this.memory = new parts.hardware.PhysicalMemory());
    const ram = { first: RAM_FIRST, size: RAM_SIZE };
    const pages = (this.pages = new parts.mm.Pages({ memory, ...ram, layout }));
    const [first, ...others] = board;
    const build = (iommu: BoardIommu): HostIommu =>
      iommu.build({ parts, memory, pages, interrupts: this.interrupts });
    this.iommus = [build(first), ...others.map(build)];
    this.controller = this.controllerFor(this.iommus);
    this.iommu = new parts.iommu.IommuCore(parts);
    this.drivers = new parts.base.DriverCore();
  }

  /** A board whose IOMMUs translate messages has a doorbell in its memory. */
  private controllerFor(iommus: readonly HostIommu[]): InterruptController {
    const { Doorbell, InterruptController: Plain } = this.parts.hardware;
    if (!iommus.some(({ translatesInterrupts }) => translatesInterrupts)) return new Plain();
    const doorbell = new Doorbell();
    this.memory.addWindow(doorbell.address, doorbell.region);
    return doorbell;
  }

  get devices(): readonly MachineDevice[] {
    return this.plugged;
  }

  /** An endpoint of its own on the root bus. */
  plug(options: PlugOptions = {}): MachineDevice {
    const rid = this.freeRid(slotsOf(0));
    return this.add(rid, rid, options);
  }

  /** An endpoint behind a new bridge of conventional PCI, which takes over its requests. */
  plugBehindBridge(options: PlugOptions = {}): MachineDevice {
    return this.plugIntoBus(this.freeBus(), options);
  }

  /** One more in the same group: behind the same bridge, or another function of the same slot. */
  plugBeside(sibling: MachineDevice, options: PlugOptions = {}): MachineDevice {
    const placed = { ...options, iommu: sibling.host };
    if (isBehindBridge(sibling)) return this.plugBesideOnBus(sibling, placed);
    const freeFunction = this.freeRid(functionsOf(sibling.pci.rid));
    return this.add(freeFunction, freeFunction, placed);
  }

  /** Nobody owns the device when it is pulled out. */
  unplug(device: MachineDevice): void {
    this.drivers.unbind(device);
    device.pci.served();
    this.iommu.removeDevice(device.iommu);
    device.host.translator.disconnect?.(device.pci.rid);
    for (const { kind, address, window } of device.bars)
      if (kind !== 'ports') this.memory.removeWindow(address, window);
    this.plugged.splice(this.plugged.indexOf(device), 1);
    if (device.index >= 0) this.indexes.release(device.index);
    this.places.release(device.place);
    device.bus.remove(device.pci);
    if (device.bus.count === 0) this.buses.delete(busOf(device));
  }

  /** pci_stop_and_remove_bus_device(), of one that has no driver any more: the kernel forgets it. VFIO-SYS-12 */
  forget(device: MachineDevice): void {
    const { rid, requesterId } = device.pci;
    const options = this.options.get(device) ?? {};
    this.unplug(device);
    this.forgotten.push({ rid, requesterId, options });
  }

  /** pci_rescan_bus(): what is found has no driver. VFIO-SYS-12 */
  rescan(): void {
    for (const { rid, requesterId, options } of this.forgotten.splice(0)) {
      const device = this.add(rid, requesterId, options);
      this.drivers.add(device);
      this.indexes.release(device.index);
      device.index = -1;
    }
  }

  /** Pulled out while the kernel knew nothing of them. */
  dropForgotten(): void {
    this.forgotten.splice(0);
  }

  /** Where the pin leads to the same line, if there is room. */
  private plugBesideOnBus({ pci, irq }: MachineDevice, options: PlugOptions): MachineDevice {
    const bus = pci.rid >> 8;
    const isAlike = (rid: number): boolean => this.controller.lineOf(rid >> 3) === irq;
    const slots = slotsOf(bus);
    const best = [...slots.filter(isAlike), ...slots.filter((rid) => !isAlike(rid))];
    return this.add(this.freeRid(best), ridOf(bus, 0), options);
  }

  private plugIntoBus(bus: number, options: PlugOptions): MachineDevice {
    return this.add(this.freeRid(slotsOf(bus)), ridOf(bus, 0), options);
  }

  private add(rid: number, requesterId: number, options: PlugOptions): MachineDevice {
    const { memory } = this;
    const { iommu: host = this.iommus[0] } = options;
    const { translator } = host;
    const name = pciName(rid);
    const capabilities = this.capabilitiesOf(options);
    const { controller } = this;
    const irq = controller.lineOf(rid >> 3);
    const pin = {};
    const pci = new this.parts.pci.PciDevice({
      rid,
      requesterId,
      translator,
      memory,
      parts: this.parts,
      capabilities,
      line: (level) => controller.pull(irq, pin, level),
      ...(host.translatesInterrupts !== true && {
        receive: (message) => controller.receive(message),
      }),
    });
    translator.connect?.(rid, pci);
    const iommu = this.iommu.addPciDevice({ name, rid, requesterId, pci }, host);
    const index = this.indexes.take();
    const place = this.places.take();
    const bars = this.placeBars(pci, place);
    const rom = this.placeRom(pci, place);
    const bus = this.busOf(rid >> 8, options);
    bus.add(pci);
    const placed = { place, bars, ...(rom && { rom }), iommu, host, bus };
    const pciId = idOf(pci);
    const own = { name, sysPath: sysPathOf(rid), index, pci, pciId, controller, irq };
    const token = options.physicalFunction ? { token: new VfToken() } : {};
    const owner = options.owner ? { owner: options.owner } : {};
    const device = { ...own, ...token, ...owner, isLocked: false, ...placed };
    this.options.set(device, options);
    this.plugged.push(device);
    return device;
  }

  private busOf(number: number, { busReset = false }: PlugOptions): PciBus {
    const bus = this.buses.get(number) ?? new this.parts.pci.PciBus(number > 0 && busReset);
    this.buses.set(number, bus);
    return bus;
  }

  /** The firmware gives each BAR a place on the bus. */
  private placeBars(pci: PciDevice, place: number): readonly PlacedBar[] {
    let memory = BARS_FIRST + BigInt(place) * BAR_SLOT;
    const ports = PORTS_FIRST + BigInt(place) * PORTS_SLOT;
    return pci.bars.map((bar) => {
      const address = bar.kind === 'ports' ? ports : memory;
      const window = pci.place(bar, address);
      if (bar.kind !== 'ports') {
        this.memory.addWindow(address, window);
        memory += window.size > PAGE_SIZE ? window.size : PAGE_SIZE;
      }
      return { index: bar.index, kind: bar.kind, address, window };
    });
  }

  private placeRom(pci: PciDevice, place: number): VfioHardware['rom'] {
    const address = BARS_FIRST + BigInt(place) * BAR_SLOT + ROM_OFFSET;
    return pci.rom && { address, window: pci.placeRom(pci.rom, address) };
  }

  private capabilitiesOf(options: PlugOptions): PciCapabilities {
    const { iommu: _, owner: _owner, deviceTlb: hasTlb = false, ...told } = options;
    const msiVectors = Math.max(1, told.msiVectors ?? 1);
    const capabilities = { ...noCapabilities, ...told, msiVectors };
    const { pasidBits, pageRequests, stalls } = capabilities;
    const isPlain = pasidBits === 0 && !pageRequests && !hasTlb;
    if (stalls) return { ...capabilities, pageRequests: false };
    if (isPlain) return capabilities;
    const { DeviceTlb, Iotlb } = this.parts.hardware;
    return { ...capabilities, deviceTlb: new DeviceTlb(new Iotlb()) };
  }

  private freeRid(candidates: readonly number[]): number {
    const taken = new Set(
      [...this.plugged.map(({ pci }) => pci), ...this.forgotten].map(({ rid }) => rid),
    );
    const free = candidates.find((rid) => !taken.has(rid));
    invariant(free !== undefined, 'there is no free slot');
    return free;
  }

  private freeBus(): number {
    const taken = new Set([
      ...this.plugged.map(busOf),
      ...this.forgotten.map(({ rid }) => rid >> 8),
    ]);
    const free = BRIDGE_BUSES.find((bus) => !taken.has(bus));
    invariant(free !== undefined, 'there is no free bus');
    return free;
  }
}

/** One root port, and a bridge for each other bus, from the last slot down. */
function sysPathOf(rid: number): string {
  const root = '/devices/pci0000:00';
  const bus = rid >> 8;
  if (bus === 0) return `${root}/${pciName(rid)}`;
  return `${root}/${pciName(ridOf(0, 31) - bus + 1)}/${pciName(rid)}`;
}

/** As new_id takes it: vendor and device; those of a virtual function its physical one has. */
function idOf({ configuration, capabilities }: PciDevice): string {
  if (capabilities.virtualFunction) return '1234 11e8';
  const [vendor = 0, device = 0] = new Uint16Array(configuration.read(0n, 4).slice().buffer);
  return [vendor, device].map((each) => each.toString(16).padStart(4, '0')).join(' ');
}

function busOf({ pci }: MachineDevice): number {
  return pci.rid >> 8;
}

/** Behind a bridge of conventional PCI, which knows nothing of the extended capabilities. */
export function isBehindBridge(device: MachineDevice): boolean {
  return busOf(device) > 0;
}

function ridOf(bus: number, slot: number): number {
  return (bus << 8) | (slot << 3);
}

function slotsOf(bus: number): readonly number[] {
  return SLOTS.map((slot) => ridOf(bus, slot));
}

function functionsOf(rid: number): readonly number[] {
  return Array.from({ length: 8 }, (_, index) => (rid & ~7) | index);
}

/** As Linux names it: domain, bus, device, function. */
function pciName(rid: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `0000:${hex(rid >> 8, 2)}:${hex((rid >> 3) & 31, 2)}.${rid & 7}`;
}
