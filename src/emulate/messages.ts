/** What programs and the server say to each other: native/wire.h has the same. All little endian. */

/** By number. */
export const operations = [
  undefined,
  'HELLO',
  'FUTURE_FILE',
  'OPEN',
  'IOCTL',
  'READ',
  'WRITE',
  'PREAD',
  'PWRITE',
  'CLOSED',
  'MMAP',
  'MAPPED',
  'UNMAP',
  'LOAD',
  'STORE',
  'NAME',
  'HOLD',
] as const;

export type Operation = NonNullable<(typeof operations)[number]>;

export interface Request {
  readonly operation: Operation;
  readonly fd: number;
  /** The number that a new file would get, or a negative errno. */
  readonly newFd: number;
  /** Of the program's end of the connection that the file is. */
  readonly inode: bigint;
  readonly newInode: bigint;
  readonly arguments: readonly [bigint, bigint, bigint, bigint, bigint];
  readonly text: string;
}

/** Bits of an answer: enum answer_flag. */
export const answerFlags = {
  took: 1,
  closeOnExec: 2,
  drained: 4,
  elsewhere: 8,
  contents: 16,
  makeFiles: 32,
} as const;

export interface Answer {
  /** As in a register: a negative errno on failure. */
  readonly result: number | bigint;
  readonly flags?: number;
  readonly text?: Uint8Array;
}

/** struct request, without its text. */
export const HEADER_SIZE = 72;
/** Of the text: longer ones are no message. */
export const TEXT_LIMIT = 4096;

/** Cuts what comes from a program into requests. */
export class RequestReader {
  private rest: Buffer = Buffer.alloc(0);

  /** Throws where that is no request; nothing that follows can be read then. */
  *read(bytes: Buffer): Generator<Request> {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= HEADER_SIZE) {
      const size = this.rest.readUInt32LE(0);
      if (size < HEADER_SIZE || size > HEADER_SIZE + TEXT_LIMIT)
        throw new RangeError(`a request of ${size} bytes; expected ${HEADER_SIZE} and a text`);
      if (this.rest.length < size) return;
      const request = this.rest.subarray(0, size);
      this.rest = this.rest.subarray(size);
      yield decode(request);
    }
  }
}

function decode(bytes: Buffer): Request {
  const number = bytes.readUInt32LE(4);
  const operation = operations[number];
  if (operation === undefined) throw new RangeError(`there is no operation ${number}`);
  const argument = (index: number): bigint => bytes.readBigUInt64LE(32 + 8 * index);
  return {
    operation,
    fd: bytes.readInt32LE(8),
    newFd: bytes.readInt32LE(12),
    inode: bytes.readBigUInt64LE(16),
    newInode: bytes.readBigUInt64LE(24),
    arguments: [argument(0), argument(1), argument(2), argument(3), argument(4)],
    text: stringIn(bytes.toString('latin1', HEADER_SIZE)),
  };
}

/** As C has it: a zero ends it. */
function stringIn(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** struct answer, and its text. */
export function encode({ result, flags = 0, text }: Answer): Buffer {
  const length = text?.length ?? 0;
  const bytes = Buffer.alloc(16 + length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(flags, 4);
  bytes.writeBigInt64LE(BigInt(result), 8);
  if (text) bytes.set(text, 16);
  return bytes;
}
