import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_REGION_INFO_FLAG_MMAP,
  VFIO_REGION_INFO_FLAG_READ,
  VFIO_REGION_INFO_FLAG_WRITE,
} from '#uapi/vfio/device.ts';
import { VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_CONFIG_REGION_INDEX } from '#uapi/vfio/pci.ts';
import type { DeviceRegion } from '../../../hardware/bus.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../../fs/file.ts';
import { isErrno } from '../../lib/errno.ts';
import type { VfioHardware } from '../hardware.ts';

/** A region is at its index, shifted by that, in the device's file. */
export const VFIO_PCI_OFFSET_SHIFT = 40n;

/** A region of a PCI device, as VFIO shows it. */
export interface Region {
  readonly memory: DeviceRegion;
  /** VFIO_REGION_INFO_FLAG_*. */
  readonly flags: number;
}

type Place = Region & { readonly offset: bigint; readonly rest: number };

const READ_WRITE = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

/** vfio_pci_rdwr.c: the file of a device as its users read, write and map it. */
export class VfioPciRegions {
  readonly configuration: DeviceRegion;
  protected readonly regions: ReadonlyMap<number, Region>;

  constructor({ pci }: VfioHardware, configuration: DeviceRegion) {
    this.configuration = configuration;
    const flags = READ_WRITE | VFIO_REGION_INFO_FLAG_MMAP;
    this.regions = new Map([
      [VFIO_PCI_BAR0_REGION_INDEX, { memory: pci.bar0, flags }],
      [VFIO_PCI_CONFIG_REGION_INDEX, { memory: configuration, flags: READ_WRITE }],
    ]);
  }

  /** Undefined for a region that the device lacks. */
  get(index: number): Region | undefined {
    return this.regions.get(index);
  }

  /** vfio_pci_rw(): as far as the region reaches; EINVAL from its end on. VFIO-RGN-04 VFIO-CDEV-16 */
  read({ task, address, length }: Transfer, offset: bigint): number {
    const region = this.at(offset);
    if (!region) return failure('EINVAL');
    const count = Math.min(length, region.rest);
    const bytes = region.memory.read(region.offset, count);
    return task.memory.copyToUser(address, bytes) ? failure('EFAULT') : count;
  }

  write({ task, address, length }: Transfer, offset: bigint): number {
    const region = this.at(offset);
    if (!region) return failure('EINVAL');
    const bytes = task.memory.copyFromUser(address, Math.min(length, region.rest));
    if (isErrno(bytes)) return failure(bytes);
    region.memory.write(region.offset, bytes);
    return bytes.length;
  }

  /** vfio_pci_core_mmap(): only a BAR, only shared, only inside. VFIO-RGN-04 */
  map({ offset, length, shared }: MapDeviceRequest): DeviceMapping | ErrnoName {
    const region = this.at(offset);
    if (!region || !shared || !(region.flags & VFIO_REGION_INFO_FLAG_MMAP)) return 'EINVAL';
    if (region.offset + length > region.memory.size) return 'EINVAL';
    return { region: region.memory, offset: region.offset };
  }

  protected at(offset: bigint): Place | undefined {
    const region = this.regions.get(Number(offset >> VFIO_PCI_OFFSET_SHIFT));
    const inside = BigInt.asUintN(Number(VFIO_PCI_OFFSET_SHIFT), offset);
    if (!region || inside >= region.memory.size) return undefined;
    return { ...region, offset: inside, rest: Number(region.memory.size - inside) };
  }
}
