import fc from 'fast-check';

import * as test from '#uapi/iommufd/selftest.ts';
import type { Command } from '#uapi/ioctl.ts';

import { iommu_iova_range } from '#uapi/iommufd/ioas.ts';
import type { Field, FileKind, Mapping } from '#commands/field.ts';
import { recordOf } from '#commands/index.ts';
import type { CommandRecord } from '#commands/record.ts';
import { mock } from '#commands/vendors/mock.ts';
import type { Typed } from '#commands/vendors/vendor.ts';

import type { Call, IdKind, Listed, Operand, Operands } from './call.ts';
import { value } from './call.ts';
import { pageSize, ramPages } from './layout.ts';

/** Values of fields: few ids, IOVAs and pages, so that calls meet; now and then one that is wrong. */

export type Values = fc.Arbitrary<Operand>;

export const nth = fc.nat(5);
export const noSuchId = 0x7ffffffe;

export function id(...kinds: IdKind[]): Values {
  const right = kinds.map((of) => ({
    weight: 12,
    arbitrary: nth.map((n): Operand => ({ kind: 'id', of, nth: n })),
  }));
  return fc.oneof(
    ...right,
    { weight: 1, arbitrary: fc.nat(11).map((n): Operand => ({ kind: 'id', of: 'any', nth: n })) },
    { weight: 1, arbitrary: among(0, noSuchId) },
  );
}

export function file(of: FileKind): Values {
  return nth.map((n): Operand => ({ kind: 'file', of, nth: n }));
}

export function among(...values: (number | bigint)[]): Values {
  return fc.constantFrom(...values).map((each) => value(each));
}

export function often(usual: Values, seldom: Values): Values {
  return fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: seldom });
}

export function buffer(name: 'ram' | 'list', offset: bigint): Operand {
  return { kind: 'buffer', name, offset };
}

export const base = BigInt(test.MOCK_APERTURE_START);
export const pages = (count: number): bigint => BigInt(count) * pageSize;
export const iova = often(
  fc.nat(23).map((n) => value(base + pages(n))),
  among(0, base - pageSize, base + 2048n, base + 1n, 0x7ffff000n, 0xfffffffffffff000n),
);
export const length = often(
  fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 8).map((n) => value(pages(n))),
  among(0, 1, 2048, 4097, 6144, 1n << 40n, 2n ** 64n - 1n),
);
export const ram = often(
  fc.nat(Number(ramPages) - 1).map((n) => buffer('ram', pages(n))),
  fc.constantFrom<Operand>(
    buffer('ram', 2048n),
    buffer('ram', 17n),
    { kind: 'bad pointer' },
    value(0),
  ),
);
export const list = often(fc.constant(buffer('list', 0n)), among(0, 8));
export const nothing = fc.constant(value(0));

export type Fields = Readonly<Record<string, Values>>;

/** By what a field holds. */
const places: Partial<Record<Field['is'], Values>> = { iova, length, memory: ram, list };

/** What a field holds, according to the record of its command, on a machine with mock devices. */
function usual(field: Field): Values | undefined {
  switch (field.is) {
    case 'number':
      return field.value === 0n ? undefined : among(field.value);
    case 'id':
      return id(field.of);
    case 'file':
      return file(field.of);
    case 'mapped':
      return { ioas: id('ioas'), iova, length }[field.part];
    case 'vendor': {
      const data: Typed | undefined = mock[field.of];
      const right = field.part === 'type' ? data?.type : data?.struct?.size;
      return often(among(right ?? 0), among(0, 1));
    }
    default:
      return places[field.is];
  }
}

/** Of what nobody has told otherwise: the usual values, and fields that often, together, name something that is mapped. */
function fill(
  record: CommandRecord | undefined,
  told: Fields,
): { readonly fields: Fields; readonly mapped: Readonly<Record<string, keyof Mapping>> } {
  const fields: Record<string, Values> = {};
  const mapped: Record<string, keyof Mapping> = {};
  for (const [path, field] of Object.entries(record?.fields ?? {})) {
    const values = told[path] ?? (field.told === true ? undefined : usual(field));
    if (values !== undefined) fields[path] = values;
    if (told[path] === undefined && field.is === 'mapped') mapped[path] = field.part;
  }
  return { fields: { ...fields, ...told }, mapped };
}

/** Structs that lie in buffer "list". */
type Lists = fc.Arbitrary<Listed>;

function calls(
  command: Command,
  { fields, mapped }: ReturnType<typeof fill>,
  lists: Lists | undefined,
): fc.Arbitrary<Call> {
  return fc
    .tuple(
      fc.record(fields as Record<string, Values>),
      lists ?? fc.constant(undefined),
      fc.constantFrom('it', 'it', 'it', 'it', 'child' as const),
      fc.option(nth, { freq: 2 }),
    )
    .map(([chosen, list, by, which]) => {
      const known = which === null ? {} : overMapped(mapped, which);
      const operands: Operands = { ...chosen, ...known };
      const call = { kind: 'ioctl', by, command, fields: operands } as const;
      return list === undefined ? call : { ...call, list };
    });
}

function overMapped(mapped: Readonly<Record<string, keyof Mapping>>, which: number): Operands {
  return Object.fromEntries(
    Object.entries(mapped).map(([path, part]) => [path, { kind: 'mapped', part, nth: which }]),
  );
}

/** Calls of a command: `told` is what is worth trying beside the usual. */
export function ioctl(command: Command, told: Fields = {}, lists?: Lists): fc.Arbitrary<Call> {
  return calls(command, fill(recordOf(command, undefined), told), lists);
}

/** Calls of an operation of IOMMU_TEST_CMD. */
export function testCommand(op: number, told: Fields = {}, lists?: Lists): fc.Arbitrary<Call> {
  const { IOMMU_TEST_CMD: command } = test;
  const { fields, mapped } = fill(recordOf(command, op), told);
  return calls(command, { fields: { op: among(op), ...fields }, mapped }, lists);
}

export const mapFlags = fc
  .constantFrom(7, 7, 7, 7, 7, 7, 7, 7, 5, 3, 3, 6, 6, 4, 1, 0, 15)
  .map((flags) => value(flags));

/** Ranges of the aperture, sorted or not. */
export const ranges: fc.Arbitrary<Listed> = fc
  .array(fc.tuple(fc.nat(40), fc.nat(30)), { maxLength: 4 })
  .map((pairs) => ({
    struct: iommu_iova_range,
    rows: pairs.map(([first, count]) => ({
      start: base + pages(first),
      last: base + pages(first + count) - 1n,
    })),
  }));

/** How often it comes up beside the others, and what it is. */
export type Weighted = readonly [weight: number, call: fc.Arbitrary<Call>];
