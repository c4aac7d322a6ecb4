import { iovaRegexp, sizeRegexp } from '../notation.ts';
import type { Handle, Kind } from '../handles.ts';
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

/** `IOAS "guest"`: what the scenario knows by that name. */
export function named<K extends Kind>(
  noun: string,
  kind: K,
): ParameterType<Extract<Handle, { kind: K }>> {
  return parameter(re(`${noun} ${quoted}`), function (name) {
    return this.handles.get(kind, name);
  });
}

/** What the whole of a text becomes as that noun; undefined where it does not read so. */
function read<T>(
  world: World,
  { regexp, transform }: ParameterType<T>,
  text: string,
): T | undefined {
  const [whole, ...groups] = re(`^(?:${regexp.source})$`).exec(text) ?? [];
  if (whole === undefined) return undefined;
  return transform.apply(world, groups.length === 0 ? [whole] : groups);
}

/** Any of several nouns. */
export function oneOf<T>(...nouns: readonly ParameterType<T>[]): ParameterType<T> {
  return parameter(re(`(${nouns.map(({ regexp }) => regexp.source).join('|')})`), function (text) {
    for (const noun of nouns) {
      const found = read(this, noun, text);
      if (found !== undefined) return found;
    }
    throw new Error(`"${text}" is none of the nouns that may stand here`);
  });
}
