import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { TypeCheck } from '@sinclair/typebox/compiler';
import type { TSchema } from '@sinclair/typebox';
import type { ValueError } from '@sinclair/typebox/errors';

const longestShown = 80;
const compiled = new Map<TSchema, TypeCheck<TSchema>>();

/**
 * Undefined for a value that fits the schema. Otherwise where it deviates and how, to be put after the name of the
 * value: `/fds/0/events is "in"; expected integer`.
 */
export function flaw(schema: TSchema, value: unknown): string | undefined {
  let check = compiled.get(schema);
  if (check === undefined) compiled.set(schema, (check = TypeCompiler.Compile(schema)));
  if (check.Check(value)) return undefined;
  const error = check.Errors(value).First();
  return error === undefined ? ' is not allowed' : sentence(error);
}

function sentence({ path, value, schema, message }: ValueError): string {
  const actual = value === undefined ? 'missing' : excerpt(jsonOf(value));
  return `${path} is ${actual}; expected ${alternatives(schema) ?? message.replace(/^Expected /, '')}`;
}

/** JSON.parse() takes any depth, JSON.stringify() does not. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deeply to be shown';
  }
}

function alternatives(schema: TSchema): string | undefined {
  const members = schema.anyOf as readonly TSchema[] | undefined;
  return members?.map(({ const: only, ...rest }) => JSON.stringify(only ?? rest)).join(' or ');
}

/** The beginning of a text from the other side, as it can stand in a sentence. */
export function excerpt(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}
