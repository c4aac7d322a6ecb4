import { accessesOf } from '#formats/accesses.ts';
import type { Access } from '#formats/accesses.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_REGION_INFO_CAP_MSIX_MAPPABLE,
  VFIO_REGION_INFO_FLAG_MMAP,
  VFIO_REGION_INFO_FLAG_READ,
  VFIO_REGION_INFO_FLAG_WRITE,
} from '#uapi/vfio/device.ts';
import {
  VFIO_PCI_CONFIG_REGION_INDEX,
  VFIO_PCI_NUM_REGIONS,
  VFIO_PCI_ROM_REGION_INDEX,
} from '#uapi/vfio/pci.ts';
import type { DeviceRegion } from '../../../hardware/bus.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../../fs/file.ts';
import { isErrno } from '../../lib/errno.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type { PlacedBar, VfioHardware } from '../hardware.ts';
import type { HostPart } from './msix-table.ts';
import { numberOf } from './pci-function.ts';

/** A region is at its index, shifted by that, in the device's file. */
export const VFIO_PCI_OFFSET_SHIFT = 40n;

/** A region of a PCI device, as VFIO tells of it. */
export interface Region {
  /** Bytes. */
  readonly size: bigint;
  /** VFIO_REGION_INFO_FLAG_*, but for that of capabilities. */
  readonly flags: number;
  /** VFIO_REGION_INFO_CAP_*: one of version 1 that says no more than that it is there. */
  readonly capability?: number;
}

/** The configuration space of a device: results as of read() and write(). */
export interface ConfigurationFile {
  readonly size: number;
  readonly isMemoryEnabled: boolean;
  /** With the device's memory decoding on, whatever its user has said; as it was afterwards. */
  withMemory<T>(body: () => T): T;
  read(transfer: Transfer, offset: bigint): number;
  write(transfer: Transfer, offset: bigint): number;
}

export interface RegionOptions {
  readonly device: VfioHardware;
  readonly config: ConfigurationFile;
  /** May a mapping of a BAR be had, and used, at this moment? */
  readonly isMappingUsable: () => boolean;
  readonly table: HostPart | undefined;
}

const READ_WRITE = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

/** vfio_pci_rdwr.c: the file of a device as its users read, write and map it. */
export class VfioPciRegions {
  protected readonly device: VfioHardware;
  protected readonly config: ConfigurationFile;
  protected readonly isMappingUsable: () => boolean;
  /** Its table of MSI-X. */
  protected readonly table: HostPart | undefined;

  constructor({ device, config, isMappingUsable, table }: RegionOptions) {
    this.device = device;
    this.config = config;
    this.isMappingUsable = isMappingUsable;
    this.table = table;
  }

  /** Undefined for a region that the device lacks. VFIO-RGN-02 03 */
  get(index: number): Region | undefined {
    if (index === VFIO_PCI_CONFIG_REGION_INDEX)
      return { size: BigInt(this.config.size), flags: READ_WRITE };
    if (index === VFIO_PCI_ROM_REGION_INDEX) return this.rom();
    const bar = this.barAt(index);
    if (!bar) return undefined;
    const { size } = bar.window;
    if (!this.isMappable(bar)) return { size, flags: READ_WRITE };
    const flags = READ_WRITE | VFIO_REGION_INFO_FLAG_MMAP;
    if (this.table?.index !== index) return { size, flags };
    return { size, flags, capability: VFIO_REGION_INFO_CAP_MSIX_MAPPABLE };
  }

  /** vfio_pci_ioctl_get_region_info(): as large as its BAR is, where there is an image; to look at it memory is on. */
  protected rom(): Region | undefined {
    const { rom } = this.device;
    if (!rom) return undefined;
    const imageSize = this.config.withMemory(() => romImageSize(rom.window));
    const { size } = rom.window;
    return imageSize === 0 ? undefined : { size, flags: VFIO_REGION_INFO_FLAG_READ };
  }

  /** vfio_pci_rw() VFIO-RW-01 VFIO-CFG-03 */
  read(transfer: Transfer, offset: bigint): number {
    if (transfer.length === 0) return 0;
    const { index, inside } = placeOf(offset);
    if (index === VFIO_PCI_CONFIG_REGION_INDEX) return this.config.read(transfer, inside);
    if (index === VFIO_PCI_ROM_REGION_INDEX) return this.readRom(transfer, inside);
    return this.accessBar(transfer, { index, inside, access: (...piece) => this.load(...piece) });
  }

