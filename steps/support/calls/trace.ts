import { errnoName } from '#uapi/errno.ts';
import type { Struct } from '#uapi/codec.ts';

import { hex } from '../notation.ts';

/** What a system call did, for people who read strace. */
export class Trace {
  /** Most traces are never read: what costs something to write is written then. */
  readonly #lines: (() => string)[] = [];

  add(call: string | (() => string), result: number | bigint | string): void {
    const shown = typeof call === 'string' ? () => call : call;
    this.#lines.push(() => `${shown()} = ${showResult(result)}`);
  }

  note(text: string): void {
    this.#lines.push(() => `/* ${text} */`);
  }

  get text(): string {
    return this.#lines.map((line) => line()).join('\n');
  }
}

export function showResult(result: number | bigint | string): string {
  if (typeof result === 'string') return result;
  if (result < 0) return `-1 ${errnoName(Number(result))}`;
  return typeof result === 'bigint' ? hex(result) : String(result);
}

/** `{size=40, flags=0x7, ioas_id=1, …}`. */
export function showStruct(struct: Struct, values: Readonly<Record<string, unknown>>): string {
  const shown = struct.fields.map(({ name }) => `${name}=${showValue(values[name])}`);
  return `{${shown.join(', ')}}`;
}

function showValue(value: unknown): string {
  if (typeof value === 'bigint') return hex(value);
  if (typeof value === 'number') return value > 9 ? hex(value) : String(value);
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}=${showValue(field)}`);
    return `{${fields.join(', ')}}`;
  }
  return String(value);
}
