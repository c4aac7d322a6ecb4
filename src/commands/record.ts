import { s32, struct, text, u32, type Struct } from '#uapi/codec.ts';
import type { Command, PlainArgument, PlainCommand, Returned } from '#uapi/ioctl.ts';
import type { Feature } from '#port/features.ts';

import { given, type Field, type MadeKind } from './field.ts';
import type { Scene } from './scene.ts';

/** A release of Linux, `6.13`. */
export type Release = `${number}.${number}`;

/** The kind of file that takes it. An iommufd takes those of a container as well. */
export type Target = 'iommufd' | 'container' | 'group' | 'device' | 'migration';

/** Fields of a struct as `Struct.unpack` gives them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a successful call makes, and where its id and its file descriptor stand in the struct. */
export interface Made {
  readonly kind: MadeKind;
  readonly id?: string;
  /** `result` where ioctl(2) itself returns it. */
  readonly fd?: string;
  /** The field that names what it is made on. */
  readonly on?: string;
  /** The field is an input as well: it may be what was given. */
  readonly reused?: true;
}

/** Another call. */
export interface Counterpart {
  readonly command: Command;
  readonly values: Fields;
}

/** All that is known of a command: what a machine needs for it, what a valid call looks like, what it does, how that is undone. */
export interface CommandRecord {
  readonly name: string;
  readonly command: Command;
  /** Of IOMMU_TEST_CMD, each operation of which is a command of its own. */
  readonly op?: number;
  /** Where in the union its fields stand. */
  readonly member?: string;
  readonly on: Target;
  readonly since: Release;
  /** Beyond a bare file of that kind. */
  readonly needs: readonly Feature[];
  /** All that the caller fills in, and outputs whose values have names; `member.field` inside a union. */
  readonly fields: Readonly<Record<string, Field>>;
  readonly makes: readonly Made[];
  /** Which fields tell what it has mapped; no `ioas` where the file has only one. */
  readonly maps?: MapFields;
  readonly unmaps?: MapFields;
  /** What makes it undone, where that does not follow from what it makes or maps; `nothing` where it can just be repeated. */
  readonly undo?: 'nothing' | ((fields: Fields, scene: Scene) => Counterpart);
}

export interface MapFields {
  readonly ioas?: string;
  readonly iova: string;
  readonly length: string;
}

/** What `record()` is told; the rest is usual. */
export type About = Pick<CommandRecord, 'since' | 'fields'> &
  Partial<Omit<CommandRecord, 'name' | 'command' | 'op' | 'member'>>;

/** Bytes of the longest name of a device that a scenario passes. */
const longestName = 64;

/** What a command without a struct of its own points to. */
const pointedTo: Readonly<Partial<Record<PlainArgument, Struct>>> = {
  'a pointer to an fd': struct('int', { fd: s32 }),
  'a pointer to a string': struct('char[]', { name: text(longestName) }),
};

/** A request without a struct: it gets one with nothing but its size. */
export function bare(name: string, request: number, returns?: Returned): Command {
  const own = struct(name, { size: u32, value: u32 });
  return { name, request, struct: own, minSize: 4, ...(returns !== undefined && { returns }) };
}

export function record(command: Command | PlainCommand, about: About): CommandRecord {
  const { name } = command;
  const usual = { name, on: 'iommufd', needs: [], makes: [] } as const;
  if ('struct' in command) return { ...usual, command, ...about };
  const { request, argument, returns } = command;
  const told = returns === undefined ? {} : { returns };
  const pointed = pointedTo[argument];
  if (pointed !== undefined) {
    const own = { name, request, struct: pointed, minSize: pointed.size, ...told };
    return { ...usual, command: own, ...about };
  }
  return { ...usual, command: bare(name, request, returns), ...about, fields: { value: given } };
}

/** The value of a field; `member.field` inside a union of operations. */
export function valueAt(fields: Fields, path: string): unknown {
  const [member = '', field] = path.split('.');
  if (field === undefined) return fields[member];
  const operation = fields['operation'] as Readonly<Record<string, Fields | undefined>> | undefined;
  return operation?.[member]?.[field];
}
