import type { ErrnoName } from '#uapi/errno.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import { isErrno } from '../../lib/errno.ts';
import type { IrqSet } from './irq-set.ts';

/** vfio_pci_intrs.c: an eventfd that the kernel signals of its own accord. VFIO-INT-24 */
export class VfioPciTrigger {
  protected eventfd: Eventfd | undefined;

  /** Does anybody want to know? */
  get isSet(): boolean {
    return this.eventfd !== undefined;
  }

  signal(): void {
    this.eventfd?.signal();
  }

  clear(): void {
    this.eventfd = undefined;
  }

  /** vfio_pci_set_err_trigger(), vfio_pci_set_req_trigger() */
  set(set: IrqSet): ErrnoName | void {
    if (set.hasEventfds) return this.setEventfd(set);
    if (set.disables && this.isSet) return this.clear();
    if (set.disables || set.count === 0) return 'EINVAL';
    return this.loopBack(set);
  }

  /** Without data there has to be an eventfd, with a bool not. */
  protected loopBack(set: IrqSet): ErrnoName | undefined {
    if (!this.isSet && !set.hasBools) return 'EINVAL';
    if (set.means(0)) this.signal();
    return undefined;
  }

  /** Only -1 takes it away. */
  protected setEventfd(set: IrqSet): ErrnoName | undefined {
    if (set.count === 0 || set.fd(0) < -1) return 'EINVAL';
    const eventfd = set.eventfd(0);
    if (!isErrno(eventfd)) this.eventfd = eventfd;
    return isErrno(eventfd) ? eventfd : undefined;
  }
}
