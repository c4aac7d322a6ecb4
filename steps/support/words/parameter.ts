import { iovaRegexp, sizeRegexp } from '../../values.ts';
import type { World } from '../world.ts';

/** A noun of the scenarios: how it reads, and what it becomes in the scenario that says it. */
export interface ParameterType<T> {
  readonly regexp: RegExp;
  readonly transform: (this: World, ...groups: string[]) => T;
}

export function parameter<T>(
  regexp: RegExp,
  transform: ParameterType<T>['transform'],
): ParameterType<T> {
  return { regexp, transform };
}

export function re(source: string): RegExp {
  return new RegExp(source);
}

export const size = sizeRegexp.source;
export const iova = iovaRegexp.source;
export const quoted = '"([^"]*)"';
