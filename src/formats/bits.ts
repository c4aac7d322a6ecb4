/** Bits `high` to `low` of a word, as the tables of the architecture name them. */
export function bits(word: bigint, high: number, low: number): bigint {
  return (word >> BigInt(low)) & mask(high - low);
}

/** A word with `value` in those bits and nothing else. */
export function field(value: bigint | number, high: number, low: number): bigint {
  return (BigInt(value) & mask(high - low)) << BigInt(low);
}

function mask(highest: number): bigint {
  return (1n << BigInt(highest + 1)) - 1n;
}
