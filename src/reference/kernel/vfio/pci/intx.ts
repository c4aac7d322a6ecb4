import type { ErrnoName } from '#uapi/errno.ts';
import { COMMAND as Command, STATUS } from '#formats/pci-configuration.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import { isErrno } from '../../lib/errno.ts';
import type { VfioHardware } from '../hardware.ts';
import type { VfioPciParts } from './parts.ts';
import type { IrqSet } from './irq-set.ts';
import type { Virqfd } from '../virqfd.ts';

/** Command and status, 16 bits each. */
const COMMAND = 4n;

/**
 * vfio_pci_intrs.c: the interrupt by pin of a device that can mask it itself, or is taken for one that cannot. Whether the
 * device answers at its BARs is nothing to it. VFIO-INT-01 02 03 04 11 27
 */
export class VfioPciIntx {
  protected readonly device: VfioHardware;
  protected readonly resampler: Virqfd;
  protected trigger: Eventfd | undefined;
  protected isMasked = false;
  /** What the user's command register says. */
  protected isVirtuallyDisabled = false;
  protected release: (() => void) | undefined;

  /** vfio_pci_core_enable(): whatever the owner before has left. */
  constructor({ vfio }: VfioPciParts, device: VfioHardware) {
    this.device = device;
    this.resampler = new vfio.Virqfd();
    this.letThrough(true);
  }

  get isActive(): boolean {
    return this.release !== undefined;
  }

  /** vfio_intx_enable(): EINVAL without a pin, EBUSY where its line is not to be had. VFIO-INT-09 27 */
  enable(trigger: Eventfd | undefined): ErrnoName | undefined {
    const { controller, irq } = this.device;
    if (!controller || irq === undefined) return 'EINVAL';
    const isAlone = !this.masksItself;
    if (!controller.mayConnect(irq, isAlone)) return 'EBUSY';
    this.trigger = trigger;
    this.isMasked = this.isVirtuallyDisabled;
    this.letThrough(!this.isMasked);
    this.release = () => undefined;
    this.release = controller.connect(irq, () => this.handler(), isAlone);
    return undefined;
  }

  /** pci_2_3 */
  protected get masksItself(): boolean {
    return this.device.pinIsMaskedByLine !== true;
  }

  /** vfio_intx_disable() */
  disable(): void {
    this.resampler.disable();
    this.release?.();
    this.release = undefined;
    this.trigger = undefined;
  }

  /** vfio_intx_set_signal() */
  setSignal(trigger: Eventfd | undefined): void {
    this.trigger = trigger;
  }

  /** vfio_send_intx_eventfd(): a loopback, or what the device wanted. VFIO-INT-05 */
  send(): void {
    if (this.isActive && !this.isVirtuallyDisabled) this.trigger?.signal();
  }

  /** __vfio_pci_intx_mask() */
  mask(): void {
    if (!this.isActive || !this.isMasked) this.letThrough(false);
    if (this.isActive) this.isMasked = true;
  }

  /** vfio_pci_intx_mask(): false where nothing is connected, or the user has masked it. VFIO-PM-12 */
  maskForSleep(): boolean {
    if (!this.isActive || this.isMasked) return false;
    this.mask();
    return true;
  }

  /** vfio_pci_intx_unmask(): what is wanted meanwhile is told, and leaves it masked. VFIO-INT-03 04 */
  unmask(): void {
    if (this.unmaskHandler()) this.send();
  }

  /** vfio_pci_set_intx_unmask() by an eventfd. VFIO-IRQ-04 VFIO-INT-06 */
  unmaskBy(set: IrqSet): ErrnoName | undefined {
    const eventfd = set.eventfd(0);
    if (isErrno(eventfd)) return eventfd;
    if (eventfd) return this.resampler.enable(eventfd, () => this.unmask());
    this.resampler.disable();
    return undefined;
  }

  /** vfio_basic_config_write(): bit 10 of the user's command register has changed. VFIO-INT-08 */
  disableVirtually(isDisabled: boolean): void {
    if (isDisabled === this.isVirtuallyDisabled) return;
    this.isVirtuallyDisabled = isDisabled;
    if (isDisabled) this.mask();
    else this.unmask();
  }

  /** vfio_pci_intx_unmask_handler(): does the device want something already? */
  protected unmaskHandler(): boolean {
    if (!this.isActive) this.letThrough(true);
    if (!this.isActive || !this.isMasked || this.isVirtuallyDisabled) return false;
    if (!this.masksItself) return this.unmaskLine();
    this.isMasked = this.isPending;
    if (!this.isMasked) this.letThrough(true);
    return this.isMasked;
  }

  /** enable_irq(): what is wanted meanwhile comes as an interrupt of its own. VFIO-INT-27 */
  protected unmaskLine(): false {
    const { controller, irq = 0 } = this.device;
    this.isMasked = false;
    controller?.serve(irq);
    return false;
  }

  /** vfio_intx_handler(): false where it was another device on that line. */
  protected handler(): boolean {
    if (this.isMasked || (this.masksItself && !this.isPending)) return false;
    this.automask();
    this.send();
    return true;
  }

  /** pci_check_and_mask_intx() */
  protected automask(): void {
    this.letThrough(false);
    this.isMasked = true;
  }

  /** Bit 3 of the status register. */
  protected get isPending(): boolean {
    const [status = 0] = this.device.pci.configuration.read(COMMAND + 2n, 1);
    return (status & STATUS.Interrupt) !== 0;
  }

  /** pci_intx() */
  protected letThrough(isEnabled: boolean): void {
    if (!this.masksItself) return;
    const { configuration } = this.device.pci;
    const [low = 0, high = 0] = configuration.read(COMMAND, 2);
    const bit = Command.InterruptDisable >> 8;
    configuration.write(COMMAND, Uint8Array.of(low, isEnabled ? high & ~bit : high | bit));
  }
}
