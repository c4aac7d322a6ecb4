import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_GET_IRQ_INFO,
  VFIO_DEVICE_SET_IRQS,
  VFIO_IRQ_INFO_AUTOMASKED,
  VFIO_IRQ_INFO_EVENTFD,
  VFIO_IRQ_INFO_MASKABLE,
  VFIO_IRQ_INFO_NORESIZE,
  VFIO_IRQ_SET_ACTION_MASK,
  VFIO_IRQ_SET_ACTION_TRIGGER,
  VFIO_IRQ_SET_ACTION_UNMASK,
} from '#uapi/vfio/device.ts';
import {
  VFIO_PCI_ERR_IRQ_INDEX,
  VFIO_PCI_INTX_IRQ_INDEX,
  VFIO_PCI_MSI_IRQ_INDEX,
  VFIO_PCI_MSIX_IRQ_INDEX,
  VFIO_PCI_NUM_IRQS,
  VFIO_PCI_REQ_IRQ_INDEX,
} from '#uapi/vfio/pci.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { VfioHardware } from '../hardware.ts';
import { dataSizeOf, IrqSet } from './irq-set.ts';
import type { IrqSetHead } from './irq-set.ts';
import type { VfioPciIntx } from './intx.ts';
import type { VfioPciMsi } from './msi.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunction } from './pci-function.ts';
import type { MessageKind } from './pci-msi.ts';
import type { VfioPciTrigger } from './trigger.ts';

/** PCI 3.0, 6.2.4: which pin it has; 0 for none. */
const INTERRUPT_PIN = 0x3dn;

type Result = number | ErrnoName | void;

const messageKinds: ReadonlyMap<number, MessageKind> = new Map([
  [VFIO_PCI_MSI_IRQ_INDEX, 'MSI'],
  [VFIO_PCI_MSIX_IRQ_INDEX, 'MSI-X'],
]);

/** vfio_pci_intrs.c, and the two commands that lead there: the interrupts of a device that is open. */
export class VfioPciInterrupts {
  readonly intx: VfioPciIntx;
  /** None for a device that is on no bus. */
  readonly messages: VfioPciMsi | undefined;
  /** By index: those that are the kernel's own to tell, an error of the bus and a request to give the device back. */
  protected readonly triggers: ReadonlyMap<number, VfioPciTrigger>;
  protected readonly device: VfioHardware;

  constructor(parts: VfioPciParts, device: VfioHardware, pci: PciFunction) {
    const { VfioPciIntx: Intx, VfioPciTrigger: Trigger } = parts.vfioPci;
    const { PciMessages, VfioPciMsi: Msi } = parts.vfioPci;
    this.device = device;
    const { controller } = device;
    if (controller) this.messages = new Msi(pci, new PciMessages(pci, controller, device.iommu));
    this.intx = new Intx(parts, device);
    this.triggers = new Map([
      [VFIO_PCI_ERR_IRQ_INDEX, new Trigger()],
      [VFIO_PCI_REQ_IRQ_INDEX, new Trigger()],
    ]);
  }

