import { randomBytes } from 'node:crypto';

import type { Process } from '#port/process.ts';
import { sampleBytes } from './samples.ts';
import type { Sample } from './samples.ts';

/**
 * Bytes at some places in the memory of a process that are nowhere else. Where the process may not write, what is there
 * has to do; where it may not even read, nothing is equal to it.
 */
export class Marks {
  private readonly process: Process;
  readonly samples: readonly Sample[];
  private readonly before: (Uint8Array | undefined)[] = [];
  private readonly now: (Uint8Array | undefined)[] = [];

  private constructor(process: Process, samples: readonly Sample[]) {
    this.process = process;
    this.samples = samples;
  }

  static async make(process: Process, samples: readonly Sample[]): Promise<Marks> {
    const marks = new Marks(process, samples);
    for (const sample of samples) await marks.add(sample);
    return marks;
  }

  private async add({ address, length }: Sample): Promise<void> {
    const old = await this.process.load(address, length);
    const mark = randomBytes(length);
    const signal = typeof old === 'string' ? old : await this.process.store(address, mark);
    const readable = typeof old === 'string' ? undefined : old;
    this.before.push(signal === undefined ? readable : undefined);
    this.now.push(signal === undefined ? mark : readable);
  }

  /** `seen` has the samples one after the other, each at a multiple of their largest size. */
  equal(seen: Uint8Array): boolean {
    return this.now.every((mark, index) => {
      const start = index * sampleBytes;
      return (
        mark !== undefined && Buffer.from(mark).equals(seen.subarray(start, start + mark.length))
      );
    });
  }

  /** Something else in their place. */
  async wipe(): Promise<void> {
    for (const { address, length } of this.samples) {
      await this.process.store(address, randomBytes(length));
    }
  }

  /** The memory as it is now, laid out as for equal(). */
  async look(): Promise<Uint8Array> {
    const seen = new Uint8Array(this.samples.length * sampleBytes);
    for (const [index, { address, length }] of this.samples.entries()) {
      const bytes = await this.process.load(address, length);
      if (typeof bytes !== 'string') seen.set(bytes, index * sampleBytes);
    }
    return seen;
  }

  /** Puts back what was there. */
  async remove(): Promise<void> {
    for (const [index, { address }] of this.samples.entries()) {
      const old = this.before[index];
      if (old !== undefined) await this.process.store(address, old);
    }
  }
}
