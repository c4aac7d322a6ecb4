import { bit, type Layout } from './bits.ts';

/** AMD I/O Virtualization Technology (48882), MMIO offset 0030h: the extended feature register. */
export const extendedFeatures: Layout = {
  name: 'extended feature register',
  size: 64,
  fields: { GTSup: bit(4), IASup: bit(6), HASup: bit(49), HDSup: bit(52) },
};
