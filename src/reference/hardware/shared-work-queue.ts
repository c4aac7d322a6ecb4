import { decodeCommandHead } from '#formats/x86/pasid.ts';

import type { Portal } from './enqueue-commands.ts';

/** Work of one address space: what the device does with it carries the PASID. */
export interface Work {
  readonly pasid: number;
  readonly privileged: boolean;
  /** All 64 bytes. */
  readonly command: Uint8Array;
}

/**
 * A queue of a device that many submit to, and that says whether it took a command. Whoever submits chooses the command; its
 * PASID is the processor's word. HW-ENQ-04
 */
export class SharedWorkQueue implements Portal {
  private readonly depth: number;
  private readonly entries: Work[] = [];

  /** Commands that it has room for. */
  constructor(depth: number) {
    this.depth = depth;
  }

  deferrableWrite(command: Uint8Array): boolean {
    const view = new DataView(command.buffer, command.byteOffset);
    const head = decodeCommandHead(view.getUint32(0, true));
    if (!head || this.entries.length >= this.depth) return false;
    this.entries.push({ ...head, command });
    return true;
  }

  /** The oldest work, which leaves the queue. */
  next(): Work | undefined {
    return this.entries.shift();
  }
}
