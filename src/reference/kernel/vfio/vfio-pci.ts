import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FLAGS_PCI,
  VFIO_DEVICE_GET_INFO,
  VFIO_DEVICE_GET_REGION_INFO,
  VFIO_REGION_INFO_FLAG_MMAP,
  VFIO_REGION_INFO_FLAG_READ,
  VFIO_REGION_INFO_FLAG_WRITE,
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
import {
  VFIO_PCI_BAR0_REGION_INDEX,
  VFIO_PCI_CONFIG_REGION_INDEX,
  VFIO_PCI_NUM_IRQS,
  VFIO_PCI_NUM_REGIONS,
} from '#uapi/vfio/pci.ts';
import type { DeviceRegion } from '../../hardware/bus.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../fs/file.ts';
import { isErrno } from '../lib/errno.ts';
import type { VfioParts } from './parts.ts';
import type { Task } from '../fs/process.ts';
import { loadArgument } from '../mm/argument.ts';
import type { VfioHardware } from './hardware.ts';
import { VfioPciConfig } from './vfio-pci-config.ts';
import type { VfioPciDmabufs } from './vfio-pci-dmabuf.ts';

/** A region is at its index, shifted by that, in the device's file. */
const VFIO_PCI_OFFSET_SHIFT = 40n;

/** A region of a PCI device, as VFIO shows it. */
interface Region {
  readonly memory: DeviceRegion;
  /** VFIO_REGION_INFO_FLAG_*. */
  readonly flags: number;
}

const GET_AND_SET = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;
const READ_WRITE = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

/** vfio_pci_core.c: the regions of an endpoint. Interrupts and reset are not here yet. */
export class VfioPci {
  protected readonly pci: VfioHardware['pci'];
  protected readonly configuration: DeviceRegion;
  protected readonly regions: ReadonlyMap<number, Region>;
  protected readonly dmabufs: VfioPciDmabufs;

  constructor(parts: VfioParts, device: VfioHardware) {
    const { pci } = device;
    this.pci = pci;
    this.configuration = new VfioPciConfig(pci.configuration);
    this.dmabufs = new parts.vfio.VfioPciDmabufs(parts, device);
    const flags = READ_WRITE | VFIO_REGION_INFO_FLAG_MMAP;
    this.regions = new Map([
      [VFIO_PCI_BAR0_REGION_INDEX, { memory: pci.bar0, flags }],
      [VFIO_PCI_CONFIG_REGION_INDEX, { memory: this.configuration, flags: READ_WRITE }],
    ]);
  }

  /** VFIO-ATT-11 */
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_DEVICE_GET_INFO.request:
        return this.getInfo(task, arg);
      case VFIO_DEVICE_GET_REGION_INFO.request:
        return this.getRegionInfo(task, arg);
      case VFIO_DEVICE_FEATURE.request:
        return this.feature(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  /** vfio_pci_core_rw(): as far as the region reaches; EINVAL from its end on. VFIO-RGN-04 VFIO-CDEV-16 */
  read({ task, address, length }: Transfer, offset: bigint): number {
    const region = this.regionAt(offset);
    if (!region) return failure('EINVAL');
    const count = Math.min(length, region.rest);
    const bytes = region.memory.read(region.offset, count);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : count;
  }

  write({ task, address, length }: Transfer, offset: bigint): number {
    const region = this.regionAt(offset);
    if (!region) return failure('EINVAL');
    const bytes = task.memory.copyFromUser(address, Math.min(length, region.rest));
    if (isErrno(bytes)) return failure(bytes);
    region.memory.write(region.offset, bytes);
    if (region.memory === this.configuration) this.dmabufs.move(!this.pci.isMemoryEnabled);
    return bytes.length;
  }

  /** vfio_pci_core_close_device() */
  close(): void {
    this.dmabufs.cleanUp();
  }

  /** vfio_pci_core_mmap(): only a BAR, only shared, only inside. VFIO-RGN-04 */
  map({ offset, length, shared }: MapDeviceRequest): DeviceMapping | ErrnoName {
    const region = this.regionAt(offset);
    if (!region || !shared || !(region.flags & VFIO_REGION_INFO_FLAG_MMAP)) return 'EINVAL';
    if (region.offset + length > region.memory.size) return 'EINVAL';
    return { region: region.memory, offset: region.offset };
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

  protected regionAt(offset: bigint): (Region & { offset: bigint; rest: number }) | undefined {
    const region = this.regions.get(Number(offset >> VFIO_PCI_OFFSET_SHIFT));
    const inside = BigInt.asUintN(Number(VFIO_PCI_OFFSET_SHIFT), offset);
    if (!region || inside >= region.memory.size) return undefined;
    return { ...region, offset: inside, rest: Number(region.memory.size - inside) };
  }
}
