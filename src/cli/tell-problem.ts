import { AdapterError } from '#adapters/checked.ts';
import { readable } from '#conformance/said.ts';
import { ImplementationBroken } from '#port/implementation.ts';

import { Problem } from './problem.ts';

/** In one sentence, where the user can do something about it; any other error goes on. */
export function tellProblem(error: unknown): void {
  const known = [Problem, AdapterError, ImplementationBroken].some((kind) => error instanceof kind);
  if (!known) throw error;
  console.error(readable((error as Error).message.split('\n')[0] ?? ''));
  if (error instanceof Problem && error.advice !== undefined) console.error(error.advice);
}
