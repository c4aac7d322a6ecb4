import { AttachmentContentEncoding } from '@cucumber/messages';
import type { Envelope } from '@cucumber/messages';

import { mediaTypes } from '#conformance/media-types.ts';

import type { RunRecord } from './run-record.ts';

/** What is known of a run before it begins. */
export type Plan = Pick<RunRecord, 'suite' | 'adapter' | 'settings' | 'selection' | 'expectations'>;

/** The first message of a run, so that its messages alone are enough to make every report. */
export function planMessage(of: Plan): Envelope {
  const { suite, adapter, settings, selection, expectations } = of;
  const plan: Plan = { suite, adapter, settings, selection, expectations };
  return {
    attachment: {
      body: JSON.stringify(plan),
      contentEncoding: AttachmentContentEncoding.IDENTITY,
      mediaType: mediaTypes.plan,
    },
  };
}

/** The plan that these messages begin with. */
export function planOf([first]: readonly Envelope[]): Plan | undefined {
  if (first === undefined || !isPlan(first)) return undefined;
  return JSON.parse(first.attachment?.body ?? '') as Plan;
}

export function isPlan({ attachment }: Envelope): boolean {
  return attachment?.mediaType === mediaTypes.plan;
}
