import type { ErrnoName } from '#uapi/errno.ts';
import type { Eventfd } from '../fs/eventfd.ts';

/** virqfd.c: an eventfd that a process writes to, and what the kernel does then. It goes with the last file of the eventfd. */
export class Virqfd {
  protected stop: (() => void) | undefined;

  /** vfio_virqfd_enable(): EBUSY where one is there already. A write that was made before counts. VFIO-INT-06 07 */
  enable(eventfd: Eventfd, handler: () => void): ErrnoName | undefined {
    if (this.stop) return 'EBUSY';
    this.stop = eventfd.await({
      written: () => this.wakeup(eventfd, handler),
      closed: () => this.disable(),
    });
    if (eventfd.isReadable) handler();
    return undefined;
  }

  /** vfio_virqfd_disable(): also where there is none. */
  disable(): void {
    this.stop?.();
    this.stop = undefined;
  }

  /** virqfd_wakeup() */
  protected wakeup(eventfd: Eventfd, handler: () => void): void {
    eventfd.take();
    handler();
  }
}