  /** vfio_pci_ioctl_get_irq_info(). VFIO-IRQ-01 */
  getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_IRQ_INFO);
    if (isErrno(argument)) return argument;
    const { index } = argument.fields;
    if (index >= VFIO_PCI_NUM_IRQS) return 'EINVAL';
    const flags = VFIO_IRQ_INFO_EVENTFD | this.resizeFlags(index);
    const { minSize } = VFIO_DEVICE_GET_IRQ_INFO;
    return argument.respond({ flags, count: this.countOf(index) }, minSize);
  }

  /** vfio_pci_ioctl_set_irqs(). VFIO-IRQ-02 VFIO-INT-10 */
  setIrqs(task: Task, arg: bigint): number | ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_SET_IRQS);
    if (isErrno(argument)) return argument;
    const size = this.dataSizeOf(argument.fields);
    if (isErrno(size)) return size;
    const data = this.loadData(task, arg, size);
    if (isErrno(data)) return data;
    const set = new IrqSet(task, argument.fields, data);
    return this.perform(argument.fields.index, set) ?? undefined;
  }

  /** Bytes, or EINVAL. */
  protected dataSizeOf(head: IrqSetHead): number | ErrnoName {
    if (head.index >= VFIO_PCI_NUM_IRQS) return 'EINVAL';
    return dataSizeOf(head, this.countOf(head.index), VFIO_DEVICE_SET_IRQS.minSize);
  }

  /** memdup_user() */
  protected loadData(task: Task, arg: bigint, size: number): Uint8Array | ErrnoName {
    return task.memory.copyFromUser(arg + BigInt(VFIO_DEVICE_SET_IRQS.minSize), size);
  }

  /** pci_restore_msi_state(), of a device that others have reset. */
  restore(): void {
    this.messages?.restore();
  }

  /** Of the device, by whoever wants it back. VFIO-INT-25 */
  request(): void {
    this.triggers.get(VFIO_PCI_REQ_IRQ_INDEX)?.signal();
  }

  /** vfio_pci_core_disable() */
  close(): void {
    this.intx.disable();
    if (this.messages?.active) this.messages.disable();
    for (const trigger of this.triggers.values()) trigger.clear();
  }

  /** vfio_pci_get_irq_count() */
  protected countOf(index: number): number {
    if (index === VFIO_PCI_INTX_IRQ_INDEX) return this.hasPin ? 1 : 0;
    const kind = messageKinds.get(index);
    if (kind) return this.messages?.countOf(kind) ?? 0;
    return this.triggers.has(index) ? 1 : 0;
  }

  protected get hasPin(): boolean {
    const [pin = 0] = this.device.pci.configuration.read(INTERRUPT_PIN, 1);
    return pin !== 0 && this.device.irq !== undefined;
  }

  protected resizeFlags(index: number): number {
    if (index === VFIO_PCI_INTX_IRQ_INDEX) return VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
    if (index === VFIO_PCI_MSIX_IRQ_INDEX && this.countOf(index) > 0) return 0;
    return VFIO_IRQ_INFO_NORESIZE;
  }

  /** vfio_pci_set_irqs_ioctl(): ENOTTY for what an index has no action for. VFIO-IRQ-03 */
  protected perform(index: number, set: IrqSet): Result {
    if (index === VFIO_PCI_INTX_IRQ_INDEX) return this.performIntx(set);
    if (set.action !== VFIO_IRQ_SET_ACTION_TRIGGER) return 'ENOTTY';
    const kind = messageKinds.get(index);
    if (kind) return this.isOtherActive(index) ? 'EINVAL' : this.messages?.trigger(kind, set);
    return this.triggers.get(index)?.set(set);
  }

  protected performIntx(set: IrqSet): Result {
    switch (set.action) {
      case VFIO_IRQ_SET_ACTION_MASK:
        return this.maskIntx(set);
      case VFIO_IRQ_SET_ACTION_UNMASK:
        return this.unmaskIntx(set);
      case VFIO_IRQ_SET_ACTION_TRIGGER:
        return this.triggerIntx(set);
      default:
        return 'ENOTTY';
    }
  }

  /** vfio_pci_set_intx_mask(): by an eventfd nobody has made it. VFIO-IRQ-04 VFIO-INT-01 02 */
  protected maskIntx(set: IrqSet): Result {
    if (!this.intx.isActive || !set.isOfOne) return 'EINVAL';
    if (set.hasEventfds) return 'ENOTTY';
    if (set.means(0)) this.intx.mask();
    return undefined;
  }

  /** vfio_pci_set_intx_unmask(). VFIO-INT-01 02 */
  protected unmaskIntx(set: IrqSet): Result {
    if (!this.intx.isActive || !set.isOfOne) return 'EINVAL';
    if (set.hasEventfds) return this.intx.unmaskBy(set);
    if (set.means(0)) this.intx.unmask();
    return undefined;
  }

  /** vfio_pci_set_intx_trigger(). VFIO-IRQ-04 VFIO-INT-05 09 */
  protected triggerIntx(set: IrqSet): Result {
    const { intx } = this;
    if (intx.isActive && set.disables) return intx.disable();
    if (!set.isOfOne || this.isOtherActive(VFIO_PCI_INTX_IRQ_INDEX)) return 'EINVAL';
    if (set.hasEventfds) return this.signalIntx(set);
    if (!intx.isActive) return 'EINVAL';
    if (set.means(0)) intx.send();
    return undefined;
  }

  /** The one before stays where the new one is none. VFIO-IRQ-06 */
  protected signalIntx(set: IrqSet): ErrnoName | void {
    const eventfd = set.eventfd(0);
    if (isErrno(eventfd)) return eventfd;
    if (!this.intx.isActive) return this.intx.enable(eventfd);
    return this.intx.setSignal(eventfd);
  }

  /** irq_type: of INTx, MSI and MSI-X one is active at a time. */
  protected isOtherActive(index: number): boolean {
    if (index !== VFIO_PCI_INTX_IRQ_INDEX && this.intx.isActive) return true;
    const active = this.messages?.active;
    return active !== undefined && active !== messageKinds.get(index);
  }
}
