import { abi } from './abi.ts';
import type { Requirement, RequirementTable } from '../requirement.ts';

/** Every family, in reading order. */
export const families: readonly RequirementTable[] = [abi];

/** Every requirement, in reading order. */
export const all: readonly Requirement[] = families.flatMap(({ requirements }) => requirements);

/** Every requirement, by its id. */
export const byId: ReadonlyMap<string, Requirement> = new Map(all.map((each) => [each.id, each]));
