/** The value notation of the feature files: sizes and places. `docs/value-notation.md` is the half page on it. */

const U64_MAX = 2n ** 64n - 1n;

const units: Readonly<Record<string, bigint>> = {
  byte: 1n,
  bytes: 1n,
  KiB: 2n ** 10n,
  MiB: 2n ** 20n,
  GiB: 2n ** 30n,
  TiB: 2n ** 40n,
  PiB: 2n ** 50n,
};

const term = String.raw`(?:U64_MAX|0x[0-9a-fA-F]+|\d+(?: (?:bytes?|KiB|MiB|GiB|TiB|PiB|pages?))?)`;
const sum = String.raw`${term}(?: [+-] ${term})*`;

/** `2 pages`, `16 MiB + 1 page - 1 byte`, `U64_MAX`, `0x1000`; or what IOMMU_IOAS_NOIOMMU_GET_PA said last. */
export const sizeRegexp = new RegExp(`(?:${sum}|the contiguous length)`);
/**
 * A size that may start from `the new IOVA`: where the last automatic map landed; or from `the physical address`: what
 * IOMMU_IOAS_NOIOMMU_GET_PA said last.
 */
export const iovaRegexp = new RegExp(
  String.raw`(?:the (?:new IOVA|physical address)(?: [+-] ${term})*|${sum})`,
);

export interface Surroundings {
  /** Bytes. */
  readonly pageSize: bigint;
  readonly newIova: () => bigint;
  readonly physical: () => { readonly address: bigint; readonly length: bigint };
}

function termValue(text: string, { pageSize, newIova, physical }: Surroundings): bigint {
  if (text === 'the new IOVA') return newIova();
  if (text === 'the physical address') return physical().address;
  if (text === 'the contiguous length') return physical().length;
  if (text === 'U64_MAX') return U64_MAX;
  if (text.startsWith('0x')) return BigInt(text);
  const [count = '', unit = 'byte'] = text.split(' ');
  const scale = unit.startsWith('page') ? pageSize : units[unit];
  if (scale === undefined || !/^\d+$/.test(count)) throw new Error(`"${text}" is not a size`);
  return BigInt(count) * scale;
}

/** The number behind a size or a place. Throws where the text is neither, or the sum leaves 0 … 2^64-1. */
export function parseSize(text: string, surroundings: Surroundings): bigint {
  const [first = '', ...rest] = text.trim().split(/ ([+-]) /);
  let total = termValue(first, surroundings);
  for (let index = 0; index < rest.length; index += 2) {
    const value = termValue(rest[index + 1] ?? '', surroundings);
    total += rest[index] === '-' ? -value : value;
  }
  if (total < 0n || total > U64_MAX) throw new Error(`"${text}" is ${total}, not a 64-bit value`);
  return total;
}

/** The longest piece of each series that was asked for: scenarios fill megabytes with the same few. */
const series = new Map<string, Uint8Array>();

/** Recognisable bytes that differ from page to page, to be looked at only: `seed` picks the series. */
export function pattern(seed: string, length: number): Uint8Array {
  const known = series.get(seed);
  if (known !== undefined && known.length >= length) return known.subarray(0, length);
  const bytes = newPattern(seed, length);
  series.set(seed, bytes);
  return bytes;
}

function newPattern(seed: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = [...seed].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0,
    2166136261,
  );
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
