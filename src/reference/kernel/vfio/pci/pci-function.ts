import {
  ADVANCED_FEATURES,
  BAR,
  CapabilityId,
  COMMAND,
  CONVENTIONAL_SIZE,
  EXPRESS,
  HEADER,
  POWER_MANAGEMENT,
  STATUS,
} from '#formats/pci-configuration.ts';

import { EXTENDED_FIRST } from '#formats/pcie-capabilities.ts';

import type { PlacedBar, VfioHardware } from '../hardware.ts';

type Width = 1 | 2 | 4;

/** pci_power_t. */
export const PowerState = { D0: 0, D3hot: 3 } as const;

/** pci_reset_fn_methods, in the order in which they are tried. */
const resetMethods = ['flr', 'af_flr', 'pm', 'bus'] as const;

export type ResetMethod = (typeof resetMethods)[number];

/** drivers/pci/pci.c, as far as a driver of a function calls it: the function by its configuration space. */
export class PciFunction {
  readonly bars: readonly PlacedBar[];
  /** Bytes of the configuration space. */
  readonly size: number;
  /** current_state */
  powerState: number = PowerState.D0;
  /** pci_num_vf() */
  virtualFunctions = 0;
  /** CONFIG_PM: it sleeps while nobody uses it. */
  readonly canSuspend: boolean;
  /** Saved while it sleeps. */
  protected asleep: Uint8Array | undefined;
  /** What is restored with the configuration space. */
  messages: { restore(): void } | undefined;
  readonly device: VfioHardware;
  /** What is written to `reset_method`; undefined, what pci_init_reset_methods() found. */
  protected chosenMethods: readonly ResetMethod[] | undefined;

  constructor(device: VfioHardware, { runtimePm = false } = {}) {
    this.device = device;
    this.canSuspend = runtimePm;
    this.bars = device.bars;
    this.size = Number(device.pci.configuration.size);
  }

  /** Bytes that its ROM takes of the bus; 0 without one. */
  get romSize(): number {
    return Number(this.device.rom?.window.size ?? 0n);
  }

  bar(index: number): PlacedBar | undefined {
    return this.bars.find((bar) => bar.index === index);
  }

  read(offset: number, length: number): Uint8Array {
    return this.device.pci.configuration.read(BigInt(offset), length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.device.pci.configuration.write(BigInt(offset), bytes);
  }

  /** Little endian. */
  get(offset: number, width: Width): number {
    return numberOf(this.read(offset, width));
  }

  set(offset: number, width: Width, value: number): void {
    this.write(offset, bytesOf(value, width));
  }

  /** pci_find_capability(): 0 where there is none. */
  findCapability(id: number): number {
    if (!(this.get(HEADER.status, 2) & STATUS.CapabilityList)) return 0;
    let at = this.get(HEADER.capabilities, 1) & ~3;
    for (let left = CONVENTIONAL_SIZE / 4; at !== 0 && left > 0; left -= 1) {
      if (this.get(at, 1) === id) return at;
      at = this.get(at + 1, 1) & ~3;
    }
    return 0;
  }

  /** pci_find_ext_capability() */
  findExtended(id: number): number {
    if (this.size <= EXTENDED_FIRST) return 0;
    let at: number = EXTENDED_FIRST;
    for (let left = this.size / 4; at !== 0 && left > 0; left -= 1) {
      if (this.get(at, 2) === id) return at;
      at = (this.get(at, 4) >>> 20) & ~3;
    }
    return 0;
  }

  /** is_virtfn: the device itself says nothing of what it is. */
  get isVirtual(): boolean {
    return this.get(HEADER.vendor, 2) === 0xffff;
  }

  /** pci_enable_device(): it answers at its BARs, as these are. VFIO-CFG-08 */
  enable(): void {
    this.setPowerState(PowerState.D0);
    const needs = this.bars.map(({ kind }) => (kind === 'ports' ? COMMAND.Io : COMMAND.Memory));
    const command = needs.reduce<number>((sum, bit) => sum | bit, this.command);
    if (command !== this.command) this.command = command;
  }

  /** pci_clear_master(). VFIO-CFG-18 */
  clearMaster(): void {
    this.command &= ~COMMAND.BusMaster;
  }

  /** pci_set_power_state(): of the states that it can have, EINVAL is not told. VFIO-CFG-22 */
  setPowerState(state: number): void {
    const at = this.findCapability(CapabilityId.PowerManagement);
    const isKnown = state === PowerState.D0 || state === PowerState.D3hot;
    if (at === 0 || !isKnown || state === this.powerState) return;
    const control = this.get(at + POWER_MANAGEMENT.control, 2) & ~POWER_MANAGEMENT.State;
    this.set(at + POWER_MANAGEMENT.control, 2, control | state);
    this.powerState = state;
  }

  get isSuspended(): boolean {
    return this.asleep !== undefined;
  }

  /** pci_pm_runtime_suspend(): not while it has virtual functions. VFIO-PM-06 07 */
  suspend(): void {
    if (!this.canSuspend || this.isSuspended || this.virtualFunctions > 0) return;
    this.asleep = this.saveState();
    this.setPowerState(PowerState.D3hot);
  }

  /** pci_pm_runtime_resume() */
  resume(): void {
    const state = this.asleep;
    this.asleep = undefined;
    if (!state) return;
    this.setPowerState(PowerState.D0);
    this.restoreState(state);
  }

  /** pci_save_state() */
  saveState(): Uint8Array {
    return this.read(0, HEADER.size);
  }

  /** pci_restore_state(): the command register last, but for the messages. VFIO-RST2-04 */
  restoreState(state: Uint8Array): void {
    for (let at: number = HEADER.size - BAR.size; at >= 0; at -= BAR.size)
      this.write(at, state.subarray(at, at + BAR.size));
    this.messages?.restore();
  }

  /** device_lock() */
  get isLocked(): boolean {
    return this.device.isLocked === true;
  }

  /** How it is reset, the first of these that there is; a user may have made them fewer. VFIO-SYS-07 */
  get resetMethods(): readonly ResetMethod[] {
    return this.chosenMethods ?? this.knownMethods;
  }

  get canReset(): boolean {
    return this.resetMethods.length > 0;
  }

  /** pci_init_reset_methods(): the function's own means, then those of its bus. */
  get knownMethods(): readonly ResetMethod[] {
    const has: Readonly<Record<ResetMethod, boolean>> = {
      flr: this.hasFlr,
      af_flr: this.hasAdvancedReset,
      pm: this.resetsInD3,
      bus: this.isAloneOnBus,
    };
    return resetMethods.filter((method) => has[method]);
  }

  /** reset_method_store(): words in any order, which is theirs; EINVAL for one that is unknown, or no method of this function. VFIO-SYS-07 */
  chooseMethods(text: string): 'EINVAL' | undefined {
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.join() === 'default') return void (this.chosenMethods = undefined);
    const chosen = words.map((word) => this.knownMethods.find((method) => method === word));
    if (chosen.includes(undefined)) return 'EINVAL';
    this.chosenMethods = chosen.filter((method) => method !== undefined);
    return undefined;
  }

