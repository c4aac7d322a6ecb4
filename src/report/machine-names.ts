import type { Result, ScenarioResult } from './result.ts';
import { inPlace } from './scenario.ts';

/** What a scenario is called without the machine that it ran on. */
export function withoutPlace({ id, machine }: Pick<ScenarioResult, 'id' | 'machine'>): string {
  return machine === undefined ? id : id.slice(0, -inPlace('', machine).length);
}

/**
 * The scenarios of one result by the machines of another: those of the same kind of IOMMU have other names on another
 * implementation, and an older result tells of the first machine only.
 */
export function onMachinesOf(after: Result, before: Result): ScenarioResult[] {
  const names = sameKind(before, after);
  const first = new Map<string, string>();
  const placeless = new Set<string>();
  for (const each of after.scenarios) {
    const { machine } = each;
    if (machine === undefined) placeless.add(each.id);
    else if (!first.has(withoutPlace(each))) first.set(withoutPlace(each), machine);
  }
  return before.scenarios.map((each) => {
    const base = withoutPlace(each);
    if (placeless.has(base)) return placedOn(each, undefined);
    if (each.machine === undefined) return placedOn(each, first.get(base));
    return placedOn(each, names.get(each.machine) ?? each.machine);
  });
}

function placedOn(scenario: ScenarioResult, machine: string | undefined): ScenarioResult {
  const { machine: _, ...rest } = scenario;
  const id = inPlace(withoutPlace(scenario), machine);
  return machine === undefined ? { ...rest, id } : { ...rest, id, machine };
}

/** What the machines of `before` are called in `after`. */
function sameKind(before: Result, after: Result): ReadonlyMap<string, string> {
  const known = new Set(after.machines.map(({ name }) => name));
  const pairs = before.machines.map(({ name, iommu }) => {
    const other = after.machines.find((each) => iommu !== undefined && each.iommu === iommu);
    return [name, known.has(name) ? name : (other?.name ?? name)] as const;
  });
  return new Map(pairs);
}
