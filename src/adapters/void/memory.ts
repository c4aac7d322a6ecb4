import type { MmapRequest } from '#port/process.ts';
import { MAP_FIXED } from '#uapi/mman.ts';

const pageSize = 4096n;

type Pages = Map<bigint, Uint8Array>;

/** A mapping: its pages, by number, are pages of a file. Memory without a file is a file that nobody else has. */
interface Area {
  readonly first: bigint;
  readonly last: bigint;
  readonly file: Pages;
  /** Of the file. */
  readonly page: bigint;
}

/** Pages by number: enough of an address space that a scenario gets as far as its calls. Protections are not kept. */
export class VoidMemory {
  /** A later one lies over those before. */
  readonly #areas: Area[] = [];
  readonly #unmapped: Pages = new Map();
  readonly #files: ReadonlyMap<number, Pages>;
  /** Where the next mapping goes; far from 0, so that a null pointer is none. */
  #next = 0x7f00_0000_0000n;

  constructor(files: ReadonlyMap<number, Pages>) {
    this.#files = files;
  }

  /** Pages of one file are the same wherever they are mapped; each is made as it is touched. */
  mmap({ address, length, flags, fd, offset }: MmapRequest): bigint {
    const pages = (length + pageSize - 1n) / pageSize;
    const base = (flags & MAP_FIXED) !== 0 ? address : this.#next;
    if (base === this.#next) this.#next += (pages + 1n) * pageSize;
    const first = base / pageSize;
    const file = this.#files.get(fd) ?? new Map<bigint, Uint8Array>();
    this.#areas.push({ first, last: first + pages - 1n, file, page: offset / pageSize });
    return base;
  }

  #page(number: bigint): Uint8Array {
    const area = this.#areas.findLast(({ first, last }) => first <= number && number <= last);
    const file = area?.file ?? this.#unmapped;
    const key = area === undefined ? number : number - area.first + area.page;
    const page = file.get(key) ?? new Uint8Array(Number(pageSize));
    file.set(key, page);
    return page;
  }

  /** What of each page a range has, in order, and how far it lies from the beginning of the range. */
  *#pieces(address: bigint, length: number): Generator<readonly [Uint8Array, number]> {
    for (let done = 0; done < length;) {
      const at = address + BigInt(done);
      const from = Number(at % pageSize);
      const piece = this.#page(at / pageSize).subarray(from, from + length - done);
      yield [piece, done];
      done += piece.length;
    }
  }

  load(address: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const [piece, done] of this.#pieces(address, length)) bytes.set(piece, done);
    return bytes;
  }

  store(address: bigint, bytes: Uint8Array): void {
    for (const [piece, done] of this.#pieces(address, bytes.length)) {
      piece.set(bytes.subarray(done, done + piece.length));
    }
  }
}
