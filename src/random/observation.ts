import { errnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';

import type { Resolved } from './call.ts';

/** What one call did. */
export interface Observation {
  readonly result: number;
  /** All that can be compared: errno or result, outputs, what stands in buffer "list". */
  readonly text: string;
  readonly fields: Resolved;
  /** The struct after the call, and buffer "list" where the call was given it. */
  readonly after?: Uint8Array;
  readonly list?: Uint8Array;
}

export function shown(result: number): string {
  return result < 0 ? errnoName(result) : 'ok';
}

/** Without the zeroes at its end. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(00)+$/, '');
}

/** Of a call that takes no struct: a number, or an errno. */
export function plainly(result: number, fields: Resolved = new Map()): Observation {
  return { result, text: result < 0 ? shown(result) : String(result), fields };
}

/** Fields that the call changed. */
export function changes({ struct }: Command, before: Uint8Array, after: Uint8Array): string {
  const parts = struct.fields.flatMap(({ name, offset, size }) => {
    const now = Buffer.from(after.subarray(offset, offset + size));
    if (now.equals(before.subarray(offset, offset + size))) return [];
    return [`${name}=${size > 8 ? hexOf(now) : numberOf(now)}`];
  });
  return parts.join(' ');
}

function numberOf(littleEndian: Buffer): string {
  return `0x${BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`).toString(16)}`;
}
