import type { Plugin } from '@cucumber/cucumber/api';
import type { Pickle } from '@cucumber/messages';

import { isOfAnyIommu, needsOf, placeTag } from '#conformance/tags.ts';
import type { Feature } from '#port/features.ts';
import { looksAtDevice, placesOf } from '#port/places.ts';
import type { Place } from '#port/places.ts';

/** What the plugin is told. */
export interface EachMachineOptions {
  readonly places: readonly Place[];
  /** Only on the first machine that fits. */
  readonly firstOnly: boolean;
}

interface Scenario {
  readonly pickle: Pickle;
}

/** A scenario that looks at a device becomes a test case for each machine of another kind, with a tag that names it. */
export const plugin: Plugin<EachMachineOptions> = {
  type: 'plugin',
  coordinator({ operation, transform, options }) {
    if (operation !== 'runCucumber') return;
    transform('pickles:filter', (pickles) =>
      pickles.flatMap((pickle) => onEachMachine(pickle, options)),
    );
  },
};

/** The same scenario for each machine that it runs on, or as it is where it runs on one only. */
export function onEachMachine<T extends Scenario>(
  scenario: T,
  options: EachMachineOptions,
): readonly T[] {
  const { tags } = scenario.pickle;
  return machinesFor(tags, options).map((machine) =>
    machine === undefined ? scenario : onMachine(scenario, machine),
  );
}

/** On which machines a scenario with these tags runs; undefined is the first that fits, which nobody has to name. */
export function machinesFor(
  tags: readonly { readonly name: string }[],
  { places, firstOnly }: EachMachineOptions,
): readonly (string | undefined)[] {
  const names = tags.map(({ name }) => name);
  const needs = needsOf<Feature>(names);
  const fit = looksAtDevice(needs) && !isOfAnyIommu(names) ? placesOf(needs, places) : [];
  const wanted = firstOnly ? fit.slice(0, 1) : fit;
  return wanted.length === 0 ? [undefined] : wanted.map(({ name }) => name);
}

/** The pickle stays the same, for everybody who looks it up by its id. */
function onMachine<T extends Scenario>(scenario: T, machine: string): T {
  const { pickle } = scenario;
  const tag = { name: placeTag(machine), astNodeId: '' };
  return { ...scenario, pickle: { ...pickle, tags: [...pickle.tags, tag] } };
}
