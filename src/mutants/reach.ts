import { referenceOf } from '#adapters/reference/index.ts';
import type { Implementation } from '#port/implementation.ts';
import { defaultParts, type Parts } from '#reference/machine/parts.ts';

import { originalParts } from './mutant.ts';
import type { MutableParts, Mutant, Part } from './mutant.ts';

/** Which mutants a run of the reference could meet at all: it has to call what they change. */

type Class = new (...parameters: never[]) => object;

/** Told the class of the original, and what was called of it; `constructor` where one was made. */
type Called = (part: object, name: string) => void;

/** Looks at what is called of a reference without a bug, and tells then which mutants change some of that. */
export class Reach {
  readonly #called = new Map<object, Set<string>>();

  readonly reference: Implementation = referenceOf(
    'reference',
    watched(defaultParts, (part, name) => {
      const names = this.#called.get(part);
      if (names) names.add(name);
      else this.#called.set(part, new Set([name]));
    }),
  );

  includes(mutant: Mutant): boolean {
    return changes(originalParts, mutant).some(
      ([part, name]) => this.#called.get(part)?.has(name) ?? false,
    );
  }
}

/** The same parts, which tell what is called of them. */
function watched(original: Parts, called: Called): Parts {
  const floors = Object.entries(original).map(([floor, parts]) => [
    floor,
    Object.fromEntries(
      Object.entries(parts as object).map(([name, part]) => [
        name,
        typeof part === 'function' ? watchedPart(part as Class, called) : (part as object),
      ]),
    ),
  ]);
  return Object.fromEntries(floors) as Parts;
}

function watchedPart(part: Class, called: Called): Class {
  const watching = class extends part {
    constructor(...parameters: never[]) {
      super(...parameters);
      called(part, 'constructor');
    }
  };
  for (const [name, descriptor] of methodsOf(part)) {
    const told = Object.entries(descriptor as Record<string, unknown>).map(([key, value]) => [
      key,
      typeof value === 'function' ? telling(value as Method, () => called(part, name)) : value,
    ]);
    Object.defineProperty(watching.prototype, name, Object.fromEntries(told) as PropertyDescriptor);
  }
  return watching;
}

type Method = (this: unknown, ...parameters: unknown[]) => unknown;

function telling(method: Method, tell: () => void): Method {
  return function (...parameters) {
    tell();
    return method.apply(this, parameters);
  };
}

/** Its own and those that it inherits, by their names. */
function methodsOf(part: Class): Map<string, PropertyDescriptor> {
  const methods = new Map<string, PropertyDescriptor>();
  let each = part.prototype as object | null;
  for (; each !== null && each !== Object.prototype; each = prototypeOf(each))
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(each)))
      if (name !== 'constructor' && !methods.has(name)) methods.set(name, descriptor);
  return methods;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** What a mutant changes: methods of a part, or how one is made. */
function changes(original: MutableParts, { bug }: Mutant): readonly [part: object, name: string][] {
  return [bug(original)].flat().flatMap((part: Part) => {
    const extended = prototypeOf(part) ?? part;
    const own = [part.prototype as object, part].flatMap((each) =>
      Object.getOwnPropertyNames(each),
    );
    const named = own.filter((name) => methodsOf(extended as Class).has(name));
    const all = named.length === 0 ? ['constructor'] : named;
    return all.map((name): [object, string] => [extended, name]);
  });
}
