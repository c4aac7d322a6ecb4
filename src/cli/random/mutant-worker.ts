import { implementation } from '#mutants/adapter.ts';
import { sideBySide, startMock } from '#random/machines.ts';
import { run } from '#random/run.ts';

import type { Task, Told, Tried } from './mutant-protocol.ts';

/** A process of `npm run random -- --mutants`: it makes random calls to one mutant after the other. */

async function attempt({ mutant: id, calls, seed, longest }: Task): Promise<Tried> {
  const started = await startMock(implementation, { mutant: id });
  if (started === undefined) throw new Error(`${id} has no machine with test-cmd`);
  const machines = sideBySide([started], { every: 1, met: () => undefined });
  const plan = { calls, seed, longest, shrinks: false };
  const { calls: made, failure } = await run(machines, plan);
  const told = { kind: 'tried', mutant: id, calls: made } as const;
  if (failure === undefined) return told;
  const notice = failure.broken ? 'broken' : 'difference';
  return { ...told, notice, cause: failure.cause.split('\n')[0] ?? '' };
}

function tell(told: Told): void {
  process.send?.(told);
}

setInterval(() => tell({ kind: 'alive' }), 1000).unref();
// Ctrl-C goes to all processes of a terminal: the command decides.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (task: Task) => void attempt(task).then(tell));
