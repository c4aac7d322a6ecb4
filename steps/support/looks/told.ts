import { AssertionError } from 'chai';

import type { DeviceHandle } from '../handles.ts';
import type { World } from '../world.ts';

/** What a bench tells of a device since the last look: `was answered`, and what the columns of a line are. */
export interface Told {
  readonly device: DeviceHandle;
  readonly verb: string;
  readonly columns: string;
  readonly sorted?: (lines: readonly string[]) => readonly string[];
}

/** Notes what was seen, and fails where that is not what was expected: lines in an order that counts, or after `sorted`. */
export function compareTold(
  world: World,
  { device, verb, columns, sorted = (lines) => lines }: Told,
  seen: readonly string[],
  expected: readonly string[],
): void {
  const shown = (lines: readonly string[]): string => lines.join(', ') || 'nothing';
  world.trace.note(`bench: device "${device.name}" ${verb} ${shown(seen)}`);
  const [left, right] = [shown(sorted(seen)), shown(sorted(expected))];
  if (left === right) return;
  throw new AssertionError(
    `device "${device.name}" ${verb} ${left}; expected ${right} (${columns})`,
  );
}
