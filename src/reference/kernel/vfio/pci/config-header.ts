import { BAR, COMMAND, HEADER, ROM_ENABLE, STATUS } from '#formats/pci-configuration.ts';

import type { VirtualSpace } from './config-access.ts';
import { PermittedAccess } from './config-access.ts';
import { bytesOf, numberOf } from './pci-function.ts';
import { ALL, Permissions } from './permissions.ts';

/** What a write to the header sets off in the rest of the driver. */
export interface HeaderEvents {
  /** The BARs are about to vanish, or may do so: what is mapped of them is taken away. */
  memoryGoes(): void;
  /** It is over: where the BARs are there, what may be had of them can be had again. */
  memoryIsBack(): void;
  /** The user's own bit 10 of the command register. */
  maskIntx(isMasked: boolean): void;
}

/** init_pci_cap_basic_perm() VFIO-CFG-07 09 10 11 12 */
function permissionsOfHeader(isVirtual: boolean): Permissions {
  const own = COMMAND.InterruptDisable | (isVirtual ? COMMAND.Memory : 0);
  const permissions = new Permissions(HEADER.size)
    .set(HEADER.vendor, 4, ALL, 0)
    .set(HEADER.command, 2, own, ALL)
    .set(HEADER.status, 2, STATUS.CapabilityList, 0)
    .set(HEADER.cacheLineSize, 1, 0, ALL)
    .set(HEADER.latencyTimer, 1, 0, ALL)
    .set(HEADER.selfTest, 1, 0, ALL)
    .set(HEADER.rom, 4, ALL, ALL)
    .set(HEADER.capabilities, 1, ALL, 0)
    .set(HEADER.interruptLine, 1, ALL, ALL)
    .set(HEADER.interruptPin, 1, ALL, 0);
  for (let index = 0; index < BAR.count; index += 1)
    permissions.set(HEADER.bars + BAR.size * index, BAR.size, ALL, ALL);
  return permissions;
}

/** vfio_basic_config_read() and vfio_basic_config_write(): the header. */
export class HeaderAccess extends PermittedAccess {
  protected readonly events: HeaderEvents;
  /** bardirty */
  protected isBarWritten = true;
  /** virq_disabled */
  protected isIntxMasked = false;

  constructor(space: VirtualSpace, events: HeaderEvents) {
    super(space, 0, permissionsOfHeader(space.pci.isVirtual));
    this.events = events;
  }

  override read(at: number, count: number): Uint8Array {
    if (isBar(at)) this.fixBars();
    return super.read(at, count);
  }

  override write(at: number, bytes: Uint8Array): void {
    if (at === HEADER.command) this.writeCommand(bytes);
    else super.write(at, bytes);
    if (at <= HEADER.command + 1 && at >= HEADER.command) this.followIntx();
    if (isBar(at)) this.isBarWritten = true;
  }

  /** Whoever finds the BARs gone that the user had on: the device was reset behind the user's back. VFIO-CFG-44 */
  protected writeCommand(bytes: Uint8Array): void {
    const { pci } = this.space;
    const asked = numberOf(bytes);
    if (!(asked & COMMAND.Memory)) this.events.memoryGoes();
    const lost = asked & this.command & ~pci.command & (COMMAND.Memory | COMMAND.Io);
    const isLost = lost !== 0 && !pci.isVirtual;
    if (isLost || this.needsBars()) this.restoreBars();
    super.write(HEADER.command, bytes);
    const decoded = COMMAND.Memory | COMMAND.Io;
    this.command = (this.command & ~decoded) | (asked & decoded);
    this.events.memoryIsBack();
  }

  /** vfio_need_bar_restore() */
  protected needsBars(): boolean {
    if (this.space.pci.isVirtual) return false;
    return this.space.pci.bars.some(
      ({ index }) => this.space.pci.get(HEADER.bars + BAR.size * index, 4) !== this.realBar(index),
    );
  }

  /** vfio_bar_restore() */
  protected restoreBars(): void {
    for (let index = 0; index < BAR.count; index += 1)
      this.space.pci.set(HEADER.bars + BAR.size * index, 4, this.realBar(index));
  }

  /** rbar */
  protected realBar(register: number): number {
    return this.registerOf(register, (address) => address);
  }

  /** Emulates INTx disable. VFIO-CFG-09 19 */
  protected followIntx(): void {
    const isMasked = (this.command & COMMAND.InterruptDisable) !== 0;
    if (isMasked === this.isIntxMasked) return;
    this.isIntxMasked = isMasked;
    this.events.maskIntx(isMasked);
  }

  /** vfio_bar_fixup(): a BAR holds an address of as many bits as its size leaves it. VFIO-CFG-14 15 */
  protected fixBars(): void {
    if (!this.isBarWritten) return;
    const { shown } = this.space;
    for (let index = 0; index < BAR.count; index += 1) {
      const at = HEADER.bars + BAR.size * index;
      const written = BigInt(numberOf(shown.subarray(at, at + BAR.size)));
      const value = this.registerOf(index, (_, size, shift) => (written << shift) & -size);
      shown.set(bytesOf(value, 4), at);
    }
    this.fixRom();
    this.isBarWritten = false;
  }

  /** Without a ROM it reads 0. */
  protected fixRom(): void {
    const { pci, shown } = this.space;
    const written = numberOf(shown.subarray(HEADER.rom, HEADER.rom + 4));
    const mask = pci.romSize === 0 ? 0 : -pci.romSize | ROM_ENABLE;
    shown.set(bytesOf((written & mask) >>> 0, 4), HEADER.rom);
  }

  /** A register of 32 bits: what is kept of an address, by the size of its BAR, and the bits that say what the BAR is. */
  private registerOf(
    register: number,
    keep: (address: bigint, size: bigint, shift: bigint) => bigint,
  ): number {
    const { pci } = this.space;
    const bar = pci.bar(register);
    if (bar) return low32(keep(bar.address, bar.window.size, 0n)) + typeBits(bar.kind);
    const below = pci.bar(register - 1);
    if (below?.kind !== 'memory of 64 bits') return 0;
    return low32(keep(below.address, below.window.size, 32n) >> 32n);
  }

  /** As the user has it. */
  protected get command(): number {
    return numberOf(this.space.shown.subarray(HEADER.command, HEADER.command + 2));
  }

  protected set command(value: number) {
    this.space.shown.set(bytesOf(value, 2), HEADER.command);
  }
}

/** vfio_generate_bar_flags() */
function typeBits(kind: string): number {
  if (kind === 'ports') return BAR.Io;
  return kind === 'memory' ? 0 : BAR.Memory64;
}

function low32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

function isBar(at: number): boolean {
  const isAddress = at >= HEADER.bars && at < HEADER.bars + BAR.size * BAR.count;
  return isAddress || (at >= HEADER.rom && at < HEADER.rom + 4);
}
