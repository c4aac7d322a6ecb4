import type { Hpa, Iova } from './bus.ts';

const PAGE_SIZE = 4096n;
/** Of x86: what a device writes there is an interrupt, and goes to no memory. */
const INTERRUPTS_FIRST = 0xfee0_0000n;
const INTERRUPTS_END = 0xfef0_0000n;

export interface Translation {
  readonly address: Hpa;
  readonly bytesToBorder: bigint;
}

/** A request that goes through as it is. */
export function untranslated(iova: Iova): Translation {
  return { address: iova, bytesToBorder: PAGE_SIZE - (iova % PAGE_SIZE) };
}

export function isInterrupt(iova: Iova): boolean {
  return INTERRUPTS_FIRST <= iova && iova < INTERRUPTS_END;
}

/** A page or a mapping may reach over the interrupts; a translation of `bytes` from `iova` on may not. */
export function bytesToInterrupts(iova: Iova, bytes: bigint): bigint {
  const reaches = iova < INTERRUPTS_FIRST && INTERRUPTS_FIRST < iova + bytes;
  return reaches ? INTERRUPTS_FIRST - iova : bytes;
}
