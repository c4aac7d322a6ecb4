import type { Struct } from './codec.ts';
import { errnoName } from './errno.ts';

/** Calls as strace prints them. */

/** `0x1000000`, short. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** `-1 ENOENT`, `3`; an address in hexadecimal digits. */
export function showResult(result: number | bigint | string): string {
  if (typeof result === 'string') return result;
  if (result < 0) return `-1 ${errnoName(Number(result))}`;
  return typeof result === 'bigint' ? hex(result) : String(result);
}

/** `{size=40, flags=0x7, ioas_id=1, …}`. */
export function showStruct(struct: Struct, values: Readonly<Record<string, unknown>>): string {
  return showFields(
    struct.fields.map(({ name }) => name),
    values,
  );
}

/** Some fields of a struct, in the same form. */
export function showFields(
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
): string {
  return `{${names.map((name) => `${name}=${showValue(values[name])}`).join(', ')}}`;
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
