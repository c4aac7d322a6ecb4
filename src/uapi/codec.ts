/**
 * How C data lies in memory. A codec knows the size and the alignment of one C type and moves values in and out of
 * bytes; `struct()` derives offsets, padding and size from the fields by the rules of the C ABI, so that a layout is
 * written once. Native byte order is little-endian: every architecture with an IOMMU driver for iommufd is.
 */
export interface Codec<T> {
  /** Bytes. */
  readonly size: number;
  /** Bytes; a power of two. */
  readonly align: number;
  /** What a field holds when nobody set it: all bytes zero. */
  zero(): T;
  encode(view: DataView, offset: number, value: T): void;
  decode(view: DataView, offset: number): T;
}

export type Value<C> = C extends Codec<infer T> ? T : never;

function unsigned(size: 1 | 2 | 4): Codec<number> {
  const bits = (size * 8) as 8 | 16 | 32;
  const [get, set] = [`getUint${bits}`, `setUint${bits}`] as const;
  return {
    size,
    align: size,
    zero: () => 0,
    encode: (view, offset, value) => view[set](offset, value, true),
    decode: (view, offset) => view[get](offset, true),
  };
}

export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u32 = unsigned(4);

export const s32: Codec<number> = {
  size: 4,
  align: 4,
  zero: () => 0,
  encode: (view, offset, value) => view.setInt32(offset, value, true),
  decode: (view, offset) => view.getInt32(offset, true),
};

/** `__aligned_u64`: 8 bytes on 8, also for 32-bit programs. */
export const u64: Codec<bigint> = {
  size: 8,
  align: 8,
  zero: () => 0n,
  encode: (view, offset, value) => view.setBigUint64(offset, value, true),
  decode: (view, offset) => view.getBigUint64(offset, true),
};

/** `T name[length]`. */
export function array<T>(element: Codec<T>, length: number): Codec<readonly T[]> {
  return {
    size: element.size * length,
    align: element.align,
    zero: () => Array.from({ length }, () => element.zero()),
    encode: (view, offset, values) => {
      values.forEach((value, index) => element.encode(view, offset + index * element.size, value));
    },
    decode: (view, offset) =>
      Array.from({ length }, (_, index) => element.decode(view, offset + index * element.size)),
  };
}

/** `char name[length]`: a string with its end. */
export function text(length: number): Codec<string> {
  return {
    size: length,
    align: 1,
    zero: () => '',
    encode: (view, offset, value) => {
      Buffer.from(`${value}\0`, 'latin1').forEach((byte, index) =>
        view.setUint8(offset + index, byte),
      );
    },
    decode: (view, offset) => {
      const bytes = Buffer.from(view.buffer, view.byteOffset + offset, length);
      return bytes.toString('latin1').split('\0', 1)[0] ?? '';
    },
  };
}

/** `T name[]` at the end of a struct: no part of its size, and as many elements as there are bytes after it. */
export function flex<T>(element: Codec<T>): Codec<readonly T[]> & { readonly element: Codec<T> } {
  const count = (view: DataView, offset: number) =>
    Math.max(0, Math.floor((view.byteLength - offset) / element.size));
  return {
    element,
    size: 0,
    align: element.align,
    zero: () => [],
    encode: (view, offset, values) => array(element, values.length).encode(view, offset, values),
    decode: (view, offset) => array(element, count(view, offset)).decode(view, offset),
  };
}

/** The member of an anonymous union that stands where the field before it stands. */
export function overlay<T>(codec: Codec<T>): Codec<T> & { readonly overlay: true } {
  return { ...codec, overlay: true };
}

type Fields = Record<string, Codec<unknown>>;
export type Values<F extends Fields> = { -readonly [K in keyof F]: Value<F[K]> };

export interface Field {
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

export interface Struct<F extends Fields = Fields> extends Codec<Values<F>> {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly codecs: F;
  /** Bytes of the whole struct and its flexible array; fields that `values` leaves out are zero. */
  pack(values: Partial<Values<F>>): Uint8Array;
  /** The fields in `bytes`; bytes missing at the end read as zero, as the kernel's copy_struct_from_user() does. */
  unpack(bytes: Uint8Array): Values<F>;
}

function alignUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

/** A C struct. */
export function struct<F extends Fields>(name: string, codecs: F): Struct<F> {
  const fields: Field[] = [];
  let end = 0;
  let align = 1;
  for (const [field, codec] of Object.entries(codecs)) {
    const previous = fields.at(-1)?.offset ?? 0;
    const offset = 'overlay' in codec ? previous : alignUp(end, codec.align);
    fields.push({ name: field, offset, size: codec.size });
    end = Math.max(end, offset + codec.size);
    align = Math.max(align, codec.align);
  }
  return aggregate(name, codecs, fields, alignUp(end, align), align);
}

/** A C union, anonymous if `name` is empty: every member at offset 0. Encodes the members that are set, in the order of the table. */
export function union<F extends Fields>(name: string, codecs: F): Struct<F> {
  const members = Object.entries(codecs);
  const align = Math.max(...members.map(([, codec]) => codec.align));
  const size = alignUp(Math.max(...members.map(([, codec]) => codec.size)), align);
  const fields = members.map(([field, codec]) => ({ name: field, offset: 0, size: codec.size }));
  return aggregate(name, codecs, fields, size, align);
}

function flexibleElement(codec: Codec<unknown> | undefined): Codec<unknown> | undefined {
  return codec !== undefined && 'element' in codec ? (codec.element as Codec<unknown>) : undefined;
}

function aggregate<F extends Fields>(
  name: string,
  codecs: F,
  fields: readonly Field[],
  size: number,
  align: number,
): Struct<F> {
  const members = fields.flatMap(({ name: field, offset }) => {
    const codec = codecs[field];
    return codec === undefined ? [] : { field, offset, codec };
  });
  const write = (view: DataView, base: number, values: Partial<Values<F>>): void => {
    for (const { field, offset, codec } of members) {
      const value = values[field];
      if (value !== undefined) codec.encode(view, base + offset, value);
    }
  };
  const read = (view: DataView, base: number): Values<F> => {
    const values: Record<string, unknown> = {};
    for (const { field, offset, codec } of members) {
      values[field] = codec.decode(view, base + offset);
    }
    return values as Values<F>;
  };
  const last = fields.at(-1)?.name ?? '';
  const tail = flexibleElement(codecs[last]);
  const tailLength = (values: Partial<Values<F>>): number =>
    tail === undefined
      ? 0
      : ((values[last] as readonly unknown[] | undefined) ?? []).length * tail.size;
  return {
    name,
    fields,
    codecs,
    size,
    align,
    zero: () => read(new DataView(new ArrayBuffer(size)), 0),
    encode: write,
    decode: read,
    pack(values) {
      const bytes = new Uint8Array(size + tailLength(values));
      write(new DataView(bytes.buffer), 0, values);
      return bytes;
    },
    unpack(bytes) {
      const whole = new Uint8Array(tail === undefined ? size : Math.max(size, bytes.length));
      whole.set(bytes.subarray(0, whole.length));
      return read(new DataView(whole.buffer), 0);
    },
  };
}
