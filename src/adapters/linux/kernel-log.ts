import { closeSync, constants, openSync, readSync } from 'node:fs';

import { complaintsIn } from './console.ts';

const path = '/dev/kmsg';
/** Bytes of the longest record: one read gives one. */
const recordBytes = 8192;

/** What the kernel of this machine logs from now on; nothing where this user may not read it. */
export class KernelLog {
  private readonly fd: number | undefined;

  constructor() {
    this.fd = openLog();
    this.lines();
  }

  /** What belongs to a complaint among the lines since the last call. */
  complaints(): readonly string[] {
    return complaintsIn(this.lines());
  }

  private lines(): readonly string[] {
    const lines: string[] = [];
    for (let record = this.next(); record !== undefined; record = this.next()) {
      // "priority,number,time,flags;text", and continuation lines that name the device.
      const [line = ''] = record.slice(record.indexOf(';') + 1).split('\n', 1);
      lines.push(line);
    }
    return lines;
  }

  /** Undefined when there is none yet. A record that was overwritten in the meantime is skipped. */
  private next(): string | undefined {
    const buffer = Buffer.alloc(recordBytes);
    try {
      return this.fd === undefined
        ? undefined
        : buffer.toString('utf8', 0, readSync(this.fd, buffer));
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPIPE' ? '' : undefined;
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
  }
}

function openLog(): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