  write(transfer: Transfer, offset: bigint): number {
    if (transfer.length === 0) return 0;
    const { index, inside } = placeOf(offset);
    if (index === VFIO_PCI_CONFIG_REGION_INDEX) return this.config.write(transfer, inside);
    return this.accessBar(transfer, { index, inside, access: (...piece) => this.store(...piece) });
  }

  /** vfio_pci_core_mmap(): only memory, only shared, only inside its pages. VFIO-RGN-04 VFIO-MAP2-02 03 04 */
  map({ offset, length, shared }: MapDeviceRequest): DeviceMapping | ErrnoName {
    const { index, inside } = placeOf(offset);
    const bar = index < VFIO_PCI_NUM_REGIONS ? this.barAt(index) : undefined;
    if (!bar || !shared || !this.isMappable(bar)) return 'EINVAL';
    const pages = (bar.window.size + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n);
    return inside + length > pages ? 'EINVAL' : { region: this.mapped(bar), offset: inside };
  }

  protected barAt(index: number): PlacedBar | undefined {
    return this.device.bars.find((bar) => bar.index === index);
  }

  /** vfio_pci_probe_mmaps(): what shares its page with nobody. VFIO-MAP2-09 */
  protected isMappable({ kind, address, window }: PlacedBar): boolean {
    return kind !== 'ports' && (window.size >= PAGE_SIZE || address % PAGE_SIZE === 0n);
  }

  /** vfio_pci_mmap_huge_fault(): SIGBUS while the device does not answer there. VFIO-CFG-17 VFIO-MAP2-01 06 07 08 11 */
  protected mapped({ window, address }: PlacedBar): DeviceMapping['region'] {
    return {
      size: window.size,
      address,
      read: (offset, length) => window.read(offset, length),
      write: (offset, bytes) => window.write(offset, bytes),
      fault: () => (this.isMappingUsable() ? undefined : 'SIGBUS'),
    };
  }

  /** vfio_pci_bar_rw(): as far as the BAR reaches; EINVAL from its end on. VFIO-RW-02 */
  protected accessBar(transfer: Transfer, { index, inside, access }: BarAccess): number {
    const bar = this.barAt(index);
    if (!bar) return failure('EINVAL');
    if (inside >= bar.window.size) return failure('EINVAL');
    const rest = bar.window.size - inside;
    const length = Math.min(transfer.length, Number(rest));
    for (const { done, width } of this.accesses(bar, inside, length)) {
      const piece = { ...transfer, address: transfer.address + BigInt(done), length: width };
      const error = access(piece, bar, inside + BigInt(done));
      if (error) return failure(error);
    }
    return length;
  }

  /** What lies in the table of MSI-X is not taken together with anything else. VFIO-RW-04 */
  protected *accesses({ index }: PlacedBar, inside: bigint, length: number): Iterable<Access> {
    const { first, end } = this.hostPart(index);
    const after = inside + BigInt(length);
    const borders = [inside, first, end, after].map((at) => clamp(at, inside, after));
    for (const [nth, from] of borders.slice(0, -1).entries()) {
      const [done, rest] = [Number(from - inside), Number((borders[nth + 1] ?? from) - from)];
      if (nth === 1 && rest > 0) yield { done, width: rest };
      else for (const piece of accessesOf(from, rest)) yield { ...piece, done: done + piece.done };
    }
  }

  protected hostPart(index: number): Pick<HostPart, 'first' | 'end'> {
    return this.table?.index === index ? this.table : { first: 0n, end: 0n };
  }

  /** x_start, x_end */
  protected isHosts({ index }: PlacedBar, at: bigint): boolean {
    const { first, end } = this.hostPart(index);
    return first <= at && at < end;
  }

