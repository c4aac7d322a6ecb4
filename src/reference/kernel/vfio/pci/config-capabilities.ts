import {
  ADVANCED_FEATURES,
  EXPRESS,
  MSI,
  POWER_MANAGEMENT,
  VITAL_PRODUCT_DATA,
} from '#formats/pci-configuration.ts';
import { ERROR_REPORTING } from '#formats/pcie-capabilities.ts';

import { PermittedAccess } from './config-access.ts';
import type { VirtualSpace } from './config-access.ts';
import { bytesOf, numberOf } from './pci-function.ts';
import { readVpd, writeVpd } from './pci-vpd.ts';
import { ALL, Permissions } from './permissions.ts';

/** What a write to a capability sets off in the rest of the driver. */
export interface CapabilityEvents {
  /** vfio_lock_and_set_power_state() */
  setPowerState(state: number): void;
  /** irq_type is MSI; and of how many vectors there were when it became so, the logarithm: msi_qmax. */
  readonly msi: { readonly isActive: boolean; readonly queueMax: number };
  /** pci_try_reset_function(), with what is mapped of the device taken away for the time. */
  resetFunction(): void;
}

/** Where in a capability the next one is told, and its id: the driver's, because some are left out. VFIO-CFG-30 */
function headed(size: number): Permissions {
  return new Permissions(size).set(1, 1, ALL, 0);
}

/** init_pci_cap_pm_perm(), vfio_pm_config_write() VFIO-CFG-21 22 */
export class PowerAccess extends PermittedAccess {
  protected readonly events: CapabilityEvents;

  constructor(space: VirtualSpace, start: number, events: CapabilityEvents) {
    const { size, capabilities, control, PmeSupport, PmeEnable, PmeStatus, State } =
      POWER_MANAGEMENT;
    const own = PmeEnable | PmeStatus;
    const permissions = headed(size)
      .set(capabilities, 2, PmeSupport, 0)
      .set(control, 4, own, ~(own | State));
    super(space, start, permissions);
    this.events = events;
    this.hide(capabilities, PmeSupport);
    this.hide(control, own);
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    if (at - this.start !== POWER_MANAGEMENT.control) return;
    this.events.setPowerState((bytes[0] ?? 0) & POWER_MANAGEMENT.State);
  }

  /** vfio_update_pm_vconfig_bytes(): the user gets no PME. */
  protected hide(offset: number, bits: number): void {
    const { shown } = this.space;
    const at = this.start + offset;
    const value = numberOf(shown.subarray(at, at + 2));
    shown.set(bytesOf(value & ~bits, 2), at);
  }
}

/** init_pci_cap_exp_perm(), vfio_exp_config_write() VFIO-CFG-31 32 33 */
export class ExpressAccess extends PermittedAccess {
  protected readonly events: CapabilityEvents;

  constructor(space: VirtualSpace, start: number, events: CapabilityEvents) {
    const { size, deviceControl, deviceControl2 } = EXPRESS;
    const { InitiateReset, MaxPayload, MaxReadRequest, PhantomFunctions, AriForwarding } = EXPRESS;
    const permissions = headed(size)
      .set(deviceControl, 2, InitiateReset | MaxPayload | MaxReadRequest, ~PhantomFunctions)
      .set(deviceControl2, 2, 0, ~AriForwarding);
    super(space, start, permissions);
    this.events = events;
  }

  override write(at: number, bytes: Uint8Array): void {
    const before = this.control & EXPRESS.MaxReadRequest;
    super.write(at, bytes);
    if (this.control & EXPRESS.InitiateReset) this.initiateReset();
    const asked = this.control & EXPRESS.MaxReadRequest;
    if (asked !== before) this.setReadRequest(asked);
  }

  /** It never reads as set. */
  protected initiateReset(): void {
    this.control &= ~EXPRESS.InitiateReset;
    const capabilities = this.space.pci.get(this.start + EXPRESS.deviceCapabilities, 4);
    if (capabilities & EXPRESS.FunctionLevelReset) this.events.resetFunction();
  }

  /** The device gets no less than the payload that it has: both count in the same steps. */
  protected setReadRequest(asked: number): void {
    const at = this.start + EXPRESS.deviceControl;
    const { MaxPayload, MaxReadRequest } = EXPRESS;
    const real = this.space.pci.get(at, 2);
    const payload = ((real & MaxPayload) >> 5) << 12;
    this.space.pci.set(at, 2, (real & ~MaxReadRequest) | Math.max(asked, payload));
  }

  protected get control(): number {
    const at = this.start + EXPRESS.deviceControl;
    return numberOf(this.space.shown.subarray(at, at + 2));
  }

  protected set control(value: number) {
    this.space.shown.set(bytesOf(value, 2), this.start + EXPRESS.deviceControl);
  }
}

