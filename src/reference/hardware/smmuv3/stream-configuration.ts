import type { Hpa } from '#formats/addresses.ts';
import {
  DESCRIPTOR_SIZE,
  decodeLevel1Context,
  leafBits,
} from '#formats/smmuv3/context-descriptor.ts';
import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import { EventId, FaultClass } from '#formats/smmuv3/events.ts';
import { ContextFormat, NoSubstream } from '#formats/smmuv3/stream-table-entry.ts';
import type { Stage1Config, Stage2Config, Ste } from '#formats/smmuv3/stream-table-entry.ts';

import type { DmaRequest, MemoryBus } from '../bus.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import { isFault } from './fault.ts';
import type { Fault } from './fault.ts';
import { readContext, readSte } from './tables.ts';

/** How a request is translated: the entry of its stream, and the context descriptor where it goes by a first stage. */
export interface Configuration {
  readonly ste: Ste;
  readonly context: ContextDescriptor | undefined;
}

export interface StreamConfigurationOptions {
  readonly memory: MemoryBus;
  readonly cache: ConfigurationCache;
  readonly substreamBits: number;
  /** Faults can wait. */
  readonly stalls: boolean;
  /** Where the second stage has what an address of the first one's tables leads to. */
  locate(stage2: Stage2Config | undefined, address: bigint, why: FaultClass): Hpa | Fault;
}

/** SMMUv3, 3.3 and 3.9: from a stream and a substream to what they are translated by. */
export class StreamConfiguration {
  private readonly options: StreamConfigurationOptions;

  constructor(options: StreamConfigurationOptions) {
    this.options = options;
  }

  /** 1. The entry. 2. Which context descriptor. 3. That. */
  find(request: DmaRequest, streamTable: Hpa): Configuration | Fault {
    const { rid: stream, pasid } = request;
    const ste = this.entryOf(stream, streamTable);
    if (isFault(ste)) return ste;
    if (ste.aborts) return { ste, context: undefined };
    if (!ste.stage1) {
      return pasid === undefined ? { ste, context: undefined } : { id: EventId.BadSubstreamId };
    }
    const substream = this.substreamOf(ste.stage1, pasid);
    if (substream === 'bypass') return { ste, context: undefined };
    if (typeof substream === 'object') return substream;
    const context = this.contextOf(stream, substream, ste);
    if (!isFault(context)) return { ste, context };
    const ofStage2 = context.secondStage !== undefined;
    return { ...context, silent: ofStage2 && ste.stage2?.records === false };
  }

  protected entryOf(stream: number, streamTable: Hpa): Ste | Fault {
    const { memory, cache, substreamBits } = this.options;
    const ste = cache.stream(stream) ?? readSte(memory, streamTable, { stream, substreamBits });
    if (!isFault(ste)) cache.keepStream(stream, ste);
    return ste;
  }

  /** S1CDMax, S1DSS: where requests without a substream have the first one, none has it by its number. HW-SMU-06 */
  protected substreamOf(
    { substreamBits, noSubstream }: Stage1Config,
    pasid: number | undefined,
  ): number | 'bypass' | Fault {
    if (pasid !== undefined) {
      const isFirstTaken = noSubstream === NoSubstream.Substream0 && pasid === 0;
      const isThere = substreamBits > 0n && pasid < 2 ** Number(substreamBits);
      return isThere && !isFirstTaken ? pasid : { id: EventId.BadSubstreamId };
    }
    if (substreamBits === 0n || noSubstream === NoSubstream.Substream0) return 0;
    return noSubstream === NoSubstream.Bypass ? 'bypass' : { id: EventId.StreamDisabled };
  }

  protected contextOf(stream: number, substream: number, ste: Ste): ContextDescriptor | Fault {
    const { cache } = this.options;
    const context = cache.context(stream, substream) ?? this.fetch(substream, ste);
    if (!isFault(context)) cache.keepContext(stream, substream, context);
    return context;
  }

  protected fetch(substream: number, { stage1, stage2 }: Ste): ContextDescriptor | Fault {
    const { memory, locate } = this.options;
    if (!stage1) return { id: EventId.BadSubstreamId };
    const place = this.placeOf(BigInt(substream), stage1, stage2);
    if (typeof place !== 'bigint') return place;
    const at = locate(stage2, place, FaultClass.ContextDescriptor);
    if (typeof at !== 'bigint') return at;
    const mayStall = this.options.stalls && !stage1.forbidsStalls;
    return readContext(memory, at, mayStall);
  }

  /** 5.3, 5.4: tables of one level and of two. C_BAD_SUBSTREAMID where a leaf is missing. HW-SMU-05 */
  protected placeOf(
    substream: bigint,
    { contextTable, format, substreamBits }: Stage1Config,
    stage2: Stage2Config | undefined,
  ): bigint | Fault {
    if (format === ContextFormat.Linear || substreamBits === 0n) {
      return contextTable + substream * DESCRIPTOR_SIZE;
    }
    const { memory, locate } = this.options;
    const perLeaf = leafBits(format);
    const entry = contextTable + (substream >> perLeaf) * 8n;
    const at = locate(stage2, entry, FaultClass.ContextDescriptor);
    if (typeof at !== 'bigint') return at;
    const leaf = decodeLevel1Context(memory.read64(at));
    if (leaf === undefined) return { id: EventId.BadSubstreamId };
    return leaf + (substream & ((1n << perLeaf) - 1n)) * DESCRIPTOR_SIZE;
  }
}
