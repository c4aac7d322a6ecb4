import { exitCodeOf } from '#ending/signals.ts';

import type { Progress } from './progress.ts';
import type { Session } from './session.ts';
import { painter } from './style.ts';
import { summary } from './summary.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Reports are written also when the user ends the run, and when an exception ends this process. */
export function closeOnSignal(session: Session, progress: Progress): () => void {
  const onSignal = (signal: (typeof signals)[number]): void => {
    progress.end();
    const { record, result } = session.close(`interrupted by ${signal}`);
    console.log(summary(record, result, painter(process.stdout)));
    console.log(`report: ${session.folder} (no HTML, as the run was interrupted)`);
    process.exit(exitCodeOf(signal));
  };
  const onExit = (): void => void session.close('the process ended');
  for (const signal of signals) process.once(signal, onSignal);
  process.once('exit', onExit);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('exit', onExit);
  };
}
