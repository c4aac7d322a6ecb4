import type { EventRecord } from '#formats/smmuv3/events.ts';

/** Why a request, or a read of a table on its behalf, went no further. */
export type Fault = Pick<EventRecord, 'id' | 'secondStage'>;

export function isFault(result: object): result is Fault {
  return 'id' in result;
}
