import type { Struct } from './codec.ts';

/** asm-generic/ioctl.h: no direction, no size: type in bits 15..8, number in bits 7..0. */
export function _IO(type: number, nr: number): number {
  return (type << 8) | nr;
}

/** One row of a command table: what the kernel's own IOCTL_OP() says of a command. */
export interface Command<S extends Struct = Struct> {
  readonly name: string;
  /** The second argument of ioctl(2). */
  readonly request: number;
  readonly struct: S;
  /** The shortest `size` that is accepted, bytes: the end of the last mandatory field. */
  readonly minSize: number;
  /** What ioctl(2) itself returns on success; 0 where nothing is said. */
  readonly returns?: Returned;
}

/** Of the few commands whose answer is not only in their struct. */
export type Returned = 'a number' | 'a file descriptor';

export function ioctl<S extends Struct>(
  name: string,
  request: number,
  struct: S,
  lastMandatory: string & keyof S['codecs'],
  returns?: Returned,
): Command<S> {
  const field = struct.fields.find(({ name: candidate }) => candidate === lastMandatory);
  if (field === undefined) throw new Error(`struct ${struct.name} has no field ${lastMandatory}`);
  const minSize = field.offset + field.size;
  return { name, request, struct, minSize, ...(returns !== undefined && { returns }) };
}

/** What a command takes that takes no struct of its own. */
export type PlainArgument = 'nothing' | 'a number' | 'a pointer to an fd' | 'a pointer to a string';

/** A row for a command without a struct. */
export interface PlainCommand {
  readonly name: string;
  readonly request: number;
  readonly argument: PlainArgument;
  readonly returns?: Returned;
}

export function plainIoctl(
  name: string,
  request: number,
  argument: PlainArgument,
  returns?: Returned,
): PlainCommand {
  return { name, request, argument, ...(returns !== undefined && { returns }) };
}
