import { implementation as reference, referenceOf } from '#adapters/reference/index.ts';
import type { Implementation, StartOptions } from '#port/implementation.ts';
import type { StartVmm } from '#port/vmm.ts';
import { vmmOf } from '#vmm/vmm.ts';

import { catalogue } from './catalogue.ts';
import { originalParts, withBug } from './mutant.ts';

/** The reference with one bug: `--adapter ./src/mutants/adapter.ts --adapter-option mutant=SEED-0001`. */
export const implementation: Implementation = {
  name: 'mutant',
  settings: async (given) => ({
    mutant: { takes: 'text', says: 'the id of a seeded bug, such as SEED-0001' },
    ...(await reference.settings?.(given)),
  }),
  machines: (settings) => mutated(settings).reference.machines(settings),
  async start(options) {
    const { reference: bugged, startVmm } = mutated(options.settings);
    return Object.assign(await bugged.start(options), { startVmm });
  },
};

interface Mutated {
  readonly reference: Implementation;
  readonly startVmm: StartVmm;
}

function mutated({ mutant: id }: StartOptions['settings']): Mutated {
  const mutant = catalogue.find((each) => each.id === id);
  if (mutant === undefined) throw new Error(`there is no mutant ${id ?? '(set "mutant")'}`);
  const { vmm, ...parts } = withBug(originalParts, mutant);
  return { reference: referenceOf('mutant', parts), startVmm: vmmOf(vmm) };
}
