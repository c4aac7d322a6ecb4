import fc from 'fast-check';

import type { Backend } from '#port/vmm.ts';

/** What is asked of a VMM, or of its guest. Pages are counted from the beginning of the window. */

export const ramNames = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
export const deviceNames = ['nic', 'disk'] as const;

export type RamName = (typeof ramNames)[number];
export type DeviceName = (typeof deviceNames)[number];

/** Where the guest may have memory: so many pages from there on, below the interrupt windows of every IOMMU. */
export const window = { base: 0x100_0000n, pages: 32 };

export type GuestStep =
  | {
      readonly kind: 'add';
      readonly name: RamName;
      readonly page: number;
      readonly pages: number;
      readonly readOnly: boolean;
      readonly shared: boolean;
    }
  | { readonly kind: 'remove'; readonly name: RamName }
  | {
      readonly kind: 'plug';
      readonly device: DeviceName;
      readonly backend: Backend;
      /** Of the iommufd. */
      readonly object: string;
    }
  | { readonly kind: 'unplug'; readonly device: DeviceName }
  | { readonly kind: 'store'; readonly page: number; readonly seed: number }
  | {
      readonly kind: 'dma';
      readonly device: DeviceName;
      readonly page: number;
      /** What is written; a read where there is none. */
      readonly seed: number | undefined;
    }
  | { readonly kind: 'look'; readonly device: DeviceName };

const ram = fc.constantFrom(...ramNames);
const device = fc.constantFrom(...deviceNames);
const page = fc.nat(window.pages - 1);
const seed = fc.integer({ min: 1, max: 255 });

function kind<K extends GuestStep['kind'], F extends object>(
  name: K,
  fields: { [P in keyof F]: fc.Arbitrary<F[P]> },
): fc.Arbitrary<{ readonly kind: K } & F> {
  return fc.record(fields).map((values) => ({ kind: name, ...(values as F) }));
}

/** With the weights that they are drawn by. */
export const steps: readonly (readonly [weight: number, step: fc.Arbitrary<GuestStep>])[] = [
  [
    5,
    kind('add', {
      name: ram,
      page,
      pages: fc.integer({ min: 1, max: 6 }),
      readOnly: fc.boolean(),
      shared: fc.boolean(),
    }),
  ],
  [3, kind('remove', { name: ram })],
  [
    3,
    kind('plug', {
      device,
      backend: fc.constantFrom<Backend>('legacy', 'iommufd'),
      object: fc.constantFrom('', 'other'),
    }),
  ],
  [2, kind('unplug', { device })],
  [4, kind('store', { page, seed })],
  [6, kind('dma', { device, page, seed: fc.option(seed, { nil: undefined }) })],
  [2, kind('look', { device })],
];
