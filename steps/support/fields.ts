import type { DataTable } from '@cucumber/cucumber';

import { prefixesOf } from '#commands/index.ts';
import { valueAt } from '#commands/record.ts';
import type { Command } from '#uapi/ioctl.ts';
import { tableAbi } from '#uapi/abi.ts';
import type { Codec, Struct } from '#uapi/codec.ts';

import { layoutOf } from './guest/layouts.ts';
import { parseBits, splitWords } from './guest/bits.ts';
import type { Kind, ProcessHandle } from './handles.ts';
import { fdOf, idOf, spotNamed } from './words/names.ts';
import { noSuchId, objectNamed } from './words/objects.ts';
import type { World } from './world.ts';

/** Cells of the tables that stand under a call: a value of one field of one struct. */

const constants = new Map(Object.entries(tableAbi.constants));

const closedFd = 1000;

/** What has no id that user space knows: its fd names it everywhere. */
const filesOnly: readonly Kind[] = ['access', 'memfd', 'eventfd', 'group'];

/** One value: a sum of flags, a handle, or a size. */
export function parseValue(
  world: World,
  process: ProcessHandle,
  field: string,
  text: string,
): bigint {
  if (text === 'null' || text === 'none') return 0n;
  const layout = layoutOf(field);
  if (layout !== undefined) return parseBits(layout, text, (value) => world.size(value));
  if (text === 'no such object') return BigInt(noSuchId);
  if (text === 'a bad pointer') return process.scratch.end;
  if (text === 'a closed fd') return BigInt(closedFd);
  if (/^-\d+$/.test(text)) return BigInt(text);
  const [, name, offset] = /^buffer "([^"]*)"(?: \+ (.*))?$/.exec(text) ?? [];
  if (name !== undefined) {
    const spot = spotNamed(world, 'buffer', name, offset);
    return spot.handle.address + spot.offset;
  }
  if (/^[A-Za-z -]+ "[^"]*"$/.test(text)) return handleValue(world, field, text);
  if (/^[A-Z][A-Z0-9_]*\b(?! [+-])|^bit \d/.test(text) && text !== 'U64_MAX') {
    return text.split(', ').reduce((sum, flag) => sum | flagValue(field, flag), 0n);
  }
  return world.size(text);
}

function handleValue(world: World, field: string, text: string): bigint {
  const handle = objectNamed(world, text);
  const wantsFd =
    filesOnly.includes(handle.kind) || /(^|[._])(fd|iommufd|group_fds|data)$/.test(field);
  return BigInt(wantsFd ? fdOf(handle) : idOf(handle));
}

function flagValue(field: string, flag: string): bigint {
  const bit = /^bit (\d+)$/.exec(flag);
  if (bit !== null) return 1n << BigInt(bit[1] ?? '');
  for (const prefix of [...prefixesOf(field), '']) {
    const value = constants.get(prefix + flag);
    if (value !== undefined) return BigInt(value);
  }
  throw new Error(`${field} has no value named ${flag}`);
}

/** The argument of a command that takes a number: by its C name, or in digits. */
export function numberNamed(text: string): bigint {
  return BigInt(constants.get(text) ?? text);
}

type Row = readonly [path: string, text: string];

function rowsOf(table: DataTable): Row[] {
  return table.raw().map(([path = '', text = '']) => [path, text] as const);
}

/**
 * The rows of a table as values for `Struct.pack`; `member.field` reaches into a struct, or the union of IOMMU_TEST_CMD,
 * and `field[1]` into an array.
 */
export function parseFields(
  world: World,
  process: ProcessHandle,
  command: Command,
  table: DataTable,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [path, text] of rowsOf(table)) {
    if (command.struct.codecs[path]?.zero() === '') {
      values[path] = deviceText(world, text);
      continue;
    }
    const field = `${command.name}.${path}`;
    if (isFlexible(command.struct.codecs[path])) {
      values[path] = parseElements(world, process, { field, text });
      continue;
    }
    const value = parseValue(world, process, field, text);
    setField(command.struct, values, path, value);
  }
  return values;
}

