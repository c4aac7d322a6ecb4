import { ImplementationBroken } from '#port/implementation.ts';
import type { Address, Process } from '#port/process.ts';
import { SELF_STATUS_PATH } from '#uapi/paths.ts';

import { pageSize } from './layout.ts';

/** Bytes of memory that are pinned, and that are locked, for devices. */
export interface Charges {
  readonly pinned: bigint;
  readonly locked: bigint;
}

/** What /proc/self/status tells; `room` is a page of the process that may be written. */
export async function chargesOf(process: Process, room: Address): Promise<Charges> {
  const fd = await process.open(SELF_STATUS_PATH, 0);
  const length = await process.pread(fd, room, Number(pageSize) - 8, 0n);
  const bytes = await process.load(room, Math.max(length, 1));
  await process.close(fd);
  const text = Buffer.from(bytes as Uint8Array).toString();
  const kilobytes = (name: string): bigint => {
    const [, digits] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
    if (digits !== undefined) return BigInt(digits) * 1024n;
    throw new ImplementationBroken(`no ${name} in ${SELF_STATUS_PATH}`);
  };
  return { pinned: kilobytes('VmPin'), locked: kilobytes('VmLck') };
}
