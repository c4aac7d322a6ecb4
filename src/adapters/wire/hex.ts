import type { Hex64, HexBytes } from './messages.ts';

/** As a register holds it: -1n is `0xffffffffffffffff`. */
export function toHex64(value: bigint): Hex64 {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

export function toHexBytes(bytes: Uint8Array): HexBytes {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function fromHexBytes(hex: HexBytes): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
