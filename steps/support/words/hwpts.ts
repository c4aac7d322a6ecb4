import type { GuestTableHandle, Handle } from '../handles.ts';
import { objectNamed } from './names.ts';
import { parameter, quoted, re } from './parameter.ts';

export type HwptSort =
  'ordinary' | 'nesting' | 'nested' | 'dirty-tracking' | 'dirty-tracking nesting';

/** A page table to be made by hand. */
export interface NewHwpt {
  readonly name: string;
  readonly sort: HwptSort;
  /** Of the mock device's kind that has entries of 1 MiB. */
  readonly huge: boolean;
  /** Object id of the fault queue. */
  readonly fault: number | undefined;
  /** What a nested one is to walk; without it, it is one of a mock device. */
  readonly table: GuestTableHandle | undefined;
}

/** A page table for PASIDs, to be made by hand. */
export interface NewPasidHwpt {
  readonly name: string;
  readonly sort: 'ordinary' | 'nesting' | 'nested' | 'dirty-tracking';
  /** Object id of the fault queue. */
  readonly fault: number | undefined;
}

export const hwpts = {
  newHwpt: parameter(
    re(
      `a (?:(nesting|nested|dirty-tracking|dirty-tracking nesting) )?HWPT ${quoted}(?: with (?:(huge entries)|page table ${quoted}|fault queue ${quoted}))?`,
    ),
    function (sort, name, huge, table, fault): NewHwpt {
      return {
        name: name ?? '',
        sort: (sort ?? 'ordinary') as HwptSort,
        huge: huge !== undefined,
        table: table === undefined ? undefined : this.handles.get('guest table', table),
        fault: fault === undefined ? undefined : this.handles.get('fault queue', fault).id,
      };
    },
  ),
  newPasidHwpt: parameter(
    re(`a (nesting |nested |dirty-tracking )?PASID HWPT ${quoted}(?: with fault queue ${quoted})?`),
    function (sort = 'ordinary', name, fault): NewPasidHwpt {
      return {
        name: name ?? '',
        sort: sort.trim() as NewPasidHwpt['sort'],
        fault: fault === undefined ? undefined : this.handles.get('fault queue', fault).id,
      };
    },
  ),
  standing: parameter(
    re(`is not attached|is attached to (HWPT|the page table of device) ${quoted}`),
    function (kind, name): Handle | undefined {
      return kind === undefined ? undefined : objectNamed(this, { id: undefined, kind, name });
    },
  ),
};