/** init_pci_cap_af_perm(), vfio_af_config_write() VFIO-CFG-34 */
export class AdvancedFeaturesAccess extends PermittedAccess {
  protected readonly events: CapabilityEvents;

  constructor(space: VirtualSpace, start: number, events: CapabilityEvents) {
    const { size, control, InitiateReset } = ADVANCED_FEATURES;
    super(space, start, headed(size).set(control, 1, InitiateReset, InitiateReset));
    this.events = events;
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    const { shown, pci } = this.space;
    const place = this.start + ADVANCED_FEATURES.control;
    const control = shown[place] ?? 0;
    if (!(control & ADVANCED_FEATURES.InitiateReset)) return;
    shown[place] = control & ~ADVANCED_FEATURES.InitiateReset;
    const needed = ADVANCED_FEATURES.TransactionPending | ADVANCED_FEATURES.FunctionLevelReset;
    const offered = pci.get(this.start + ADVANCED_FEATURES.capabilities, 1);
    if ((offered & needed) === needed) this.events.resetFunction();
  }
}

/** init_pci_cap_msi_perm(), of a function without a mask; vfio_msi_config_write() VFIO-CFG-26 27 28 */
export class MsiAccess extends PermittedAccess {
  protected readonly events: CapabilityEvents;

  constructor(space: VirtualSpace, start: number, events: CapabilityEvents) {
    const permissions = headed(MSI.size)
      .set(MSI.control, 1, ALL, ALL)
      .set(MSI.address, 4, ALL, ALL)
      .set(MSI.upperAddress, 4, ALL, ALL)
      .set(MSI.data, 2, ALL, ALL);
    super(space, start, permissions);
    this.events = events;
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    const place = this.start + MSI.control;
    if (at > place || at + bytes.length <= place) return;
    const { shown, pci } = this.space;
    const flags = this.allowed(numberOf(shown.subarray(place, place + 2)));
    shown.set(bytesOf(flags, 2), place);
    pci.set(place, 2, flags);
  }

  /** It is switched on by VFIO_DEVICE_SET_IRQS first, and has as many vectors as that asked for. */
  protected allowed(flags: number): number {
    const { isActive, queueMax } = this.events.msi;
    const enabled = isActive ? flags : flags & ~MSI.Enable;
    const queue = Math.min((enabled & MSI.Enabled) >> 4, queueMax);
    return (enabled & ~MSI.Enabled) | (queue << 4);
  }
}

/** init_pci_cap_vpd_perm(), vfio_vpd_config_write(): the driver moves the words, and turns the flag when it has. VFIO-CFG-35 */
export class VitalProductDataAccess extends PermittedAccess {
  constructor(space: VirtualSpace, start: number) {
    const { size, address, data } = VITAL_PRODUCT_DATA;
    super(space, start, headed(size).set(address, 2, ALL, ALL).set(data, 4, ALL, ALL));
  }

  override write(at: number, bytes: Uint8Array): void {
    super.write(at, bytes);
    const upper = this.start + VITAL_PRODUCT_DATA.address + 1;
    if (at <= upper && upper < at + bytes.length) this.move();
  }

  protected move(): void {
    const { address, data, Flag } = VITAL_PRODUCT_DATA;
    const { pci, shown } = this.space;
    const [place, word] = [this.start + address, this.start + data];
    const asked = numberOf(shown.subarray(place, place + 2));
    if (asked & Flag) {
      if (!writeVpd(pci, asked & ~Flag, shown.subarray(word, word + 4))) return;
    } else shown.set(readVpd(pci, asked), word);
    shown.set(bytesOf(asked ^ Flag, 2), place);
  }
}

/** Errors that there are in PCIe, 7.8.4: those that cannot be corrected, and those that can. */
const [UNCORRECTABLE, CORRECTABLE] = [0x03ff_f031, 0xf1c1];

/** init_pci_ext_cap_err_perm(): what is reserved is not written, nor what the device has logged. VFIO-CFG-39 */
export class ErrorReportingAccess extends PermittedAccess {
  constructor(space: VirtualSpace, start: number) {
    const { size, status, mask, severity, control, Generate, Check } = ERROR_REPORTING;
    const { correctableStatus, correctableMask } = ERROR_REPORTING;
    const permissions = new Permissions(size)
      .set(0, 4, ALL, 0)
      .set(status, 4, 0, UNCORRECTABLE)
      .set(mask, 4, 0, UNCORRECTABLE)
      .set(severity, 4, 0, UNCORRECTABLE)
      .set(correctableStatus, 4, 0, CORRECTABLE)
      .set(correctableMask, 4, 0, CORRECTABLE)
      .set(control, 4, 0, Generate | Check);
    super(space, start, permissions);
  }
}
