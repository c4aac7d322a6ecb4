import { loadAdapter } from '#adapters/registry.ts';
import type { Machine, StartOptions } from '#port/implementation.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';
import { needed, onVfio } from '#random/vfio/sequence.ts';

import { chosenMachines } from './machines.ts';

/** `npm run random -- --vfio`: sequences of calls on containers, groups and devices, on one machine or on two side by side. */

export interface VfioRun {
  readonly adapter: string;
  readonly against?: string | undefined;
  /** Of `against`, or else of `adapter`. */
  readonly settings: StartOptions['settings'];
  /** A name, on either adapter; the first that fits where it is left out. */
  readonly machine?: string | undefined;
  readonly plan: Plan;
}

/** Longer than any call takes. */
const timeoutMs = 30_000;

export async function runOnVfio(wanted: VfioRun): Promise<Report> {
  const { adapter, against, settings, machine, plan } = wanted;
  const first = await start(adapter, against === undefined ? settings : {}, machine);
  const second = against === undefined ? undefined : await start(against, settings, undefined);
  console.log(
    `${plan.calls} calls of VFIO to ${[first, second].flatMap((each) => each?.identity.name ?? []).join(' and ')}, seed ${plan.seed}`,
  );
  const options = machine === undefined ? '--vfio' : `--vfio --machine ${machine}`;
  try {
    return await runSequences(onVfio({ first, ...(second && { second }), options }), plan);
  } finally {
    for (const each of [first, second]) await each?.stop().catch(() => undefined);
  }
}

async function start(
  adapter: string,
  settings: StartOptions['settings'],
  name: string | undefined,
): Promise<Machine> {
  const implementation = await loadAdapter(adapter);
  const [found] = await chosenMachines(
    { implementation, settings, machine: name },
    { needed, that: 'for calls of VFIO', those: `machines that have ${needed.join(', ')}` },
  );
  return implementation.start({ machine: found!.name, timeoutMs, settings });
}
