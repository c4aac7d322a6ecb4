import { constants } from 'node:os';

/** What a user ends a program by. */
export type EndingSignal = 'SIGINT' | 'SIGTERM';

/** As a shell has it: 130 for SIGINT. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

export interface Interruption {
  /** The first one that came, if any. */
  readonly signal: () => EndingSignal | undefined;
}

/** For work that ends where it likes: the first signal is kept for it, a second one ends the program at once. */
export function watchSignals(): Interruption {
  let seen: EndingSignal | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      seen = signal;
    });
  return { signal: () => seen };
}
