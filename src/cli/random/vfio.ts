import { loadAdapter } from '#adapters/registry.ts';
import { featuresOf } from '#port/derived-features.ts';
import type { Machine, StartOptions } from '#port/implementation.ts';
import { runSequences, type Plan, type Report } from '#random/run.ts';
import { needed, onVfio } from '#random/vfio/sequence.ts';

import { Problem } from '../problem.ts';

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
  const all = (await implementation.machines(settings)).filter((each) => {
    const features = featuresOf(each);
    return needed.every((need) => features.includes(need));
  });
  const found = all.find((each) => name === undefined || each.name === name);
  if (found !== undefined)
    return implementation.start({ machine: found.name, timeoutMs, settings });
  const known = all.map((each) => each.name).join(', ') || 'none';
  throw new Problem(
    `adapter ${adapter} has no machine${name === undefined ? '' : ` called ${name}`} for calls of VFIO`,
    `machines that have ${needed.join(', ')}: ${known}`,
  );
}
