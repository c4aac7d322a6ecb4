import type { MmapRequest } from '#port/process.ts';
import { MAP_FIXED } from '#uapi/mman.ts';

const pageSize = 4096n;

/** Pages by number: enough of an address space that a scenario gets as far as its calls. Protections are not kept. */
export class VoidMemory {
  readonly #pages = new Map<bigint, Uint8Array>();
  readonly #files: ReadonlyMap<number, Map<bigint, Uint8Array>>;
  /** Where the next mapping goes; far from 0, so that a null pointer is none. */
  #next = 0x7f00_0000_0000n;

  constructor(files: ReadonlyMap<number, Map<bigint, Uint8Array>>) {
    this.#files = files;
  }

  /** Pages of one file are the same wherever they are mapped; what the file lacks is made as it is touched. */
  mmap({ address, length, flags, fd, offset }: MmapRequest): bigint {
    const pages = (length + pageSize - 1n) / pageSize;
    const base = (flags & MAP_FIXED) !== 0 ? address : this.#next;
    if (base === this.#next) this.#next += (pages + 1n) * pageSize;
    const file = this.#files.get(fd);
    if (file === undefined) return base;
    for (let page = 0n; page < pages; page += 1n) {
      const bytes = file.get(page + offset / pageSize) ?? new Uint8Array(Number(pageSize));
      file.set(page + offset / pageSize, bytes);
      this.#pages.set(base / pageSize + page, bytes);
    }
    return base;
  }

  load(address: bigint, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => {
      const at = address + BigInt(index);
      return this.#pages.get(at / pageSize)?.[Number(at % pageSize)] ?? 0;
    });
  }

  store(address: bigint, bytes: Uint8Array): void {
    bytes.forEach((byte, index) => {
      const at = address + BigInt(index);
      const page = this.#pages.get(at / pageSize) ?? new Uint8Array(Number(pageSize));
      this.#pages.set(at / pageSize, page);
      page[Number(at % pageSize)] = byte;
    });
  }
}
