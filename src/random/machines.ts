import { featuresOf } from '#port/derived-features.ts';
import type { Feature } from '#port/features.ts';
import type { Implementation, Machine, StartOptions } from '#port/implementation.ts';

export interface Machines {
  /** What the results of the other one are compared with, and whose invariants are checked. */
  readonly first: Machine;
  readonly second?: Machine;
  /** What all of them have. */
  readonly features: ReadonlySet<Feature>;
  /** Invariants are checked after so many calls. */
  readonly every: number;
  /** Called with the id of each known difference that was met. */
  readonly met: (id: string) => void;
}

export interface Started {
  readonly machine: Machine;
  readonly features: readonly Feature[];
}

/** Longer than any call takes. */
const timeoutMs = 30_000;

/** The first machine of an implementation that has mock devices; undefined where none has. */
export async function startMock(
  implementation: Implementation,
  settings: StartOptions['settings'] = {},
): Promise<Started | undefined> {
  const machines = await implementation.machines(settings);
  const mock = machines.find(({ features }) => features.includes('test-cmd'));
  if (mock === undefined) return undefined;
  const machine = await implementation.start({ machine: mock.name, timeoutMs, settings });
  return { machine, features: featuresOf(mock) };
}

/** One machine, or two that are to do the same. */
export function sideBySide(
  [first, second]: readonly [Started, (Started | undefined)?],
  options: Pick<Machines, 'every' | 'met'>,
): Machines {
  return {
    ...options,
    first: first.machine,
    ...(second && { second: second.machine }),
    features: new Set(first.features.filter((each) => second?.features.includes(each) ?? true)),
  };
}
