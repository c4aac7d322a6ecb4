import { implementation as reference, referenceOf } from '#adapters/reference/index.ts';
import type { Implementation, StartOptions } from '#port/implementation.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { catalogue } from './catalogue.ts';
import { withBug } from './mutant.ts';

/** The reference with one bug: `--adapter ./src/mutants/adapter.ts --adapter-option mutant=SEED-0001`. */
export const implementation: Implementation = {
  name: 'mutant',
  settings: async (given) => ({
    mutant: { takes: 'text', says: 'the id of a seeded bug, such as SEED-0001' },
    ...(await reference.settings?.(given)),
  }),
  machines: (settings) => mutated(settings).machines(settings),
  start: (options) => mutated(options.settings).start(options),
};

function mutated({ mutant: id }: StartOptions['settings']): Implementation {
  const mutant = catalogue.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`there is no mutant ${id ?? '(set "mutant")'}`);
  return referenceOf('mutant', withBug(defaultParts, mutant));
}
