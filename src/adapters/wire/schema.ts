import { Type } from '@sinclair/typebox';
import type { TSchema } from '@sinclair/typebox';

import { methods, protocolVersion } from './messages.ts';

const version = Type.Literal('2.0');
const id = Type.Integer({ minimum: 1 });
const error = Type.Object({ code: Type.Integer(), message: Type.String() });

function reference(definition: string): TSchema {
  return { $ref: `#/$defs/${definition}` } as unknown as TSchema;
}

function definitions(method: string, params: TSchema, result: TSchema): [string, TSchema][] {
  const request = Type.Object({ jsonrpc: version, id, method: Type.Literal(method), params });
  return [
    [`${method}.request`, request],
    [`${method}.result`, result],
  ];
}

/**
 * The wire protocol as JSON schema. A line of either direction is an instance of the whole; `$defs` tells which result
 * belongs to which request.
 */
export function protocolSchema(): object {
  const names = Object.keys(methods);
  const parts = Object.entries(methods).flatMap(([method, [params, result]]) =>
    definitions(method, params, result),
  );
  const result = Type.Union(names.map((method) => reference(`${method}.result`)));
  const failed = Type.Union([Type.Integer(), Type.Null()]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `iommufd-conformance wire protocol, version ${protocolVersion}`,
    anyOf: [reference('request'), reference('response')],
    $defs: {
      request: Type.Union(names.map((method) => reference(`${method}.request`))),
      response: Type.Union([
        Type.Object({ jsonrpc: version, id, result }),
        Type.Object({ jsonrpc: version, id: failed, error }),
      ]),
      ...Object.fromEntries(parts),
    },
  };
}

export function protocolSchemaDocument(): string {
  return `${layOut(protocolSchema(), 0, 0)}\n`;
}

const width = 100;

/** As the formatter would: on one line where it fits behind `taken` characters. */
function layOut(value: unknown, indentation: number, taken: number): string {
  const line = JSON.stringify(value, undefined, 1)
    .replace(/\n */g, ' ')
    .replace(/\[ | \]/g, (bracket) => bracket.trim());
  if (typeof value !== 'object' || value === null || taken + line.length < width) return line;
  const inner = indentation + 2;
  const members = Array.isArray(value)
    ? value.map((item) => layOut(item, inner, inner))
    : Object.entries(value).map(([key, item]) => {
        const name = `${JSON.stringify(key)}: `;
        return `${name}${layOut(item, inner, inner + name.length)}`;
      });
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const body = members.map((member) => `${' '.repeat(inner)}${member}`).join(',\n');
  return `${open}\n${body}\n${' '.repeat(indentation)}${close}`;
}
