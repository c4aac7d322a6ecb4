import type { Readable } from 'node:stream';

import { LineSplitter } from '../wire/lines.ts';

/** What the kernel says when it has found a bug in itself. */
const complaint =
  /\b(WARNING: |BUG: |Oops|general protection fault|Kernel panic|KASAN|UBSAN|INFO: task .* blocked|detected stall|refcount_t:|DEBUG_LOCKS_WARN|Bad page state)/;
/** Where the report of one ends. */
const endOfReport = /---\[ end (trace|Kernel panic)/;
const longestReport = 60;
/** A printed function call, a register and the like: what a report consists of. */
const shownOfTail = 40;
const longestLine = 4096;

/** The lines among these that belong to a complaint: the first one says what it is, the others where it happened. */
export function complaintsIn(lines: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!complaint.test(lines[at] ?? '')) continue;
    const report = lines.slice(at, at + longestReport);
    const end = report.findIndex((line) => endOfReport.test(line));
    const length = end < 0 ? report.length : end + 1;
    found.push(...report.slice(0, length));
    at += length - 1;
  }
  return found;
}

/** The serial console of a machine. */
export class KernelConsole {
  private readonly lines: string[] = [];
  private readonly waiting = new Map<string, () => void>();
  /** Lines that complaints() has been through. */
  private read = 0;

  constructor(stream: Readable) {
    const line = (text: string): void => this.add(text.replace(/\r/g, ''));
    const splitter = new LineSplitter({ line, tooLong: () => undefined }, longestLine);
    stream.on('data', (chunk: Buffer) => splitter.push(chunk));
    stream.on('error', () => undefined);
  }

  private add(line: string): void {
    for (const [mark, found] of this.waiting) {
      if (line.includes(mark)) return found();
    }
    this.lines.push(line);
  }

  /** Resolved when a line with that text has come; the line is not kept. */
  arrival(mark: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.set(mark, () => {
        this.waiting.delete(mark);
        resolve();
      });
    });
  }

  tail(): readonly string[] {
    return this.lines.slice(-shownOfTail);
  }

  /** What belongs to a complaint among the lines that came since the last call. */
  complaints(): readonly string[] {
    const fresh = this.lines.slice(this.read);
    this.lines.splice(0, this.lines.length - shownOfTail);
    this.read = this.lines.length;
    return complaintsIn(fresh);
  }
}
