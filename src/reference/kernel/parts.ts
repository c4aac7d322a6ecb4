import { AddressSpace } from './mm/address-space.ts';
import { Memfd } from './mm/memfd.ts';
import { Pages } from './mm/pages.ts';

/**
 * The classes that the kernel and the hardware are built from. A mutant replaces one; there are no other hooks. Code
 * that makes an instance of a listed class takes it from the `Parts` it was given, never by its import.
 */
export const defaultParts = {
  AddressSpace,
  Memfd,
  Pages,
};

export type Parts = typeof defaultParts;
