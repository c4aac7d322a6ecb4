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
  VFIO_PCI_INTX_IRQ_INDEX,
  VFIO_PCI_MSI_IRQ_INDEX,
  VFIO_PCI_NUM_IRQS,
} from '#uapi/vfio/pci.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import { dataSizeOf, IrqSet } from './irq-set.ts';

type Result = ErrnoName | undefined;

/**
 * samples/vfio-mdev/mtty.c: the two interrupts of a serial port, of which one is connected at a time. Their number is what
 * VFIO_DEVICE_GET_INFO has told: before it was asked, there are none. VFIO-IRQ-07
 */
export class SerialPortInterrupts {
  /** dev_info.num_irqs */
  protected count = 0;
  /** irq_index: undefined where nothing is connected. */
  protected index: number | undefined;
  protected eventfd: Eventfd | undefined;
  protected isMasked = false;

  /** mtty_get_device_info() */
  tell(): void {
    this.count = VFIO_PCI_NUM_IRQS;
  }

  /** mtty_get_irq_info(): nothing is told of those that a port has not. */
  getInfo(task: Task, arg: bigint): Result {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_IRQ_INFO);
    if (isErrno(argument)) return argument;
    const { index } = argument.fields;
    const isPin = index === VFIO_PCI_INTX_IRQ_INDEX;
    if (index >= this.count || (!isPin && index !== VFIO_PCI_MSI_IRQ_INDEX)) return 'EINVAL';
    const more = isPin ? VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED : VFIO_IRQ_INFO_NORESIZE;
    const { minSize } = VFIO_DEVICE_GET_IRQ_INFO;
    return argument.respond({ flags: VFIO_IRQ_INFO_EVENTFD | more, count: 1 }, minSize);
  }

  /** The range is that of all its indexes; each of the two looks at it again. */
  setIrqs(task: Task, arg: bigint): Result {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_SET_IRQS);
    if (isErrno(argument)) return argument;
    const { index } = argument.fields;
    const { minSize } = VFIO_DEVICE_SET_IRQS;
    const size =
      index < VFIO_PCI_NUM_IRQS ? dataSizeOf(argument.fields, this.count, minSize) : 'EINVAL';
    if (isErrno(size)) return size;
    const data = task.memory.copyFromUser(arg + BigInt(minSize), size);
    if (isErrno(data)) return data;
    return this.perform(index, new IrqSet(task, argument.fields, data));
  }

  /** mtty_set_irqs() */
  protected perform(index: number, set: IrqSet): Result {
    const isPin = index === VFIO_PCI_INTX_IRQ_INDEX;
    if (!isPin && index !== VFIO_PCI_MSI_IRQ_INDEX) return 'ENOTTY';
    switch (set.action) {
      case VFIO_IRQ_SET_ACTION_MASK:
        return isPin ? this.mask(set, true) : 'ENOTTY';
      case VFIO_IRQ_SET_ACTION_UNMASK:
        return isPin ? this.mask(set, false) : 'ENOTTY';
      case VFIO_IRQ_SET_ACTION_TRIGGER:
        return this.trigger(index, set);
      default:
        return 'ENOTTY';
    }
  }

  protected mask(set: IrqSet, isMasked: boolean): Result {
    if (this.index !== VFIO_PCI_INTX_IRQ_INDEX || !set.isOfOne) return 'EINVAL';
    if (set.hasEventfds) return 'ENOTTY';
    if (set.means(0)) this.isMasked = isMasked;
    return undefined;
  }

  /** What was connected is gone also where the new eventfd is none. */
  protected trigger(index: number, set: IrqSet): Result {
    const isActive = this.index === index;
    if (isActive && set.disables) return this.disconnect();
    if (!(isActive || this.index === undefined) || !set.isOfOne) return 'EINVAL';
    if (set.hasEventfds) return this.connect(index, set);
    if (!isActive) return 'EINVAL';
    if (set.means(0)) this.signal();
    return undefined;
  }

  protected connect(index: number, set: IrqSet): Result {
    this.disconnect();
    const eventfd = set.eventfd(0);
    if (isErrno(eventfd) || !eventfd) return eventfd;
    this.eventfd = eventfd;
    this.index = index;
    return undefined;
  }

  /** mtty_disable_intx(), mtty_disable_msi(); when the port is closed as well. */
  disconnect(): undefined {
    this.eventfd = undefined;
    this.isMasked = false;
    this.index = undefined;
  }

  /** mtty_trigger_interrupt(): by pin once, until it is unmasked. */
  protected signal(): void {
    const isPin = this.index === VFIO_PCI_INTX_IRQ_INDEX;
    if (isPin && this.isMasked) return;
    this.eventfd?.signal();
    this.isMasked = isPin;
  }
}