  /**
   * vfio_pci_bar_rw(): by accesses of 4 bytes at most; ones behind the image. ENOMEM where none is found, as while the
   * device does not answer. VFIO-RW-06
   */
  protected readRom(transfer: Transfer, inside: bigint): number {
    const { rom } = this.device;
    if (!rom || inside >= rom.window.size) return failure('EINVAL');
    const image = romImageSize(rom.window);
    if (image === 0) return failure('ENOMEM');
    const { task, address } = transfer;
    const length = Math.min(transfer.length, Number(rom.window.size - inside));
    for (const { done, width } of accessesOf(inside, length, ROM_WIDEST)) {
      const at = inside + BigInt(done);
      if (!this.config.isMemoryEnabled) return failure('EIO');
      const bytes =
        at < BigInt(image) ? rom.window.read(at, width) : new Uint8Array(width).fill(0xff);
      if (task.memory.copyToUser(address + BigInt(done), bytes)) return failure('EFAULT');
    }
    return length;
  }

  /** vfio_pci_core_ioread*(): what comes before a piece that fails is done. VFIO-RW-05 07 */
  protected load(
    { task, address, length }: Transfer,
    bar: PlacedBar,
    at: bigint,
  ): ErrnoName | undefined {
    if (this.isHosts(bar, at))
      return task.memory.copyToUser(address, new Uint8Array(length).fill(0xff));
    if (!this.answers(bar)) return 'EIO';
    return task.memory.copyToUser(address, bar.window.read(at, length));
  }

  /** vfio_pci_core_iowrite*() */
  protected store(
    { task, address, length }: Transfer,
    bar: PlacedBar,
    at: bigint,
  ): ErrnoName | undefined {
    if (this.isHosts(bar, at)) return undefined;
    const bytes = task.memory.copyFromUser(address, length);
    if (isErrno(bytes)) return bytes;
    if (!this.answers(bar)) return 'EIO';
    bar.window.write(at, bytes);
    return undefined;
  }

  /** test_mem: ports are reached whatever the user says of memory. VFIO-CFG-16 VFIO-RW-08 */
  protected answers({ kind }: PlacedBar): boolean {
    return kind === 'ports' || this.config.isMemoryEnabled;
  }
}

/** Bytes of the widest access to a ROM. */
const ROM_WIDEST = 4;
/** PCI 3.0, 6.3.1: where an image says that it is one, and where its data structure is, with the length in units of 512. */
const [ROM_SIGNATURE, ROM_DATA, ROM_LENGTH, ROM_UNIT] = [0xaa55, 0x18n, 0x10n, 512];

/** pci_get_rom_size(), of a ROM with one image; 0 where none is found. */
function romImageSize(window: DeviceRegion): number {
  if (numberOf(window.read(0n, 2)) !== ROM_SIGNATURE) return 0;
  const data = BigInt(numberOf(window.read(ROM_DATA, 2)));
  return numberOf(window.read(data + ROM_LENGTH, 2)) * ROM_UNIT;
}

function clamp(value: bigint, least: bigint, most: bigint): bigint {
  return value < least ? least : value > most ? most : value;
}

interface BarAccess {
  readonly index: number;
  readonly inside: bigint;
  readonly access: (transfer: Transfer, bar: PlacedBar, at: bigint) => ErrnoName | undefined;
}

/** Which region, and how many bytes into it. */
export function placeOf(offset: bigint): { readonly index: number; readonly inside: bigint } {
  return {
    index: Number(offset >> VFIO_PCI_OFFSET_SHIFT),
    inside: BigInt.asUintN(Number(VFIO_PCI_OFFSET_SHIFT), offset),
  };
}

/** A configuration space that a driver makes up out of plain memory. */
export class PlainConfiguration implements ConfigurationFile {
  readonly isMemoryEnabled = true;

  protected readonly region: DeviceRegion;

  constructor(region: DeviceRegion) {
    this.region = region;
  }

  get size(): number {
    return Number(this.region.size);
  }

  withMemory<T>(body: () => T): T {
    return body();
  }

  read({ task, address, length }: Transfer, offset: bigint): number {
    const count = Math.min(length, Math.max(0, this.size - Number(offset)));
    const bytes = this.region.read(offset, count);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : count;
  }

  write({ task, address, length }: Transfer, offset: bigint): number {
    const count = Math.min(length, Math.max(0, this.size - Number(offset)));
    const bytes = task.memory.copyFromUser(address, count);
    if (isErrno(bytes)) return failure(bytes);
    this.region.write(offset, bytes);
    return count;
  }
}
