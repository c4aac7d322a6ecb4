import type { ErrnoName } from '#uapi/errno.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import { isErrno } from '../../lib/errno.ts';
import type { IrqSet } from './irq-set.ts';
import type { PciFunction } from './pci-function.ts';
import type { MessageKind, PciMessages } from './pci-msi.ts';

/** vfio_pci_intrs.c: the interrupts by message of a device, one eventfd a vector. */
export class VfioPciMsi {
  protected readonly pci: PciFunction;
  protected readonly messages: PciMessages;
  protected kind: MessageKind | undefined;
  protected readonly triggers = new Map<number, Eventfd>();
  /** msi_qmax: the logarithm of how many vectors there were at last, rounded up. */
  queueMax = 0;

  constructor(pci: PciFunction, messages: PciMessages) {
    this.pci = pci;
    this.messages = messages;
  }

  /** Which of the two is active. */
  get active(): MessageKind | undefined {
    return this.kind;
  }

  countOf(kind: MessageKind): number {
    return this.messages.countOf(kind);
  }

  /** vfio_pci_set_msi_trigger(), where nothing else is active. VFIO-IRQ-05 VFIO-INT-12 */
  trigger(kind: MessageKind, set: IrqSet): number | ErrnoName | undefined {
    const isActive = this.kind === kind;
    if (isActive && set.disables) return this.disable();
    if (set.hasEventfds) return isActive ? this.setBlock(set) : this.begin(kind, set);
    return isActive ? this.loopBack(set) : 'EINVAL';
  }

  restore(): void {
    this.withMemory(() => this.messages.restore());
  }

  /** vfio_msi_disable() */
  disable(): undefined {
    for (const vector of [...this.triggers.keys()]) this.clearVector(vector);
    this.withMemory(() => this.messages.free());
    this.kind = undefined;
  }

  /** Where a first eventfd is refused, nothing is active. VFIO-INT-23 VFIO-IRQ-06 */
  protected begin(kind: MessageKind, set: IrqSet): number | ErrnoName | undefined {
    const refused = this.enable(kind, set.start + set.count);
    if (refused !== undefined) return refused;
    const error = this.setBlock(set);
    if (error) this.disable();
    return error;
  }

  /** vfio_msi_enable(): how many there could be, where that is fewer than are asked for. VFIO-INT-13 14 16 */
  protected enable(kind: MessageKind, count: number): number | ErrnoName | undefined {
    const found = this.withMemory(() => this.messages.allocate(kind, count));
    if (isErrno(found)) return found;
    if (found < count) {
      this.messages.free();
      return found;
    }
    this.kind = kind;
    this.queueMax = Math.ceil(Math.log2(count));
    return undefined;
  }

  /** vfio_msi_set_block(): one that is refused takes those before it along. VFIO-IRQ-06 */
  protected setBlock(set: IrqSet): ErrnoName | undefined {
    for (let index = 0; index < set.count; index += 1) {
      const error = this.setVector(set, index);
      if (!error) continue;
      for (let done = 0; done < index; done += 1) this.clearVector(set.start + done);
      return error;
    }
    return undefined;
  }

  /** vfio_msi_set_vector_signal() VFIO-INT-14 15 18 21 */
  protected setVector(set: IrqSet, index: number): ErrnoName | undefined {
    const vector = set.start + index;
    this.clearVector(vector);
    if (set.fd(index) < 0) return undefined;
    const missing = this.provide(vector);
    if (missing) return missing;
    const eventfd = set.eventfd(index);
    if (isErrno(eventfd) || !eventfd) return eventfd;
    this.triggers.set(vector, eventfd);
    this.withMemory(() => this.messages.request(vector, () => this.signal(vector)));
    return undefined;
  }

  /** vfio_msi_alloc_irq(): of MSI-X there may be more any time. */
  protected provide(vector: number): ErrnoName | undefined {
    if (this.messages.has(vector)) return undefined;
    return this.kind === 'MSI-X' ? this.messages.add(vector) : 'EINVAL';
  }

  /** It is no longer signalled; the vector stays the device's. */
  protected clearVector(vector: number): void {
    if (!this.triggers.delete(vector)) return;
    this.withMemory(() => this.messages.release(vector));
  }

  /** VFIO-INT-18 */
  protected loopBack(set: IrqSet): undefined {
    for (let index = 0; index < set.count; index += 1)
      if (set.means(index)) this.signal(set.start + index);
  }

  /** vfio_msihandler() VFIO-INT-17 */
  protected signal(vector: number): void {
    this.triggers.get(vector)?.signal();
  }

  /** The table is behind a BAR. VFIO-INT-20 */
  protected withMemory<T>(body: () => T): T {
    return this.pci.withMemory(body);
  }
}
