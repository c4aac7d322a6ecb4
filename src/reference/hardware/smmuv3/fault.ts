/** SMMUv3, 7.3: the events that this unit records. HW-SMU-27 */
export const EventId = {
  BadStreamId: 0x02,
  SteFetch: 0x03,
  BadSte: 0x04,
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

/** Why a request, or a read of a table on its behalf, went no further. */
export interface Fault {
  readonly id: EventId;
  /** In the second stage, for this address of the first one's output. */
  readonly secondStage?: { readonly address: bigint; readonly class: FaultClass };
}

export function isFault(result: object): result is Fault {
  return 'id' in result;
}
