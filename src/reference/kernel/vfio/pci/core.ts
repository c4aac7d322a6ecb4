import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FLAGS_PCI,
  VFIO_DEVICE_GET_INFO,
  VFIO_DEVICE_GET_IRQ_INFO,
  VFIO_DEVICE_GET_REGION_INFO,
  VFIO_DEVICE_SET_IRQS,
} from '#uapi/vfio/device.ts';
import {
  VFIO_DEVICE_FEATURE,
  VFIO_DEVICE_FEATURE_DMA_BUF,
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_MASK,
  VFIO_DEVICE_FEATURE_PROBE,
  VFIO_DEVICE_FEATURE_SET,
  vfio_device_feature,
} from '#uapi/vfio/feature.ts';
import { VFIO_PCI_NUM_IRQS, VFIO_PCI_NUM_REGIONS } from '#uapi/vfio/pci.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../../fs/file.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { VfioDeviceOps } from '../device-ops.ts';
import type { VfioHardware } from '../hardware.ts';
import { VfioPciConfig } from './config.ts';
import type { VfioPciDmabufs } from './dmabuf.ts';
import type { VfioPciInterrupts } from './intrs.ts';
import type { VfioPciParts } from './parts.ts';
import { VFIO_PCI_OFFSET_SHIFT } from './rdwr.ts';
import type { VfioPciRegions } from './rdwr.ts';
import { VirtualIntxDisable } from './virtual-intx.ts';

const GET_AND_SET = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;

/** vfio_pci_core.c: an endpoint, from its first open to its last close. Reset is not here yet. */
export class VfioPciCore implements VfioDeviceOps {
  protected readonly pci: VfioHardware['pci'];
  protected readonly regions: VfioPciRegions;
  protected readonly dmabufs: VfioPciDmabufs;
  protected readonly interrupts: VfioPciInterrupts;

  constructor(parts: VfioPciParts, device: VfioHardware) {
    this.pci = device.pci;
    const { VfioPciDmabufs: Dmabufs, VfioPciRegions: Regions } = parts.vfioPci;
    const { VfioPciInterrupts: Interrupts } = parts.vfioPci;
    this.interrupts = new Interrupts(parts, device);
    const configuration = new VirtualIntxDisable(device.pci.configuration, this.interrupts.intx);
    this.regions = new Regions(device, new VfioPciConfig(configuration));
    this.dmabufs = new Dmabufs(parts, device);
  }

  /** VFIO-ATT-11 */
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_DEVICE_GET_INFO.request:
        return this.getInfo(task, arg);
      case VFIO_DEVICE_GET_REGION_INFO.request:
        return this.getRegionInfo(task, arg);
      case VFIO_DEVICE_GET_IRQ_INFO.request:
        return this.interrupts.getInfo(task, arg);
      case VFIO_DEVICE_SET_IRQS.request:
        return this.interrupts.setIrqs(task, arg);
      case VFIO_DEVICE_FEATURE.request:
        return this.feature(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  read(transfer: Transfer, offset: bigint): number {
    return this.regions.read(transfer, offset);
  }

  /** What may have been written is whether the device answers at its BARs. */
  write(transfer: Transfer, offset: bigint): number {
    const result = this.regions.write(transfer, offset);
    this.dmabufs.move(!this.pci.isMemoryEnabled);
    return result;
  }

  map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
    return this.regions.map(request);
  }

  /** vfio_pci_core_close_device() */
  close(): void {
    this.interrupts.close();
    this.dmabufs.cleanUp();
  }

  /** vfio_ioctl_device_feature(): of the features there is one. */
  protected feature(task: Task, arg: bigint): number | ErrnoName {
    const { minSize } = VFIO_DEVICE_FEATURE;
    const head = task.memory.copyFromUser(arg, minSize);
    if (isErrno(head)) return head;
    const { argsz, flags } = vfio_device_feature.unpack(head);
    const known = VFIO_DEVICE_FEATURE_MASK | GET_AND_SET | VFIO_DEVICE_FEATURE_PROBE;
    if (argsz < minSize || flags & ~known) return 'EINVAL';
    const both = (flags & GET_AND_SET) === GET_AND_SET;
    if (both && !(flags & VFIO_DEVICE_FEATURE_PROBE)) return 'EINVAL';
    if ((flags & VFIO_DEVICE_FEATURE_MASK) !== VFIO_DEVICE_FEATURE_DMA_BUF) return 'ENOTTY';
    const [address, length] = [arg + BigInt(minSize), argsz - minSize];
    return this.dmabufs.feature({ task, flags, address, length });
  }

  /** VFIO-DEV-01 */
  protected getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_INFO);
    if (isErrno(argument)) return argument;
    const num_regions = VFIO_PCI_NUM_REGIONS;
    const values = { flags: VFIO_DEVICE_FLAGS_PCI, num_regions, num_irqs: VFIO_PCI_NUM_IRQS };
    return argument.respond(values, VFIO_DEVICE_GET_INFO.minSize);
  }

  /** VFIO-RGN-01 02 */
  protected getRegionInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_REGION_INFO);
    if (isErrno(argument)) return argument;
    const { index } = argument.fields;
    if (index >= VFIO_PCI_NUM_REGIONS) return 'EINVAL';
    const region = this.regions.get(index);
    const size = region?.memory.size ?? 0n;
    const offset = BigInt(index) << VFIO_PCI_OFFSET_SHIFT;
    const values = { flags: region?.flags ?? 0, cap_offset: 0, size, offset };
    return argument.respond(values, VFIO_DEVICE_GET_REGION_INFO.minSize);
  }
}
