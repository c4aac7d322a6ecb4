import type { Form } from '../calls/call.ts';
import { numberNamed } from '../fields.ts';

/** The words of a scenario for how the struct of a call lies in memory. */
export function formOf(text: {
  readonly bytes: string | undefined;
  readonly minimum: string | undefined;
  readonly appended: string | undefined;
  readonly tail: string | undefined;
  readonly pointer: string | undefined;
}): Form {
  const { bytes, minimum, appended, tail, pointer } = text;
  if (bytes !== undefined) return { kind: 'size', of: () => Number(bytes) };
  if (minimum === 'its minimum size') return { kind: 'size', of: ({ minSize }) => minSize };
  if (minimum !== undefined) return { kind: 'size', of: ({ minSize }) => minSize - 1 };
  if (appended !== undefined) {
    return {
      kind: 'appended',
      bytes: Number(appended),
      last: tail?.startsWith('zero') === true ? 0 : 1,
    };
  }
  const [, argument] = /^the argument (\w+)$/.exec(pointer ?? '') ?? [];
  if (argument !== undefined) return { kind: 'argument', value: numberNamed(argument) };
  if (pointer === 'a tail in bad memory') return { kind: 'runs into bad memory' };
  return {
    kind: pointer?.replace(/^a /, '') as 'null pointer' | 'bad pointer' | 'read-only memory',
  };
}
