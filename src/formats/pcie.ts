import type { Iova, Rid } from './addresses.ts';

/** PCIe, 10.4.1.1 Page Request Message. */
export interface PageRequestMessage {
  readonly rid: Rid;
  readonly pasid?: number;
  readonly iova: Iova;
  readonly read: boolean;
  readonly write: boolean;
  /** With a PASID only: to be executed, and by a supervisor. */
  readonly execute?: boolean;
  readonly privileged?: boolean;
  /** PRGI: 9 bits. */
  readonly group: number;
  /** The group is complete with this one. */
  readonly last: boolean;
}

/** PCIe, 10.4.2.1: response codes of a page request group. */
export const PageResponse = { Success: 0, InvalidRequest: 1, Failure: 0xf } as const;

/** PCIe, 10.4.2 Page Request Group Response Message. */
export interface PageGroupResponse {
  /** Where the message carries one. */
  readonly pasid?: number;
  /** PRGI: 9 bits. */
  readonly group: number;
  /** 4 bits. */
  readonly code: number;
}

/** PCIe, 10.3 ATS Invalidation: translations that a device is to forget: of requests without PASID, with this one, with any. */
export interface DeviceTlbRange {
  readonly pasid: number | 'none' | 'any';
  readonly first: Iova;
  /** Bytes; a power of two, of which `first` is a multiple. Undefined for everything. */
  readonly length: bigint | undefined;
}
