import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_GET_INFO,
  VFIO_DEVICE_GET_IRQ_INFO,
  VFIO_DEVICE_SET_IRQS,
} from '#uapi/vfio/device.ts';
import { VFIO_DEVICE_STATE_RUNNING } from '#uapi/vfio/feature.ts';
import { VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, VFIO_DEVICE_PCI_HOT_RESET } from '#uapi/vfio/pci.ts';
import type { Task } from '../../fs/process.ts';
import type { DeviceSet } from '../device-set.ts';
import type { VfioHardware } from '../hardware.ts';
import type { LogOps } from '../logging.ts';
import type { MediatedDevice } from '../mdev.ts';
import { VfioPciCore } from './core.ts';
import type { SerialPortInterrupts } from './mtty-interrupts.ts';
import type { SerialPortMigration } from './mtty-migration.ts';
import type { VfioPciParts } from './parts.ts';
import type { PciFunction } from './pci-function.ts';
import { PlainConfiguration } from './rdwr.ts';
import type { ConfigurationFile } from './rdwr.ts';

/** A port that does no DMA has nothing to tell of it. */
const nothingWritten: LogOps = {
  start: (_, pageSize) => pageSize,
  stop: () => undefined,
};

/** It is on no bus that could be reset. */
const absent: readonly number[] = [
  VFIO_DEVICE_GET_PCI_HOT_RESET_INFO.request,
  VFIO_DEVICE_PCI_HOT_RESET.request,
];

/**
 * samples/vfio-mdev/mtty.c: mtty_ioctl(): what the driver of a made-up serial port answers, which is what vfio-pci does of a
 * device without memory.
 */
export class VfioMtty extends VfioPciCore {
  readonly migration: SerialPortMigration;
  readonly logging = nothingWritten;
  protected readonly ports: SerialPortInterrupts;
  protected readonly device: MediatedDevice;

  constructor(parts: VfioPciParts, pci: PciFunction, device: MediatedDevice, set: DeviceSet) {
    super(parts, pci, set);
    this.device = device;
    this.ports = new parts.vfioPci.SerialPortInterrupts();
    this.migration = new parts.vfioPci.SerialPortMigration(parts, device.port);
  }

  override ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    if (absent.includes(request)) return 'ENOTTY';
    if (request === VFIO_DEVICE_GET_IRQ_INFO.request) return this.ports.getInfo(task, arg);
    if (request === VFIO_DEVICE_SET_IRQS.request) return this.ports.setIrqs(task, arg);
    if (request === VFIO_DEVICE_GET_INFO.request) this.ports.tell();
    return super.ioctl(task, request, arg);
  }

  protected override openConfiguration({ pci }: VfioHardware): ConfigurationFile {
    return new PlainConfiguration(pci.configuration);
  }

  override map(): ErrnoName {
    return 'EINVAL';
  }

  /** The driver has none of its own. */
  override feature(): ErrnoName {
    return 'ENOTTY';
  }

  /** mtty_close(): what is being saved or resumed is lost, the state stays. VFIO-MIG-22 VFIO-LIFE-11 */
  override close(): void {
    this.migration.endSessions();
    this.ports.disconnect();
    super.close();
  }

  /** mtty_reset(). VFIO-MIG-16 */
  protected override reset(): void {
    this.migration.endSessions();
    this.device.port.migrationState = VFIO_DEVICE_STATE_RUNNING;
  }
}
