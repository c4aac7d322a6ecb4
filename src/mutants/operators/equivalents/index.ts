import type { Equivalent } from './equivalent.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';

/** All of them. */
export const list: readonly Equivalent[] = [...kernel, ...memory];
