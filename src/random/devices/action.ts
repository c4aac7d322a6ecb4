import fc from 'fast-check';

import type { Feature } from '#port/features.ts';

import { guestPages, ramPages, regions } from './addresses.ts';
import { guestVendorOf } from './vendor.ts';

/** What a random sequence on devices is made of: plain data. `nth` counts, modulo their number, those that there are. */

/** A device, the first or the second, or a PASID of it. */
export interface Requester {
  readonly device: number;
  readonly pasid: number | undefined;
}

/** A page of a guest, or what was changed last, by whomever: then it is as many pages as were changed. */
export type Spot = number | 'changed';

/** Where it reaches: page `page` of its guest, or of its IOAS; `stray` the one that its page table does not have. */
export interface Target {
  readonly page: Spot;
  readonly stray: boolean;
}

export type Action =
  | {
      readonly kind: 'map';
      readonly ioas: number;
      readonly at: number;
      readonly pages: number;
      readonly from: number;
      readonly write: boolean;
    }
  | { readonly kind: 'unmap'; readonly ioas: number; readonly nth: number }
  | {
      readonly kind: 'unmap range';
      readonly ioas: number;
      readonly at: number;
      readonly pages: number;
    }
  | { readonly kind: 'toggle tables'; readonly table: number }
  | { readonly kind: 'attach'; readonly who: Requester; readonly nth: number }
  | { readonly kind: 'detach'; readonly who: Requester }
  | { readonly kind: 'make'; readonly nth: number }
  | { readonly kind: 'destroy'; readonly nth: number }
  | { readonly kind: 'close'; readonly device: number }
  | {
      readonly kind: 'guest maps';
      readonly table: number;
      readonly page: Spot;
      readonly pages: number;
      readonly to: number;
      readonly write: boolean;
    }
  | {
      readonly kind: 'guest unmaps';
      readonly table: number;
      readonly page: Spot;
      readonly pages: number;
    }
  | {
      readonly kind: 'guest maps 2 MiB';
      readonly table: number;
      readonly region: number;
      readonly write: boolean;
    }
  | { readonly kind: 'guest replaces'; readonly table: number; readonly region: number }
  | {
      readonly kind: 'invalidate';
      readonly nth: number;
      readonly page: Spot;
      readonly pages: number | 'everything';
      readonly leaves: boolean;
    }
  | {
      readonly kind: 'access';
      readonly who: Requester;
      readonly at: Target;
      readonly pages: number;
      readonly write: boolean;
    }
  | {
      readonly kind: 'request';
      readonly who: Requester;
      readonly at: Target;
      readonly perm: number;
    }
  | {
      readonly kind: 'begin';
      readonly who: Requester;
      readonly at: Target;
      readonly write: boolean;
    }
  | { readonly kind: 'go on'; readonly nth: number }
  | { readonly kind: 'read queue' }
  | { readonly kind: 'answer'; readonly nth: number; readonly code: number };

export type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

type Values<K extends Action['kind']> = {
  [F in keyof Omit<ActionOf<K>, 'kind'>]: fc.Arbitrary<ActionOf<K>[F]>;
};

const nth = fc.nat(7);
const device = fc.nat(1);
/** The first device more often: what happens around one place is what shows. */
const who = fc.record<Requester>({
  device: fc.constantFrom(0, 0, 0, 1),
  pasid: fc.constantFrom(undefined, undefined, undefined, 7, 7, 8),
});
const table = fc.constantFrom(0, 0, 0, 1);
const ioas = fc.constantFrom(0, 0, 1);
const region = fc.nat(regions - 1);
const ramPage = fc.nat(ramPages - 1);
/** Mostly what was changed last, and the first pages of each region: so that a use, a change, a flush and a use meet. */
const guestPage = fc.oneof(
  { weight: 5, arbitrary: fc.constant('changed' as const) },
  { weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 2, 8, 9, 16) },
  { weight: 1, arbitrary: fc.nat(guestPages - 1) },
);
const few = fc.constantFrom(1, 1, 1, 2, 2, 3, 4);
const mostly = fc.constantFrom(true, true, true, false);
const seldom = fc.constantFrom(true, ...Array.from({ length: 11 }, () => false));
const at = fc.record<Target>({ page: guestPage, stray: seldom });

/** How often it comes up beside the others. */
export interface Weighted {
  readonly weight: number;
  readonly action: fc.Arbitrary<Action>;
}

function action<K extends Action['kind']>(weight: number, kind: K, values: Values<K>): Weighted {
  const drawn = Object.entries<fc.Arbitrary<unknown>>(values);
  const arbitrary = fc.record(Object.fromEntries(drawn));
  const made = arbitrary.map((fields) => ({ ...fields, kind }) as unknown as Action);
  return { weight, action: made };
}

const host: readonly Weighted[] = [
  action(40, 'access', { who, at, pages: fc.constantFrom(1, 1, 1, 2, 3), write: fc.boolean() }),
  action(4, 'map', { ioas, at: ramPage, pages: few, from: ramPage, write: mostly }),
  action(3, 'unmap', { ioas, nth }),
  action(2, 'unmap range', { ioas, at: ramPage, pages: few }),
  action(5, 'attach', { who, nth }),
  action(2, 'detach', { who }),
  action(1, 'make', { nth }),
  action(1, 'destroy', { nth }),
  action(1, 'close', { device }),
];

const guest: readonly Weighted[] = [
  action(1, 'toggle tables', { table }),
  action(16, 'guest maps', { table, page: guestPage, pages: few, to: ramPage, write: mostly }),
  action(5, 'guest unmaps', { table, page: guestPage, pages: few }),
  action(1, 'guest maps 2 MiB', { table, region, write: mostly }),
  action(2, 'guest replaces', { table, region }),
  action(18, 'invalidate', {
    nth,
    page: guestPage,
    pages: fc.constantFrom(1, 1, 1, 2, 3, 5, 7, 9, 511, 513, 'everything' as const),
    leaves: seldom,
  }),
];

const faults: readonly Weighted[] = [
  action(3, 'request', { who, at, perm: fc.constantFrom(1, 2, 3) }),
  action(4, 'begin', { who, at, write: fc.boolean() }),
  action(5, 'go on', { nth }),
  action(4, 'read queue', {}),
  action(5, 'answer', { nth, code: fc.constantFrom(0, 0, 1) }),
];

/** Accesses most of all; then what a guest does with its tables, where there can be one. */
export function actionsOn(features: ReadonlySet<Feature>): readonly Weighted[] {
  const nests = guestVendorOf(features) !== undefined;
  return [
    ...host,
    ...(nests ? guest : []),
    ...(features.has('dma-with-page-requests') ? faults : []),
  ];
}
