import { ioas } from './ioas.ts';
import type { Mutant } from './mutant.ts';

/** Every mutant, by folder of features and then by file. */
export const catalogue: readonly Mutant[] = [...ioas];
