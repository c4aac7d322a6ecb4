import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_DEVICE_GET_IRQ_INFO, VFIO_DEVICE_SET_IRQS } from '#uapi/vfio/device.ts';
import { VFIO_DEVICE_FEATURE } from '#uapi/vfio/feature.ts';
import type { Task } from '../../fs/process.ts';
import type { VfioHardware } from '../hardware.ts';
import { VfioPciCore } from './core.ts';
import { PlainConfiguration } from './rdwr.ts';
import type { ConfigurationFile } from './rdwr.ts';

/** Its driver has no features; its interrupts are not here yet. */
const absent: readonly number[] = [
  VFIO_DEVICE_FEATURE.request,
  VFIO_DEVICE_GET_IRQ_INFO.request,
  VFIO_DEVICE_SET_IRQS.request,
];

/**
 * samples/vfio-mdev/mtty.c: mtty_ioctl(): what the driver of a made-up serial port answers, which is what vfio-pci does of a
 * device without memory and without features.
 */
export class VfioMtty extends VfioPciCore {
  override ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    return absent.includes(request) ? 'ENOTTY' : super.ioctl(task, request, arg);
  }

  protected override openConfiguration({ pci }: VfioHardware): ConfigurationFile {
    return new PlainConfiguration(pci.configuration);
  }

  override map(): ErrnoName {
    return 'EINVAL';
  }
}
