import type { Equivalent } from './equivalent.ts';
import { kernel } from './kernel.ts';

/** All of them. */
export const list: readonly Equivalent[] = kernel;
