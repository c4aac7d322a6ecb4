import type { FileKind, Mapping, ObjectKind, SpecialKind } from '#commands/field.ts';
import type { Codec, Struct } from '#uapi/codec.ts';
import type { Command, PlainCommand } from '#uapi/ioctl.ts';

/** What a random call is made of: plain data, so that it can be shrunk, repeated on two machines and printed. */

/** Of which there may be one to draw. */
export type IdKind = ObjectKind | SpecialKind | 'any';
export type QueueKind = 'fault queue' | 'vEVENTQ';
export type Who = 'it' | 'child';

/** What mmap() of the iommufd gives of a vIOMMU. */
export interface Region {
  readonly offset: bigint;
  readonly length: bigint;
}

/** A value of a field. `nth` counts, modulo their number, those that the sequence has seen: stale ones as well. */
export type Operand =
  | { readonly kind: 'value'; readonly value: bigint }
  | { readonly kind: 'id'; readonly of: IdKind; readonly nth: number }
  | { readonly kind: 'mapped'; readonly part: keyof Mapping; readonly nth: number }
  | { readonly kind: 'file'; readonly of: FileKind; readonly nth: number }
  | { readonly kind: 'buffer'; readonly name: 'ram' | 'list'; readonly offset: bigint }
  | { readonly kind: 'bad pointer' };

/** Fields by path, `check_map.iova` inside the union of IOMMU_TEST_CMD. */
export type Operands = Readonly<Record<string, Operand>>;

/** Structs that lie in buffer "list" when a call is made. */
export interface Listed {
  readonly struct: Struct;
  readonly rows: readonly Readonly<Record<string, number | bigint>>[];
}

export interface IoctlCall {
  readonly kind: 'ioctl';
  readonly by: Who;
  readonly command: Command;
  readonly fields: Operands;
  readonly list?: Listed;
}

export type Call =
  | IoctlCall
  | {
      readonly kind: 'plain ioctl';
      readonly by: Who;
      readonly command: PlainCommand;
      readonly argument: number;
    }
  | { readonly kind: 'close'; readonly of: FileKind; readonly nth: number }
  | {
      readonly kind: 'read';
      readonly of: QueueKind;
      readonly nth: number;
      readonly length: number;
    }
  | {
      readonly kind: 'answer';
      readonly nth: number;
      readonly cookie: number;
      readonly code: number;
    }
  | { readonly kind: 'mmap'; readonly nth: number; readonly length: bigint | undefined }
  | { readonly kind: 'munmap'; readonly nth: number }
  | { readonly kind: 'fork'; readonly privileged: boolean }
  | { readonly kind: 'exit' };

/** Fields after the operands have become numbers. */
export type Resolved = ReadonlyMap<string, bigint>;

export function value(number: bigint | number): Operand {
  return { kind: 'value', value: BigInt(number) };
}

function codecOf(struct: Struct, field: string): Codec<unknown> {
  const codec = struct.codecs[field];
  if (codec === undefined) throw new Error(`struct ${struct.name} has no field ${field}`);
  return codec;
}

function offsetOf(struct: Struct, field: string): number {
  return struct.fields.find(({ name }) => name === field)?.offset ?? 0;
}

/** Where a field lies, bytes from the start of the struct. */
export function locate(struct: Struct, path: string): { offset: number; codec: Codec<unknown> } {
  const [member = '', field] = path.split('.');
  if (field === undefined)
    return { offset: offsetOf(struct, member), codec: codecOf(struct, member) };
  const union = codecOf(struct, 'operation') as unknown as Struct;
  const inner = codecOf(union, member) as unknown as Struct;
  const offset = offsetOf(struct, 'operation') + offsetOf(inner, field);
  return { offset, codec: codecOf(inner, field) };
}

/** The struct with these fields, all others zero, and the size that it has. */
export function pack({ struct }: Command, fields: Resolved): Uint8Array {
  const bytes = new Uint8Array(struct.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, struct.size, true);
  for (const [path, number] of fields) {
    const { offset, codec } = locate(struct, path);
    codec.encode(view, offset, codec.size === 8 ? BigInt.asUintN(64, number) : Number(number));
  }
  return bytes;
}

/** One field of a struct in memory. */
export function fieldOf({ struct }: Command, bytes: Uint8Array, path: string): bigint {
  const { offset, codec } = locate(struct, path);
  return BigInt(codec.decode(new DataView(bytes.buffer, bytes.byteOffset), offset) as number);
}
