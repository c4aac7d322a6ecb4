import type { EventRecord } from '#formats/smmuv3/events.ts';

/** Why a request, or a read of a table on its behalf, went no further. */
export interface Fault extends Pick<EventRecord, 'id' | 'secondStage'> {
  /** The stream's entry says that no event is to be left. */
  readonly silent?: boolean;
}

export function isFault(result: object): result is Fault {
  return 'id' in result;
}
