import * as feature from '#uapi/vfio/feature.ts';

import { named, parameter, re, size } from './parameter.ts';

const states: ReadonlyMap<string, number> = new Map([
  ['ERROR', feature.VFIO_DEVICE_STATE_ERROR],
  ['STOP', feature.VFIO_DEVICE_STATE_STOP],
  ['RUNNING', feature.VFIO_DEVICE_STATE_RUNNING],
  ['STOP_COPY', feature.VFIO_DEVICE_STATE_STOP_COPY],
  ['RESUMING', feature.VFIO_DEVICE_STATE_RESUMING],
  ['RUNNING_P2P', feature.VFIO_DEVICE_STATE_RUNNING_P2P],
  ['PRE_COPY', feature.VFIO_DEVICE_STATE_PRE_COPY],
  ['PRE_COPY_P2P', feature.VFIO_DEVICE_STATE_PRE_COPY_P2P],
]);

/** As features name it. */
export function stateName(value: number): string {
  return [...states].find(([, number]) => number === value)?.[0] ?? String(value);
}

/** How much of what was read of one is written to another. */
export interface Share {
  /** Bytes, from the start. */
  readonly most: bigint | undefined;
  readonly allBut: bigint;
}

/** A device on its way to another host. */
export const migration = {
  /** VFIO_DEVICE_STATE_*. */
  deviceState: parameter(
    re(`(${[...states.keys()].join('|')}|\\d+)`),
    (text = ''): number => states.get(text) ?? Number(text),
  ),
  migrationData: named('migration data', 'migration data'),
  share: parameter(
    re(`(?:the first (${size})|all but (${size})|all)`),
    function (most, allBut): Share {
      return {
        most: most === undefined ? undefined : this.size(most),
        allBut: allBut === undefined ? 0n : this.size(allBut),
      };
    },
  ),
};