/** What follows a struct: `group "0000:00:04.0", -1`; where it is bytes, `s32` before the list makes each value four of them. */
function parseElements(
  world: World,
  process: ProcessHandle,
  { field, text }: { readonly field: string; readonly text: string },
): number[] {
  const [, words, list = text] = /^(s32 )?(.*)$/.exec(text) ?? [];
  const values = list.split(', ').map((each) => Number(parseValue(world, process, field, each)));
  return words === undefined ? values : [...new Uint8Array(Int32Array.from(values).buffer)];
}

function isFlexible(codec: Codec<unknown> | undefined): boolean {
  return codec !== undefined && 'element' in codec;
}

/** A text, in which `device "nic"` is what sysfs calls that device. */
function deviceText({ handles }: World, text: string): string {
  return text.replace(/device "([^"]*)"/, (_, name: string) => handles.get('device', name).info.id);
}

function setField(
  struct: Struct,
  values: Record<string, unknown>,
  path: string,
  value: bigint,
): void {
  const [member = '', field] = path.split('.');
  const [, list, index] = /^(\w+)\[(\d+)\]$/.exec(member) ?? [];
  if (list !== undefined) {
    const before = (values[list] ?? codecOf(struct, list).zero()) as readonly unknown[];
    const isWide = typeof before[0] === 'bigint';
    values[list] = before.with(Number(index), isWide ? value : Number(value));
    return;
  }
  if (field === undefined) {
    values[member] = narrow(codecOf(struct, member), value);
    return;
  }
  if (member in struct.codecs) {
    const nested = codecOf(struct, member) as unknown as Struct;
    const before = (values[member] ?? nested.zero()) as Record<string, unknown>;
    values[member] = { ...before, [field]: narrow(codecOf(nested, field), value) };
    return;
  }
  const union = codecOf(struct, 'operation') as unknown as Struct;
  const inner = codecOf(union, member) as unknown as Struct;
  const operation = (values['operation'] ??= {}) as Record<string, Record<string, unknown>>;
  const before = operation[member] ?? inner.zero();
  operation[member] = { ...before, [field]: narrow(codecOf(inner, field), value) };
}

function codecOf(struct: Struct, field: string): Codec<unknown> {
  const codec = struct.codecs[field];
  if (codec !== undefined) return codec;
  throw new Error(
    `struct ${struct.name} has no field "${field}"; it has ${Object.keys(struct.codecs).join(', ')}`,
  );
}

/** u64 fields are bigint, all others number; an array has the value in pieces. */
function narrow(codec: Codec<unknown>, value: bigint): number | bigint | (number | bigint)[] {
  const zero = codec.zero();
  if (Array.isArray(zero)) return splitWords(value, zero.length, codec.size / zero.length);
  return codec.size === 8 ? BigInt.asUintN(64, value) : Number(value);
}

export interface Expected {
  readonly field: string;
  readonly actual: bigint;
  readonly expected: bigint;
}

/** The fields of `found` that a table names, beside what the table wants. */
export function compareFields(
  world: World,
  found: Readonly<Record<string, unknown>>,
  name: string,
  table: DataTable,
): Expected[] {
  return rowsOf(table).map(([path, text]) => {
    const value = valueAt(found, path);
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw new Error(`${name} returns no field "${path}"`);
    }
    return { field: path, ...compareValue(world, `${name}.${path}`, text, BigInt(value)) };
  });
}

/** A whole value, or bits of one: `with PCI_PASID_EXEC`, `without PCI_PASID_EXEC`. */
export function compareValue(
  world: World,
  field: string,
  text: string,
  found: bigint,
): Omit<Expected, 'field'> {
  const [, presence, bits] = /^(with|without) (.*)$/.exec(text) ?? [];
  const value = parseValue(world, world.it, field, bits ?? text);
  if (presence === undefined) return { actual: found, expected: value };
  return { actual: found & value, expected: presence === 'with' ? value : 0n };
}

/** Rows of a table with the fields of a struct as its head, as values for `Struct.pack`. */
export function parseRows(
  world: World,
  process: ProcessHandle,
  struct: Struct,
  table: DataTable,
): Record<string, unknown>[] {
  return table.hashes().map((row) => parseRow(world, process, struct, row));
}

export function parseRow(
  world: World,
  process: ProcessHandle,
  struct: Struct,
  row: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [field, text] of Object.entries(row)) {
    setField(struct, values, field, parseValue(world, process, `${struct.name}.${field}`, text));
  }
  return values;
}
