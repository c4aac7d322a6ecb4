import type { DeviceVariety } from '#port/bench.ts';

import type { DeviceHandle, GuestKind, GuestTableHandle } from './handles.ts';

/** What the cells and words of a step stand for. */

/** `at 16 MiB`, or `anywhere`: then the kernel chooses. */
export interface Place {
  readonly fixed: boolean;
  readonly iova: bigint;
}

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
}

export type BufferSort =
  'ordinary' | 'read-only' | 'inaccessible' | 'shared' | 'huge-page' | 'untouched' | 'private';

/** Where an automatic map landed. */
export type Landing =
  | { readonly kind: 'at'; readonly iova: bigint }
  | { readonly kind: 'inside'; readonly iova: bigint; readonly length: bigint }
  | { readonly kind: 'multiple'; readonly of: bigint; readonly plus: bigint };

export type HwptSort =
  'ordinary' | 'nesting' | 'nested' | 'dirty-tracking' | 'dirty-tracking nesting';

/** A page table to be made by hand. */
export interface NewHwpt {
  readonly name: string;
  readonly sort: HwptSort;
  /** Of the mock device's kind that has entries of 1 MiB. */
  readonly huge: boolean;
  /** Object id of the fault queue. */
  readonly fault: number | undefined;
  /** What a nested one is to walk; without it, it is one of a mock device. */
  readonly table: GuestTableHandle | undefined;
}

/** A device, or one PASID of it. */
export interface Requester {
  readonly device: DeviceHandle;
  readonly pasid: number | undefined;
}

export interface NewDevice {
  readonly name: string;
  readonly beside: DeviceHandle | undefined;
  readonly variety: DeviceVariety | undefined;
  /** MOCK_FLAGS_DEVICE_*: what a mock device has and lacks. */
  readonly flags: number;
}

/** A dma-buf of IOMMU_TEST_CMD, or of a device's registers, in so many pieces. */
export interface NewDmaBuf {
  readonly name: string;
  readonly exporter: DeviceHandle | undefined;
  readonly ranges: number;
}

/** `a vDEVICE "guest nic" for device "nic" with virt_id 0x10`, `a HW queue "q" with index 0 at 16 MiB .. +1 page`. */
export interface NewGuestObject {
  readonly kind: GuestKind;
  readonly name: string;
  readonly device: DeviceHandle | undefined;
  readonly number: { readonly field: string; readonly value: bigint } | undefined;
  readonly range: { readonly iova: bigint; readonly length: bigint } | undefined;
}

/** What is seen, and what may be seen besides: releases differ. */
export interface Errnos {
  readonly sure: readonly string[];
  readonly unsure: readonly string[];
}

/** Both ends included. */
export interface BitRange {
  readonly first: number;
  readonly last: number;
}

/** What is opened of a VFIO device. */
export interface DeviceNode {
  readonly device: DeviceHandle;
  readonly way: 'itself' | 'group' | 'through group';
}

export type FileCall = 'reads' | 'writes' | 'preads' | 'pwrites' | 'polls' | 'mmaps';
