import type { Hpa, Iova, Rid } from '#formats/addresses.ts';
import type { DeviceTlbRange, PageGroupResponse, PageRequestMessage } from '#formats/pcie.ts';

import type { Translation, Leaf } from './translation.ts';

/** What an IOMMU reads its tables through, and devices move bytes through. Addresses may be any; a hole reads as ones. */
export interface MemoryBus {
  read(address: Hpa, length: number): Uint8Array;
  write(address: Hpa, bytes: Uint8Array): void;
  read64(address: Hpa): bigint;
  write64(address: Hpa, value: bigint): void;
}

export interface DmaRequest {
  readonly rid: Rid;
  readonly pasid?: number;
  readonly iova: Iova;
  readonly write: boolean;
  /** Who is told when the IOMMU holds the request back; nobody where it is given up then. */
  readonly waiter?: Waiter;
}

/** A request that an IOMMU neither translates nor refuses, until software has said what becomes of it. */
export interface Waiter {
  held(): void;
  /** It is translated once more, or it has failed. Comes after held(), maybe at once. */
  released(how: 'try again' | 'failed'): void;
}

/** A device as the IOMMU reaches it: by messages of ATS and PRI. */
export interface Endpoint {
  invalidateTranslations(range: DeviceTlbRange): void;
  pageGroupResponse(response: PageGroupResponse): void;
}

/** The IOMMU as its devices see it. `undefined` is a refused request. Never more than to the end of the leaf entry. */
export interface Translator {
  translate(request: DmaRequest): Translation | undefined;
  /** PCIe, 10.2.2 Translation Request: undefined where the device may not go there, or is not to ask. */
  requestTranslation?(request: DmaRequest): Leaf | undefined;
  requestPage?(message: PageRequestMessage): void;
  /** Where messages to a device go. */
  connect?(rid: Rid, endpoint: Endpoint): void;
  disconnect?(rid: Rid): void;
}

/** Registers or memory of a device that the CPU can reach: a BAR. Offsets in bytes from its begin. */
export interface DeviceRegion {
  /** Bytes. */
  readonly size: bigint;
  read(offset: bigint, length: number): Uint8Array;
  write(offset: bigint, bytes: Uint8Array): void;
}
