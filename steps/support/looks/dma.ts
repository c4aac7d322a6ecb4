import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import type { DmaAccess, DmaResult } from '#port/bench.ts';

import { attachmentOf } from '../handles.ts';
import type { Requester } from '../words/devices.ts';
import type { World } from '../world.ts';

/** DMA of a device, or of one PASID of it, as the bench carries it out. */

export function nameOf({ device, pasid }: Requester): string {
  return `${pasid === undefined ? '' : `PASID ${pasid} of `}device "${device.name}"`;
}

export function accessOf(
  { device, pasid }: Requester,
  { iova, length }: { readonly iova: bigint; readonly length: number },
): DmaAccess {
  const place = { device: device.info.id, attachment: attachmentOf(device), iova, length };
  return pasid === undefined ? place : { ...place, pasid };
}

/** Reads `length` bytes, or writes `bytes`; what it gave stays with the device, and the scenario knows who was last. */
export async function access(
  world: World,
  requester: Requester,
  iova: bigint,
  what: { readonly length: number } | { readonly bytes: Uint8Array },
): Promise<void> {
  const { bench } = world.running.machine;
  const isWrite = 'bytes' in what;
  const place = accessOf(requester, { iova, length: isWrite ? what.bytes.length : what.length });
  const result = await (isWrite ? bench.dmaWrite(place, what.bytes) : bench.dmaRead(place));
  requester.device.accesses.set(requester.pasid, result);
  world.requester = requester;
  const verb = isWrite ? 'writes' : 'reads';
  world.trace.note(`bench: ${nameOf(requester)} ${verb} ${hex(iova)}: ${describe(result)}`);
}

export function describe(result: DmaResult | 'waiting'): string {
  return typeof result === 'string' ? result : `${result.bytes.length} bytes`;
}

/** What the access that was made last gave. */
export function lastAccess({ requester }: World): DmaResult | 'waiting' {
  const result = requester?.device.accesses.get(requester.pasid);
  if (result === undefined) throw new Error('no device has made an access yet');
  return result;
}

/** The bytes that it moved. */
export function bytesOf(world: World, expected: string): Uint8Array {
  const result = lastAccess(world);
  if (typeof result !== 'string') return result.bytes;
  const state = result === 'blocked' ? 'was blocked' : 'waits';
  throw new AssertionError(`the access ${state}; expected ${expected}`);
}
