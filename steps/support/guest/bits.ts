import { nearest } from '#conformance/nearest.ts';

/**
 * Words of a guest, written with the names that the book of its IOMMU gives to their fields: `TLBI_NH_VA, ASID 1, Addr
 * 64 MiB`. What takes several words of 64 bits, such as a command, is one number here, its first word the lowest.
 */

/** Some bits of a word. */
export interface Field {
  readonly high: number;
  readonly low: number;
  /** The lowest bit of an address that is stored; those below it have to be 0. */
  readonly shift: number;
  /** Values that have a name. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Layout {
  /** What the book calls it. */
  readonly name: string;
  /** In bits. */
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

export function bit(at: number): Field {
  return bits(at, at);
}

export function bits(high: number, low: number, values: Field['values'] = {}): Field {
  return { high, low, shift: 0, values };
}

/** An address without its lowest bits. */
export function address(high: number, low: number, shift: number): Field {
  return { high, low, shift, values: {} };
}

/** Bits, and which of them a term speaks of. */
interface Term {
  readonly text: string;
  readonly mask: bigint;
  readonly value: bigint;
}

function ones(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}

function maskOf({ high, low }: Field): bigint {
  return ones(high - low + 1) << BigInt(low);
}

/** How sizes are read, which a value may be. */
type ReadNumber = (text: string) => bigint;

/** The number that a text stands for: fields and bits in any order, or a raw number. */
export function parseBits(layout: Layout, text: string, readNumber: ReadNumber = BigInt): bigint {
  const terms = text.split(', ').map((term) => termOf(layout, term, readNumber));
  terms.forEach((term, index) => {
    const other = terms.slice(0, index).find(({ mask }) => (mask & term.mask) !== 0n);
    if (other === undefined) return;
    throw new Error(`"${other.text}" and "${term.text}" share bits of the ${layout.name}`);
  });
  return terms.reduce((sum, { value }) => sum | value, 0n);
}

function termOf(layout: Layout, text: string, readNumber: ReadNumber): Term {
  const all = ones(layout.size);
  if (/^(\d|U64_MAX)/.test(text)) return { text, mask: all, value: readNumber(text) };
  const [, number] = /^bit (\d+)$/.exec(text) ?? [];
  if (number !== undefined) return termOfBits(layout, text, bit(Number(number)));
  const [, exception] = /^all bits but (\w+)$/.exec(text) ?? [];
  if (exception !== undefined) {
    return { text, mask: all, value: all & ~maskOf(fieldNamed(layout, exception)) };
  }
  const [, name = '', value] = /^(\w+)(?: (.+))?$/.exec(text) ?? [];
  return value === undefined
    ? termOfName(layout, text)
    : { ...termOfValue(layout, { name, value }, readNumber), text };
}

function termOfBits(layout: Layout, text: string, field: Field): Term {
  if (field.high >= layout.size) {
    throw new Error(`the ${layout.name} has ${layout.size} bits; "${text}" is none of them`);
  }
  return { text, mask: maskOf(field), value: maskOf(field) };
}

/** A flag; or a value, which needs no field before it where no other field has one of that name. */
function termOfName(layout: Layout, text: string): Term {
  for (const field of Object.values(layout.fields)) {
    const value = field.values[text];
    if (value !== undefined) {
      return { text, mask: maskOf(field), value: BigInt(value) << BigInt(field.low) };
    }
  }
  const field = fieldNamed(layout, text);
  if (field.high === field.low) return termOfBits(layout, text, field);
  throw new Error(`${text} of the ${layout.name} needs a value: it is ${widthOf(field)} bits wide`);
}

interface Assignment {
  readonly name: string;
  readonly value: string;
}

function termOfValue(layout: Layout, assignment: Assignment, readNumber: ReadNumber): Term {
  const { name, value } = assignment;
  const text = `${name} ${value}`;
  const field = fieldNamed(layout, name);
  const number = BigInt(field.values[value] ?? readNumber(value));
  const stored = number >> BigInt(field.shift);
  if (stored << BigInt(field.shift) !== number) {
    throw new Error(`"${text}" is not a multiple of ${1n << BigInt(field.shift)}`);
  }
  if (stored > ones(widthOf(field))) {
    throw new Error(`"${text}" does not fit into ${widthOf(field)} bits`);
  }
  return { text, mask: maskOf(field), value: stored << BigInt(field.low) };
}

function widthOf({ high, low }: Field): number {
  return high - low + 1;
}

function fieldNamed(layout: Layout, name: string): Field {
  const field = layout.fields[name];
  if (field !== undefined) return field;
  const names = Object.entries(layout.fields).flatMap(([one, { values }]) => [
    one,
    ...Object.keys(values),
  ]);
  throw new Error(
    `the ${layout.name} has no "${name}"; nearest: ${nearest(name, names, 1).join()}`,
  );
}

/** The number in elements of so many bytes, the lowest first: an array as it lies in memory. */
export function splitWords(value: bigint, count: number, size: number): (number | bigint)[] {
  return Array.from({ length: count }, (_, index) => {
    const element = BigInt.asUintN(size * 8, value >> BigInt(index * size * 8));
    return size === 8 ? element : Number(element);
  });
}

export function joinWords(elements: readonly (number | bigint)[], size: number): bigint {
  return elements.reduceRight<bigint>(
    (sum, element) => (sum << BigInt(size * 8)) | BigInt(element),
    0n,
  );
}
