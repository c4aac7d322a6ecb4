import type { CoordinatorTransformValues, Plugin } from '@cucumber/cucumber/api';

import { needsOf, placeTag } from '#conformance/tags.ts';
import type { Feature } from '#port/features.ts';
import { looksAtDevice, placesOf } from '#port/places.ts';
import type { Place } from '#port/places.ts';

/** What the plugin is told. */
export interface EachMachineOptions {
  readonly places: readonly Place[];
  /** Only on the first machine that fits. */
  readonly firstOnly: boolean;
}

type Filterable = CoordinatorTransformValues['pickles:filter'][number];

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

function onEachMachine(
  scenario: Filterable,
  { places, firstOnly }: EachMachineOptions,
): readonly Filterable[] {
  const needs = needsOf<Feature>(scenario.pickle.tags.map(({ name }) => name));
  const fit = looksAtDevice(needs) ? placesOf(needs, places) : [];
  const wanted = firstOnly ? fit.slice(0, 1) : fit;
  return wanted.length === 0 ? [scenario] : wanted.map(({ name }) => onMachine(scenario, name));
}

/** The pickle stays the same, for everybody who looks it up by its id. */
function onMachine({ pickle, ...rest }: Filterable, machine: string): Filterable {
  const tag = { name: placeTag(machine), astNodeId: '' };
  return { ...rest, pickle: { ...pickle, tags: [...pickle.tags, tag] } };
}
