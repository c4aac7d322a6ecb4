export const ULONG_MAX = (1n << 64n) - 1n;
export const U32_MAX = 0xffff_ffff;

export function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** `alignment` is a power of two. */
export function alignDown(value: bigint, alignment: bigint): bigint {
  return value & ~(alignment - 1n);
}

/** Not wrapped: the result may be 2^64. */
export function alignUp(value: bigint, alignment: bigint): bigint {
  return alignDown(value + alignment - 1n, alignment);
}

/** The smallest power of two that is not below `value`, which is 1 or more. */
export function roundUpToPowerOfTwo(value: bigint): bigint {
  return 1n << BigInt((value - 1n).toString(2).length - (value === 1n ? 1 : 0));
}

/** 1 << __ffs64(value); `value` is not 0. */
export function lowestSetBit(value: bigint): bigint {
  return value & -value;
}

export function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
