import type { Iova } from '#formats/addresses.ts';
import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';

import type { Translation } from './translation.ts';

const { first, last } = INTERRUPT_MESSAGES;

/** VT-d, 3.13 Handling Requests to Interrupt Address Range, and of others alike: never an address in memory. */
export function isInterrupt(iova: Iova): boolean {
  return first <= iova && iova <= last;
}

/** A page or a mapping may reach over the interrupts; a translation may not. */
export function beforeInterrupts(found: Translation, iova: Iova): Translation {
  const reaches = iova < first && first < iova + found.bytesToBorder;
  return reaches ? { ...found, bytesToBorder: first - iova } : found;
}
