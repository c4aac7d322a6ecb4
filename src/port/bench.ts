import type { DeviceId, DeviceWish, Driver } from './device-wish.ts';
import type { Address, Fd, Process, SyscallResult } from './process.ts';
import type { VirtioIommu } from './virtio-iommu.ts';

export type { DeviceId, DeviceWish, Driver };

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
  /** What it was bound to, where that is no container of VFIO's own. */
  readonly iommufd?: Fd;
  /** The VFIO container that its group had when it was opened, in place of an iommufd. */
  readonly container?: Fd;
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
  /** IOMMU_PGFAULT_PERM_*, of which a device can say READ and WRITE, and with a PASID EXEC and PRIV as well. */
  readonly permissions: number;
  /** 0 to 511: requests of one group are answered together. */
  readonly group: number;
  /** The group is complete. */
  readonly last: boolean;
}

/** The answer to a group of page requests, as it passes on the bus: PCIe, 10.4.2. */
export interface PageResponse {
  /** 0 to 511. */
  readonly group: number;
  /** 0 Success, 1 Invalid Request, 15 Response Failure; 2 to 14 are reserved. */
  readonly code: number;
  /** Where the message carried one. */
  readonly pasid?: number;
}

/** An access that an IOMMU did not translate, as its driver logs it. */
export interface RefusedAccess {
  /** Of the page. */
  readonly iova: bigint;
  readonly write: boolean;
  readonly pasid?: number;
  /** The number that the book of the IOMMU has for the reason. */
  readonly reason: number;
}

export interface PatientDma {
  /** Of its page requests, 0 to 511; of a device that asks for none it is but the name of the access. */
  readonly group: number;
  /** What is written; a read has none. */
  readonly bytes?: Uint8Array;
}

/** Bytes moved, or `blocked`: the IOMMU refused the access, and nothing before or after the first refused byte counts. */
export type DmaResult = { readonly bytes: Uint8Array } | 'blocked';

/** The hardware side: what an engineer with a bus analyser could do. */
export interface Bench {
  devices(): Promise<readonly DeviceInfo[]>;
  /**
   * A device that is as wished, there until reset(): a free one of the machine, or a new one. Rejects where a key of the
   * wish cannot be honoured, with a sentence that names it.
   */
  plug(wish: DeviceWish): Promise<DeviceInfo>;
  unplug(device: DeviceId): Promise<void>;
  /**
   * Takes a device that nobody has open from its driver, and binds the other one: 0, or the negative errno that the
   * `bind` file of that driver gives; then the device has none. Needs the feature `host-driver`.
   */
  bind(device: DeviceId, driver: Driver): Promise<SyscallResult>;
  /**
   * Does the device's translation of this IOVA range lead to the memory behind `address` in `attachment.process`? The
   * weakest way of seeing; every bench has it. False also where the device may not reach the range at all.
   */
  sees(access: DmaAccess, address: Address): Promise<boolean>;
  /** Needs the feature `dma`. */
  dmaRead(access: DmaAccess): Promise<DmaResult>;
  /** Needs the feature `dma`. `access.length` equals `bytes.length`. */
  dmaWrite(access: DmaAccess, bytes: Uint8Array): Promise<DmaResult>;
  /**
   * Needs the feature `device-with-page-requests`. One after the other; a device that may not ask sends nothing. The kernel
   * has heard of them after the next settle() at the latest.
   */
  requestPages(device: DeviceId, requests: readonly PageRequest[]): Promise<void>;
  /**
   * Answers that the device has got to its page requests since it was asked last, the oldest first; also those that it
   * did not wait for. Needs the feature `page-responses`.
   */
  pageResponses(device: DeviceId): Promise<readonly PageResponse[]>;
  /**
   * Begins a read, or a write of `bytes`, of which the device asks for the pages that it lacks, as one group, and waits
   * for them; or one that the IOMMU holds where a page is missing. One access a group. Needs the feature
   * `dma-with-page-requests`, or for the latter `device-with-stalls`, as does the next one.
   */
  startDma(access: DmaAccess, how: PatientDma): Promise<void>;
  /** Lets the access of that group go on: where it was answered, the device tries again, asks again, or has given up. */
  finishDma(device: DeviceId, group: number): Promise<DmaResult | 'waiting'>;
  /** Puts an answer on the link of the device that no IOMMU has given. */
  answerDevice(device: DeviceId, response: PageResponse): Promise<void>;
  /**
   * Accesses of the device that its IOMMU refused, as the kernel has logged them since it was asked last, the oldest first.
   * Needs the feature `refusal-log`.
   */
  refusedAccesses(device: DeviceId): Promise<readonly RefusedAccess[]>;
  /** Needs the feature `virtio-requests`. reset() resets it as well, with its configuration. */
  readonly virtioIommu?: VirtioIommu;
  /** Nothing is in flight when this returns. The only clock there is. */
  settle(): Promise<void>;
  /** As after start(): every device free, unbound and quiet. Called between scenarios, when no process is left. */
  reset(): Promise<void>;
}
