import type { ErrnoName } from '#uapi/errno.ts';
import { vfio_device_low_power_entry_with_wakeup } from '#uapi/vfio/feature.ts';
import { eventfdOf } from '../../fs/eventfd.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import { isErrno } from '../../lib/errno.ts';
import type { FeatureCall } from '../check-feature.ts';

/** What becomes of the device. */
export interface PowerEvents {
  memoryGoes(): void;
  memoryIsBack(): void;
  /** vfio_pci_core_runtime_suspend(): it goes into D3hot from D0, with its pin masked. */
  suspend(): void;
  /** It answers again, with its pin as it was. */
  resume(): void;
}

/**
 * vfio_pci_core.c: a device that its user lets sleep. In a kernel without CONFIG_PM it never does, and nothing wakes it: the
 * mappings are gone until the user takes it back. With it the device sleeps between the calls of its user. VFIO-PM-07 09
 */
export class VfioPciPower {
  protected readonly events: PowerEvents;
  /** pm_runtime_engaged */
  protected isEngaged = false;
  /** pm_wake_eventfd_ctx */
  protected wakeup: Eventfd | undefined;
  protected isSuspended = false;
  /** CONFIG_PM */
  protected readonly canSuspend: boolean;

  constructor(events: PowerEvents, canSuspend: boolean) {
    this.events = events;
    this.canSuspend = canSuspend;
  }

  /** vfio_device_pm_runtime_get() and _put(): the device is awake while its user does something with it. VFIO-PM-07 */
  during<T>(call: () => T): T {
    this.wake();
    const result = call();
    if (this.canSuspend && this.isEngaged) this.suspend();
    return result;
  }

  /** vfio_pci_core_runtime_resume(): whoever wanted to know is told, and low power is over. VFIO-PM-08 12 */
  wake(): void {
    if (!this.isSuspended) return;
    this.isSuspended = false;
    this.events.resume();
    if (!this.wakeup) return;
    this.wakeup.signal();
    this.exit();
  }

  /** vfio_pci_core_disable(): nobody is told any more. VFIO-PM-11 */
  close(): void {
    this.wakeup = undefined;
    this.wake();
    this.isEngaged = false;
  }

  protected suspend(): void {
    this.isSuspended = true;
    this.events.suspend();
  }

  /** May a mapping be had of the BARs? VFIO-PM-03 */
  get isLow(): boolean {
    return this.isEngaged;
  }

  /** vfio_pci_runtime_pm_entry() VFIO-PM-02 */
  enter(): ErrnoName | undefined {
    this.events.memoryGoes();
    if (this.isEngaged) return 'EINVAL';
    this.isEngaged = true;
    return undefined;
  }

  /** vfio_pci_core_pm_entry_with_wakeup(): what is reserved is not looked at. VFIO-PM-05 */
  enterUntil({ task, address }: FeatureCall): ErrnoName | undefined {
    const { size } = vfio_device_low_power_entry_with_wakeup;
    const bytes = task.memory.copyFromUser(address, size);
    if (isErrno(bytes)) return bytes;
    const { wakeup_eventfd: fd } = vfio_device_low_power_entry_with_wakeup.unpack(bytes);
    if (fd < 0) return 'EINVAL';
    const eventfd = eventfdOf(task.files, fd);
    if (isErrno(eventfd)) return eventfd;
    const error = this.enter();
    if (!error) this.wakeup = eventfd;
    return error;
  }

  /** vfio_pci_core_pm_exit(): also where it was never entered. VFIO-PM-02 04 11 */
  exit(): void {
    this.isEngaged = false;
    this.wakeup = undefined;
    this.events.memoryIsBack();
  }
}
