/**
 * What a JSON value must look like: a check that names the flaw, and the same thing as JSON schema. A TypeScript type
 * follows from each (`Of`), so that a message of the wire protocol is written once.
 */
export interface Shape<T> {
  /** Completes "expected …". */
  readonly says: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /**
   * Undefined for a value of this shape. Otherwise where it deviates and how, to be put after the name of the value:
   * `.fds[0].events is "in"; expected an integer`.
   */
  flaw(value: unknown): string | undefined;
  /** Only in the type: what a value of this shape is. */
  readonly type?: T;
}

export type Of<S> = S extends Shape<infer T> ? T : never;
type Members = Readonly<Record<string, Shape<unknown>>>;
type Flat<T> = { [K in keyof T]: T[K] };
type OfMembers<R extends Members, O extends Members> = Flat<
  { readonly [K in keyof R]: Of<R[K]> } & { readonly [K in keyof O]?: Of<O[K]> }
>;

const longestShown = 80;

/** The beginning of a text from the other side, as it can stand in a sentence. */
export function excerpt(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

function deviation(value: unknown, expected: string): string {
  const actual = value === undefined ? 'missing' : excerpt(JSON.stringify(value) ?? typeof value);
  return ` is ${actual}; expected ${expected}`;
}

function simple<T>(
  says: string,
  schema: Shape<T>['schema'],
  matches: (value: unknown) => boolean,
): Shape<T> {
  return { says, schema, flaw: (value) => (matches(value) ? undefined : deviation(value, says)) };
}

export const text = simple<string>('a string', { type: 'string' }, (v) => typeof v === 'string');
export const truth = simple<boolean>(
  'true or false',
  { type: 'boolean' },
  (v) => v === true || v === false,
);
export const nothing = simple<null>('null', { type: 'null' }, (v) => v === null);

/** Both ends included. */
export function integer(minimum: number, maximum: number): Shape<number> {
  return simple(
    `an integer from ${minimum} to ${maximum}`,
    { type: 'integer', minimum, maximum },
    (v) => Number.isInteger(v) && (v as number) >= minimum && (v as number) <= maximum,
  );
}

export type Hex64 = `0x${string}`;
const hex64Pattern = /^0x[0-9a-f]{1,16}$/;
export const hex64 = simple<Hex64>(
  'a lower-case hex string such as "0x7f00"',
  { type: 'string', pattern: hex64Pattern.source },
  (v) => typeof v === 'string' && hex64Pattern.test(v),
);

export type HexBytes = string;
const notHex = /[^0-9a-f]/;
export const hexBytes = simple<HexBytes>(
  'bytes as lower-case hex digits, two a byte',
  { type: 'string', pattern: '^([0-9a-f]{2})*$' },
  (v) => typeof v === 'string' && v.length % 2 === 0 && !notHex.test(v),
);

export function oneOf<const V extends string | number | boolean>(values: readonly V[]): Shape<V> {
  const allowed = new Set<unknown>(values);
  const says = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return simple(says, { enum: values }, (v) => allowed.has(v));
}

export function listOf<T>(element: Shape<T>): Shape<readonly T[]> {
  const says = 'an array';
  return {
    says,
    schema: { type: 'array', items: element.schema },
    flaw(value) {
      if (!Array.isArray(value)) return deviation(value, says);
      for (const [index, item] of value.entries()) {
        const flaw = element.flaw(item);
        if (flaw !== undefined) return `[${index}]${flaw}`;
      }
      return undefined;
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object whose keys are free. */
export function mapOf<T>(element: Shape<T>): Shape<Readonly<Record<string, T>>> {
  const says = 'an object';
  return {
    says,
    schema: { type: 'object', additionalProperties: element.schema },
    flaw(value) {
      if (!isObject(value)) return deviation(value, says);
      for (const [key, item] of Object.entries(value)) {
        const flaw = element.flaw(item);
        if (flaw !== undefined) return `.${key}${flaw}`;
      }
      return undefined;
    },
  };
}

function schemas(members: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([key, { schema }]) => [key, schema]));
}

/** Keys that are in neither table are allowed, so that a later version can add some. */
export function object<R extends Members, O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<OfMembers<R, O>> {
  const must = Object.entries(required);
  const may = Object.entries(optional ?? {});
  const says = `an object with ${Object.keys(required).join(', ')}`;
  return {
    says,
    schema: {
      type: 'object',
      properties: { ...schemas(required), ...schemas(optional ?? {}) },
      required: Object.keys(required),
    },
    flaw(value) {
      if (!isObject(value)) return deviation(value, says);
      for (const [key, shape] of must) {
        const flaw = shape.flaw(value[key]);
        if (flaw !== undefined) return `.${key}${flaw}`;
      }
      for (const [key, shape] of may) {
        const flaw = value[key] === undefined ? undefined : shape.flaw(value[key]);
        if (flaw !== undefined) return `.${key}${flaw}`;
      }
      return undefined;
    },
  };
}

export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  const says = `${one.says}, or ${other.says}`;
  return {
    says,
    schema: { anyOf: [one.schema, other.schema] },
    flaw(value) {
      const fits = one.flaw(value) === undefined || other.flaw(value) === undefined;
      return fits ? undefined : deviation(value, says);
    },
  };
}