  /** pci_parent_bus_reset(): only where it meets nobody else. VFIO-RST2-05 */
  protected get isAloneOnBus(): boolean {
    const { bus } = this.device;
    return bus?.canReset === true && bus.count === 1;
  }

  /**
   * pci_try_reset_function(): ENOTTY where there is no way, EAGAIN while somebody else has the lock of the device. Registers
   * are as after power-on, but for those that are saved. VFIO-RST2-08 09
   */
  resetFunction(): 'ENOTTY' | 'EAGAIN' | undefined {
    if (!this.canReset) return 'ENOTTY';
    if (this.isLocked) return 'EAGAIN';
    this.setPowerState(PowerState.D0);
    const state = this.saveState();
    this.command = COMMAND.InterruptDisable;
    if (this.resetMethods[0] === 'bus') this.device.bus?.reset();
    else this.device.pci.reset();
    this.restoreState(state);
    return undefined;
  }

  /** pcie_has_flr() */
  protected get hasFlr(): boolean {
    const at = this.findCapability(CapabilityId.Express);
    if (at === 0) return false;
    return (this.get(at + EXPRESS.deviceCapabilities, 4) & EXPRESS.FunctionLevelReset) !== 0;
  }

  /** pci_af_flr() */
  protected get hasAdvancedReset(): boolean {
    const at = this.findCapability(CapabilityId.AdvancedFeatures);
    const { capabilities, TransactionPending, FunctionLevelReset } = ADVANCED_FEATURES;
    const needed = TransactionPending | FunctionLevelReset;
    return at !== 0 && (this.get(at + capabilities, 1) & needed) === needed;
  }

  /** pci_pm_reset(): a function that keeps its registers in D3hot says so. */
  protected get resetsInD3(): boolean {
    const at = this.findCapability(CapabilityId.PowerManagement);
    const { control, NoSoftReset } = POWER_MANAGEMENT;
    return at !== 0 && (this.get(at + control, 2) & NoSoftReset) === 0;
  }

  /** vfio_pci_memory_lock_and_enable(), vfio_pci_memory_unlock_and_restore(): while it answers at its BARs. */
  withMemory<T>(body: () => T): T {
    const before = this.command & COMMAND.Memory;
    this.command |= COMMAND.Memory;
    const result = body();
    this.command = (this.command & ~COMMAND.Memory) | before;
    return result;
  }

  get command(): number {
    return this.get(HEADER.command, 2);
  }

  set command(value: number) {
    this.set(HEADER.command, 2, value);
  }
}

/** Little endian. */
export function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => ((sum << 8) | byte) >>> 0, 0);
}

export function bytesOf(value: number, width: Width): Uint8Array {
  return Uint8Array.from({ length: width }, (_, index) => (value >>> (8 * index)) & 0xff);
}
