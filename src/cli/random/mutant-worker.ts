import { implementation } from '#mutants/adapter.ts';
import { deviceMachines, startDevices } from '#random/devices/machines.ts';
import { onDevices } from '#random/devices/sequence.ts';
import { sideBySide, startMock } from '#random/machines.ts';
import { run, runSequences, type Report } from '#random/run.ts';

import { deviceChecks } from './devices.ts';
import type { Task, Told, Tried } from './mutant-protocol.ts';

/** A process of `npm run random -- --mutants`: it makes random calls to one mutant after the other. */

async function onMock({ mutant: id, machines: _, ...plan }: Task): Promise<Report> {
  const started = await startMock(implementation, { mutant: id });
  if (started === undefined) throw new Error(`${id} has no machine with test-cmd`);
  const machines = sideBySide([started], { every: 1, met: () => undefined });
  return run(machines, { ...plan, shrinks: false });
}

/** One machine after the other, up to a failure. */
async function onMachines(
  { mutant: id, machines: _, ...plan }: Task,
  names: readonly string[],
): Promise<Report> {
  const settings = { mutant: id };
  let [calls, sequences] = [0, 0];
  for (const description of await deviceMachines(implementation, settings)) {
    if (!names.includes(description.name)) continue;
    const options = { every: deviceChecks, settings };
    const running = await startDevices(implementation, description, options);
    const report = await runSequences(onDevices(running), { ...plan, shrinks: false });
    [calls, sequences] = [calls + report.calls, sequences + report.sequences];
    if (report.failure !== undefined) return { ...report, calls, sequences };
  }
  return { calls, sequences };
}

async function attempt(task: Task): Promise<Tried> {
  const { mutant, machines } = task;
  const made = await (machines === undefined ? onMock(task) : onMachines(task, machines));
  const { calls, failure } = made;
  const told = { kind: 'tried', mutant, calls } as const;
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
