/** A physical address, bytes. */
export type Hpa = bigint;
/** An address as a device sends it, bytes. */
export type Iova = bigint;

/** Requester id: bus, device, function in 16 bits, as on PCI. */
export type Rid = number;

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
}

/** The IOMMU as its devices see it. `undefined` is a refused request. Never more than to the end of the leaf entry. */
export interface Translator {
  translate(
    request: DmaRequest,
  ): { readonly address: Hpa; readonly bytesToBorder: bigint } | undefined;
}

/** Registers or memory of a device that the CPU can reach: a BAR. Offsets in bytes from its begin. */
export interface DeviceRegion {
  /** Bytes. */
  readonly size: bigint;
  read(offset: bigint, length: number): Uint8Array;
  write(offset: bigint, bytes: Uint8Array): void;
}
