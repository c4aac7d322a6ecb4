import type { Feature } from './features.ts';
import type { Address, Fd, Process, SyscallResult } from './process.ts';

export type DeviceId = string;

/**
 * What may be out of the ordinary about a device, in the words of the scenarios ("a device "nic" that has no IOMMU"), and
 * the feature of the machines that have such a device.
 */
export const deviceVarieties = {
  'has no IOMMU': 'device-without-iommu',
  'is in noiommu mode': 'noiommu-device',
  'is emulated': 'emulated-device',
  'has PASIDs': 'device-with-pasids',
  'makes page requests': 'device-with-page-requests',
  'is behind another IOMMU': 'device-behind-another-iommu',
  'is a virtual function with page requests': 'virtual-function',
  'is behind an IOMMU without nesting': 'iommu-without-nesting',
  'is behind an IOMMU that guests could go past': 'iommu-past-caches',
  'is behind an IOMMU with pages of 64 KiB': 'iommu-with-large-pages',
  'is behind an IOMMU that is not coherent': 'iommu-without-coherency',
  'has two stream IDs': 'device-with-two-streams',
  'the host can drive': 'host-driver',
} as const satisfies Record<string, Feature>;

/** Who may drive a device: VFIO on behalf of a process, or a driver of the host, which does DMA through the DMA API. */
export const deviceDrivers = ['vfio', 'host'] as const;

export type DeviceDriver = (typeof deviceDrivers)[number];

export type DeviceVariety = keyof typeof deviceVarieties;

export const everyDeviceVariety = Object.keys(deviceVarieties) as DeviceVariety[];

/**
 * What a scenario may ask of a device. `sharesGroupWith` puts it behind the same bridge as another one, so that the
 * IOMMU cannot tell the two apart.
 */
export interface DeviceModel {
  readonly sharesGroupWith?: DeviceId;
  readonly variety?: DeviceVariety;
}

export interface DeviceInfo {
  /** Of a VFIO device its name in sysfs, which VFIO_GROUP_GET_DEVICE_FD takes. */
  readonly id: DeviceId;
  /** `vfio`: opened, bound and attached by VFIO ioctls. `selftest`: comes into being attached, by IOMMU_TEST_CMD. */
  readonly kind: 'vfio' | 'selftest';
  /** The VFIO character device; undefined for a selftest device. */
  readonly cdev?: string;
  /** The VFIO group node; undefined for a selftest device. */
  readonly group?: string;
}

/**
 * How the suite reached a device. Benches that work through the uAPI need it to name the device to the kernel; a bench
 * with wires of its own ignores it.
 */
export interface Attachment {
  readonly process: Process;
  readonly iommufd: Fd;
  /** The VFIO device fd, once opened. */
  readonly deviceFd?: Fd;
  /** Object id of the page table that the device is attached to, while it is. */
  readonly hwpt?: number;
  /** Object id of the IOAS behind that page table, where the suite knows it. */
  readonly ioas?: number;
}

export interface DmaAccess {
  readonly device: DeviceId;
  readonly attachment: Attachment;
  readonly iova: bigint;
  /** Bytes, 1 or more. */
  readonly length: number;
  readonly pasid?: number;
}

/** One message of a device that asks for a page. */
export interface PageRequest {
  readonly iova: bigint;
  readonly pasid?: number;
  /** IOMMU_PGFAULT_PERM_*, of which a device can say READ and WRITE. */
  readonly permissions: number;
  /** 0 to 511: requests of one group are answered together. */
  readonly group: number;
  /** The group is complete. */
  readonly last: boolean;
}

/** Bytes moved, or `blocked`: the IOMMU refused the access, and nothing before or after the first refused byte counts. */
export type DmaResult = { readonly bytes: Uint8Array } | 'blocked';

/** The hardware side: what an engineer with a bus analyser could do. */
export interface Bench {
  devices(): Promise<readonly DeviceInfo[]>;
  /** A device of that model, there until reset(): a free one of the machine, or a new one. */
  plug(model: DeviceModel): Promise<DeviceInfo>;
  unplug(device: DeviceId): Promise<void>;
  /**
   * Takes a device that nobody has open from its driver, and binds the other one: 0, or the negative errno that the
   * `bind` file of that driver gives; then the device has none. Devices begin with VFIO. Needs the feature `host-driver`.
   */
  giveTo(device: DeviceId, driver: DeviceDriver): Promise<SyscallResult>;
  /**
   * Does the device's translation of this IOVA range lead to the memory behind `address` in `attachment.process`? The
   * weakest way of seeing; every bench has it. False also where the device may not reach the range at all.
   */
  sees(access: DmaAccess, address: Address): Promise<boolean>;
  /** Needs the feature `dma`. */
  dmaRead(access: DmaAccess): Promise<DmaResult>;
  /** Needs the feature `dma`. `access.length` equals `bytes.length`. */
  dmaWrite(access: DmaAccess, bytes: Uint8Array): Promise<DmaResult>;
  /** Needs the feature `device-with-page-requests`. One after the other; a device that may not ask sends nothing. */
  requestPages(device: DeviceId, requests: readonly PageRequest[]): Promise<void>;
  /** Nothing is in flight when this returns. The only clock there is. */
  settle(): Promise<void>;
  /** As after start(): every device free, unbound and quiet. Called between scenarios, when no process is left. */
  reset(): Promise<void>;
}
