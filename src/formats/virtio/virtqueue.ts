import type { Hpa } from '../addresses.ts';

/** virtio 1.2, 2.7 Split Virtqueues: their three parts. `size` counts descriptors, and is a power of two. */
export interface VirtqueueLayout {
  readonly size: number;
  readonly descriptors: Hpa;
  /** Driver Area: the available ring. */
  readonly available: Hpa;
  /** Device Area: the used ring. */
  readonly used: Hpa;
}

export const DESCRIPTOR_SIZE = 16n;
const NEXT = 1;
const WRITE = 2;

/** virtio 1.2, 2.7.5 The Virtqueue Descriptor Table: one buffer. */
export interface Descriptor {
  readonly address: Hpa;
  /** Bytes. */
  readonly length: number;
  /** The device writes it; otherwise it only reads. */
  readonly isWritable: boolean;
  /** Index of the one that follows. */
  readonly next?: number | undefined;
}

export function encodeDescriptor(descriptor: Descriptor): readonly [bigint, bigint] {
  const { address, length, isWritable, next } = descriptor;
  const flags = (isWritable ? WRITE : 0) | (next === undefined ? 0 : NEXT);
  return [address, BigInt(length) | (BigInt(flags) << 32n) | (BigInt(next ?? 0) << 48n)];
}

export function decodeDescriptor(address: bigint, high: bigint): Descriptor {
  const flags = Number((high >> 32n) & 0xffffn);
  return {
    address,
    length: Number(high & 0xffff_ffffn),
    isWritable: (flags & WRITE) !== 0,
    next: flags & NEXT ? Number(high >> 48n) : undefined,
  };
}

/** 2.7.6: two fields of 16 bits, then `size` of them. */
export function availableEntry({ available, size }: VirtqueueLayout, index: number): Hpa {
  return available + 4n + 2n * BigInt(index % size);
}

/** 2.7.8: two fields of 16 bits, then `size` elements of an id and a length, 32 bits each. */
export function usedEntry({ used, size }: VirtqueueLayout, index: number): Hpa {
  return used + 4n + 8n * BigInt(index % size);
}

/** Where the driver and the device say how many entries of their ring they have filled, modulo 2^16. */
export function availableIndex({ available }: VirtqueueLayout): Hpa {
  return available + 2n;
}

export function usedIndex({ used }: VirtqueueLayout): Hpa {
  return used + 2n;
}

/** An element of the used ring: of the chain that began at that descriptor, so many bytes were written. */
export function encodeUsed(head: number, written: number): Uint8Array {
  const element = new DataView(new ArrayBuffer(8));
  element.setUint32(0, head, true);
  element.setUint32(4, written, true);
  return new Uint8Array(element.buffer);
}

/** le16 */
export function encode16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

export function decode16([low = 0, high = 0]: Uint8Array): number {
  return low | (high << 8);
}
