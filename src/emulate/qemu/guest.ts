import { join } from 'node:path';

import { compiled } from '#lab/compile.ts';

const folder = join(__dirname, 'guest');
const flags = [
  ...['-m32', '-O1', '-Wall', '-Wextra', '-ffreestanding', '-nostdlib', '-fno-pic', '-no-pie'],
  ...['-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-Wl,--build-id=none'],
  ...['-T', join(folder, 'guest.ld')],
];

/** The program that is all of the guest, for `-kernel` of QEMU for x86; compiled where it is not yet. Throws LabError. */
export function guestProgram(): Promise<string> {
  return compiled({ what: 'the guest', folder, flags, name: 'guest' });
}

function good(...what: readonly string[]): readonly string[] {
  return what.map((each) => `${each}: as it should be`);
}

const alone = good(...['edu', 'INTx', 'INTx again', 'INTx acknowledged', 'MSI', 'DMA both ways']);
const behindVtd = good(
  'DMA through tables of the guest',
  'DMA in another domain',
  'DMA to what only the first domain has',
);

/** What it says on its serial port, a line each, where all is as on hardware. */
export const sayings = {
  plain: ['guest', ...alone, 'no VT-d', 'end'],
  'vt-d': ['guest', ...alone, ...behindVtd, 'VT-d: all steps', 'end'],
} as const satisfies Record<string, readonly string[]>;

/** Its last words, after the device was taken away. */
export const farewell = 'device given up';
