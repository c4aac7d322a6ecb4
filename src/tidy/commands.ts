import type { CommandRecord } from '#commands/record.ts';
import type { Struct } from '#uapi/codec.ts';

/** Complaints about the records of commands; empty where all is well. */

/** Commands and operations of the uAPI that nothing is known of. */
export function unrecorded(
  names: readonly string[],
  records: readonly Pick<CommandRecord, 'name'>[],
): string[] {
  const known = new Set(records.map(({ name }) => name));
  return names.filter((name) => !known.has(name)).map((name) => `${name} has no record`);
}

/** Its own size, what is kept for later, and what the kernel says by its name that it fills in: nobody has to be told of them. */
const untold = /^(size|argsz|pad|_*reserved\d*|out_\w+)$/;

function structOf({ command, member }: Pick<CommandRecord, 'command' | 'member'>): Struct {
  if (member === undefined) return command.struct;
  const union = command.struct.codecs['operation'] as unknown as Struct;
  return union.codecs[member] as unknown as Struct;
}

/** Fields that a record does not tell, and such as the struct does not have. */
export function mistoldFields(record: CommandRecord): string[] {
  const { name, member, fields } = record;
  const prefix = member === undefined ? '' : `${member}.`;
  const there = structOf(record).fields.map((field) => field.name);
  const missing = there.filter((field, index) => {
    const isFirst = index === 0 && prefix === '';
    const isUsual = untold.test(field) && (isFirst || field !== 'size');
    return !isUsual && fields[prefix + field] === undefined;
  });
  const known = new Set([...there.map((field) => prefix + field), ...(prefix ? ['id'] : [])]);
  const extra = Object.keys(fields).filter((field) => !known.has(field));
  return [
    ...missing.map((field) => `${name} does not tell what its field ${prefix}${field} holds`),
    ...extra.map((field) => `${name} tells of a field ${field} that its struct does not have`),
  ];
}

/** The release that is told, beside the releases that have it and those that do not. */
export function misdatedRecords(
  records: readonly Pick<CommandRecord, 'name' | 'since'>[],
  { release, names }: { readonly release: string; readonly names: ReadonlySet<string> },
): string[] {
  const isBefore = (one: string, other: string): boolean =>
    one.localeCompare(other, undefined, { numeric: true }) < 0;
  return records
    .filter(({ name, since }) => names.has(name) === isBefore(release, since))
    .map(({ name, since }) => `${name} is told to be there since ${since}; see ${release}`);
}
