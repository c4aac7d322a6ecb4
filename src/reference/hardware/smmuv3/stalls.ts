import { Resumed } from '#formats/smmuv3/commands.ts';
import type { Resumption } from '#formats/smmuv3/commands.ts';
import type { StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import type { DmaRequest, Waiter } from '../bus.ts';

/** IDR5.STALL_MAX: more than will ever wait, as one that finds no number is nowhere told of. */
export const STALL_MAX = 0xffff;

interface Stall {
  readonly stream: StreamId;
  readonly waiter: Waiter | undefined;
}

/** SMMUv3, 3.12.2 Stall model: accesses that have faulted, until CMD_RESUME has said what becomes of them. HW-SMU-25 */
export class Stalls {
  /** By STAG. */
  protected readonly held = new Map<number, Stall>();

  /** The STAG of the access: the lowest one that is free. */
  hold({ rid: stream, waiter }: Pick<DmaRequest, 'rid' | 'waiter'>): number {
    let tag = 0;
    while (this.held.has(tag)) tag += 1;
    this.held.set(tag, { stream, waiter });
    waiter?.held();
    return tag;
  }

  /** A device that is pulled out has no access that could wait, and its numbers are free. */
  forget(stream: StreamId): void {
    for (const [tag, stall] of this.held) if (stall.stream === stream) this.held.delete(tag);
  }

  /** 4.6.2: one of this stream and this number; a command that finds none does nothing. */
  resume({ stream, tag, response }: Resumption): void {
    const stall = this.held.get(tag);
    if (stall?.stream !== stream) return;
    this.held.delete(tag);
    stall.waiter?.released(response === Resumed.Retry ? 'try again' : 'failed');
  }
}
