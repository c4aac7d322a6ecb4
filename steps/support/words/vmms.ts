import type { Backend, GuestRam } from '#port/vmm.ts';

import { parameter, quoted, re } from './parameter.ts';

/** RAM of the guest that is yet to be, without its place. */
type NewRam = Pick<GuestRam, 'name' | 'readOnly' | 'shared'>;

/** By which a device comes to the guest's memory. */
interface BackendOf {
  readonly backend: Backend;
  /** Of the iommufd, where there are several. */
  readonly object: string;
}

export const vmms = {
  newRam: parameter(re(`(shared )?(RAM|ROM) ${quoted}`), (shared, kind, name = ''): NewRam => ({
    name,
    readOnly: kind === 'ROM',
    shared: shared !== undefined,
  })),
  /** Pages of a RAM, from 0; undefined for all that there are. */
  dirtyPages: parameter(/(no page|every page|pages? \d+(?:, \d+)*)/, function (numbers) {
    if (numbers === 'no page') return [];
    if (numbers === 'every page') return undefined;
    return numbers
      ?.replace(/^pages? /, '')
      .split(', ')
      .map(Number);
  }),
  backend: parameter(
    re(`(legacy|iommufd)(?: object ${quoted})?`),
    (backend, object = ''): BackendOf => ({ backend: backend as Backend, object }),
  ),
};
