import { InvalidArgumentError } from 'commander';

/** What options of several commands take. */

export function naturalNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

export function positive(text: string): number {
  const number = naturalNumber(text);
  if (number === 0) throw new InvalidArgumentError('Expected at least 1.');
  return number;
}

/** The `index`th of `of` parts, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** `1/4` is the first of four; undefined where the text is no such thing. */
export function parseShard(text: string): Shard | undefined {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= of ? { index, of } : undefined;
}

/** An option that can be said several times. */
export function collect(option: string, before: string[]): string[] {
  return [...before, option];
}

/** `--adapter-option key=value`, each of them. */
export function settingsOf(options: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    options.map((option) => [option.split('=')[0] ?? '', option.slice(option.indexOf('=') + 1)]),
  );
}
