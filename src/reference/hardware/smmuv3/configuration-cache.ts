import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import type { Ste, StreamId } from '#formats/smmuv3/stream-table-entry.ts';

/** SMMUv3, 3.21.3: stream table entries and context descriptors, until they are invalidated. HW-SMU-10 */
export class ConfigurationCache {
  private readonly streams = new Map<StreamId, Ste>();
  /** By substream. */
  private readonly contexts = new Map<StreamId, Map<number, ContextDescriptor>>();

  stream(stream: StreamId): Ste | undefined {
    return this.streams.get(stream);
  }

  context(stream: StreamId, substream: number): ContextDescriptor | undefined {
    return this.contexts.get(stream)?.get(substream);
  }

  keepStream(stream: StreamId, entry: Ste): void {
    this.streams.set(stream, entry);
  }

  keepContext(stream: StreamId, substream: number, context: ContextDescriptor): void {
    const known = this.contexts.get(stream) ?? new Map<number, ContextDescriptor>();
    this.contexts.set(stream, known.set(substream, context));
  }

  /** What was found by means of the entry goes with it. */
  forgetStream(stream: StreamId): void {
    this.streams.delete(stream);
    this.contexts.delete(stream);
  }

  /** 2^(range + 1) streams, of which `stream` is one. */
  forgetStreams(stream: StreamId, range: number): void {
    const size = 2 ** (range + 1);
    const isAmong = (other: StreamId): boolean =>
      Math.floor(other / size) === Math.floor(stream / size);
    for (const known of [...this.streams.keys()].filter(isAmong)) this.forgetStream(known);
  }

  forgetContext(stream: StreamId, substream: number): void {
    this.contexts.get(stream)?.delete(substream);
  }

  forgetContexts(stream: StreamId): void {
    this.contexts.delete(stream);
  }
}
