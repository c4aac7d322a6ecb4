/**
 * What the slow walkers read: bytes, and nothing else that is shared with the models. A walker is told what a unit's
 * registers hold, reads the tables as the book describes them, bit by bit, and keeps nothing between two requests.
 */
export interface Bytes {
  read(address: bigint, length: number): Uint8Array;
  write(address: bigint, bytes: Uint8Array): void;
}

/** A word of 64 bits, the lowest byte first. */
export function wordAt(memory: Bytes, address: bigint): bigint {
  return [...memory.read(address, 8)].reduceRight((word, byte) => word * 256n + BigInt(byte), 0n);
}

/** Sets one bit of the word at an address. */
export function setBit(memory: Bytes, address: bigint, bit: number): void {
  const at = address + BigInt(Math.floor(bit / 8));
  const [byte = 0] = memory.read(at, 1);
  memory.write(at, Uint8Array.of(byte | (1 << (bit % 8))));
}

/** Clears one bit of the word at an address. */
export function clearBit(memory: Bytes, address: bigint, bit: number): void {
  const at = address + BigInt(Math.floor(bit / 8));
  const [byte = 0] = memory.read(at, 1);
  memory.write(at, Uint8Array.of(byte & ~(1 << (bit % 8))));
}

/** A field, by its highest and its lowest bit. */
export function field(word: bigint, high: number, low = high): bigint {
  return (word >> BigInt(low)) % (1n << BigInt(high - low + 1));
}

export function isSet(word: bigint, bit: number): boolean {
  return field(word, bit) === 1n;
}

/** What a field holds, where it stands in the word: an address without the flags around it. */
export function inPlace(word: bigint, high: number, low: number): bigint {
  return field(word, high, low) << BigInt(low);
}

export interface Access {
  /** Requester id: bus, device and function. */
  readonly rid: number;
  readonly pasid: number | undefined;
  readonly address: bigint;
  readonly write: boolean;
}

/** Where a request goes, or the number by which the unit tells why it does not; undefined where it tells nothing. */
export type Reading = { readonly to: bigint } | { readonly refused: number | undefined };

export function isRefused(reading: Reading): reading is { readonly refused: number | undefined } {
  return 'refused' in reading;
}
