import type { ErrnoName } from '#uapi/errno.ts';
import { vfio_device_low_power_entry_with_wakeup } from '#uapi/vfio/feature.ts';
import { eventfdOf } from '../../fs/eventfd.ts';
import { isErrno } from '../../lib/errno.ts';
import type { FeatureCall } from '../check-feature.ts';

/** What becomes of the BARs. */
export interface PowerEvents {
  memoryGoes(): void;
  memoryIsBack(): void;
}

/**
 * vfio_pci_core.c: a device that its user lets sleep. In a kernel without CONFIG_PM it never does, and nothing wakes it: the
 * mappings are gone until the user takes it back. VFIO-PM-09
 */
export class VfioPciPower {
  protected readonly events: PowerEvents;
  /** pm_runtime_engaged */
  protected isEngaged = false;

  constructor(events: PowerEvents) {
    this.events = events;
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
    return isErrno(eventfd) ? eventfd : this.enter();
  }

  /** vfio_pci_core_pm_exit(): also where it was never entered. VFIO-PM-02 04 11 */
  exit(): void {
    this.isEngaged = false;
    this.events.memoryIsBack();
  }
}
