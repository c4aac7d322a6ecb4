import { bit, bits, type Layout } from './bits.ts';

/** PCI Express, by the names and the bits of the base specification; what a user of VFIO can see of it. */

interface ExtendedRegister {
  /** Id of the extended capability. */
  readonly capability: number;
  /** Bytes from the head of the capability. */
  readonly offset: number;
  readonly layout: Layout;
}

const [ATS, PAGE_REQUESTS] = [0x0f, 0x13];

function register(
  capability: number,
  offset: number,
  name: string,
  fields: Layout['fields'],
): readonly [string, ExtendedRegister] {
  return [name, { capability, offset, layout: { name, size: 16, fields } }];
}

/** By their names: 10.5.1.2, 10.5.1.3, 10.5.2.2, 10.5.2.3, and the low halves of 10.5.2.4 and 10.5.2.5. */
export const extendedRegisters: ReadonlyMap<string, ExtendedRegister> = new Map([
  register(ATS, 4, 'ATS capability', { QueueDepth: bits(4, 0), PageAligned: bit(5) }),
  register(ATS, 6, 'ATS control', { STU: bits(4, 0), E: bit(15) }),
  register(PAGE_REQUESTS, 4, 'PRI control', { E: bit(0), R: bit(1) }),
  register(PAGE_REQUESTS, 6, 'PRI status', { RF: bit(0), UPRGI: bit(1), S: bit(8), PRPR: bit(15) }),
  register(PAGE_REQUESTS, 8, 'PRI capacity', {}),
  register(PAGE_REQUESTS, 12, 'PRI allocation', {}),
]);
