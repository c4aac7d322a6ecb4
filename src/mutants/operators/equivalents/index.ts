import type { Equivalent } from './equivalent.ts';

/** All of them. */
export const list: readonly Equivalent[] = [];
