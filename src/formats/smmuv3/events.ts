import { bits, field } from '../bits.ts';

export const EVENT_SIZE = 32n;

/** SMMUv3, 7.3: events that tell of refused requests. HW-SMU-27 */
export const EventId = {
  BadStreamId: 0x02,
  SteFetch: 0x03,
  BadSte: 0x04,
  BadAtsRequest: 0x05,
  StreamDisabled: 0x06,
  BadSubstreamId: 0x08,
  CdFetch: 0x09,
  BadCd: 0x0a,
  Translation: 0x10,
  AddressSize: 0x11,
  Access: 0x12,
  Permission: 0x13,
} as const;

export type EventId = (typeof EventId)[keyof typeof EventId];

/** 7.3.11: what was being read when a translation failed. */
export const FaultClass = { ContextDescriptor: 0, TableWalk: 1, Input: 2 } as const;

export type FaultClass = (typeof FaultClass)[keyof typeof FaultClass];

export interface EventRecord {
  readonly id: EventId;
  readonly stream: number;
  readonly substream: number | undefined;
  readonly address: bigint;
  readonly write: boolean;
  /** STAG, where the access waits for CMD_RESUME. */
  readonly stall?: number;
  /** In the second stage, for this address of the first one's output. */
  readonly secondStage?: { readonly address: bigint; readonly class: FaultClass };
}

const STALL = field(1, 31, 31);

/** SMMUv3, 7.3: the four words of an event record; one about configuration has the first only. HW-SMU-27 */
export function encodeEvent(record: EventRecord): bigint[] {
  const { id, stream, substream, address, write, stall, secondStage } = record;
  const hasSubstream = field(substream === undefined ? 0 : 1, 11, 11);
  const ids = field(id, 7, 0) | hasSubstream | field(substream ?? 0, 31, 12);
  const first = ids | field(stream, 63, 32);
  if (id < EventId.Translation) return [first, 0n, 0n, 0n];
  const direction = field(write ? 0 : 1, 35, 35);
  const stage = field(secondStage ? 1 : 0, 39, 39);
  const waits = stall === undefined ? 0n : STALL | field(stall, 15, 0);
  const kind = field(secondStage?.class ?? FaultClass.Input, 41, 40);
  const inner = (secondStage?.address ?? 0n) & 0x000f_ffff_ffff_f000n;
  return [first, direction | stage | kind | waits, address, inner];
}

/** Whom a record is about, as far as software asks before it hands the words on. */
export function decodeEvent([first = 0n, second = 0n, address = 0n]: readonly bigint[]): {
  readonly id: number;
  readonly stream: number;
  readonly substream: number | undefined;
  readonly isOfStage2: boolean;
  readonly isRead: boolean;
  readonly address: bigint;
  /** STAG of an access that waits. */
  readonly stall: number | undefined;
} {
  return {
    id: Number(bits(first, 7, 0)),
    stream: Number(bits(first, 63, 32)),
    substream: bits(first, 11, 11) ? Number(bits(first, 31, 12)) : undefined,
    isRead: bits(second, 35, 35) !== 0n,
    address,
    stall: second & STALL ? Number(bits(second, 15, 0)) : undefined,
    isOfStage2: bits(second, 39, 39) !== 0n,
  };
}

/** The same record, of another stream. */
export function withEventStream(
  [first = 0n, ...rest]: readonly bigint[],
  stream: bigint,
): bigint[] {
  return [(first & 0xffff_ffffn) | field(stream, 63, 32), ...rest];
}
