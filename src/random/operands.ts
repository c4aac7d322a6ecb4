import fc from 'fast-check';

import * as test from '#uapi/iommufd/selftest.ts';
import type { Command } from '#uapi/ioctl.ts';

import { iommu_iova_range } from '#uapi/iommufd/ioas.ts';
import type { Call, FileKind, Listed, Mapping, ObjectKind, Operand, Operands } from './call.ts';
import { value } from './call.ts';
import { pageSize, ramPages } from './layout.ts';

/** Values of fields: few ids, IOVAs and pages, so that calls meet; now and then one that is wrong. */

export type Values = fc.Arbitrary<Operand>;

export const nth = fc.nat(5);
export const noSuchId = 0x7ffffffe;

export function id(...kinds: ObjectKind[]): Values {
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

export interface Extra {
  readonly list?: fc.Arbitrary<Listed>;
  /** Fields that often, together, name something that is mapped. */
  readonly mapped?: Readonly<Record<string, keyof Mapping>>;
}

export function ioctl(command: Command, fields: Fields, extra: Extra = {}): fc.Arbitrary<Call> {
  const { list: listed, mapped = {} } = extra;
  return fc
    .tuple(
      fc.record(fields as Record<string, Values>),
      listed ?? fc.constant(undefined),
      fc.constantFrom('it', 'it', 'it', 'it', 'child' as const),
      fc.option(nth, { freq: 2 }),
    )
    .map(([chosen, structs, by, which]) => {
      const known = which === null ? {} : overMapped(mapped, which);
      const operands: Operands = { ...chosen, ...known };
      const call = { kind: 'ioctl', by, command, fields: operands } as const;
      return structs === undefined ? call : { ...call, list: structs };
    });
}

export function overMapped(
  mapped: Readonly<Record<string, keyof Mapping>>,
  which: number,
): Operands {
  return Object.fromEntries(
    Object.entries(mapped).map(([path, part]) => [path, { kind: 'mapped', part, nth: which }]),
  );
}

export function testCommand(
  op: number,
  target: Values,
  fields: Fields = {},
  extra: Extra = {},
): fc.Arbitrary<Call> {
  return ioctl(test.IOMMU_TEST_CMD, { op: fc.constant(value(op)), id: target, ...fields }, extra);
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
