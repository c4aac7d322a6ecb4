import type { ErrnoName } from '#uapi/errno.ts';
import { VfioPciCore } from './core.ts';

/**
 * samples/vfio-mdev/mtty.c: mtty_ioctl(): what the driver of a made-up serial port answers, which is what vfio-pci does of a
 * device without memory and without features.
 */
export class VfioMtty extends VfioPciCore {
  override map(): ErrnoName {
    return 'EINVAL';
  }

  /** vfio_ioctl_device_feature(): the driver has none. */
  protected override feature(): ErrnoName {
    return 'ENOTTY';
  }
}
