import { accessesOf } from '#formats/accesses.ts';
import { PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { Fault, MappedRegion, MappingHolder, Pfn } from '#reference/kernel/mm/user-memory.ts';

/** Registers in the memory of a process. Bytes; `end` is behind the last one. */
export interface RegisterArea {
  readonly start: bigint;
  readonly end: bigint;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly region: MappedRegion;
  /** Of `start`, in the region. */
  readonly offset: bigint;
  readonly holder: MappingHolder;
}

/** Registers that are to be mapped: the process is yet to say where. */
export interface PromisedArea extends Pick<RegisterArea, 'region' | 'offset' | 'holder'> {
  /** PROT_*. */
  readonly protection: number;
}

/** What of a process's memory is registers of devices: VM_PFNMAP. The program cannot touch it, and asks for each access. */
export class MappedRegisters {
  private areas: readonly RegisterArea[] = [];
  private readonly promised = new Map<number, PromisedArea>();
  private promises = 0;

  /** The number by which fulfil() knows it. Not 0. */
  promise(area: PromisedArea): number {
    area.holder.get();
    this.promised.set(++this.promises, area);
    return this.promises;
  }

  /** At 0 they could not be mapped. A number that was not promised is left out. */
  fulfil(number: number, start: bigint, length: bigint): void {
    const area = this.promised.get(number);
    if (!area) return;
    this.promised.delete(number);
    if (start === 0n) return area.holder.put();
    const { region, offset, holder, protection } = area;
    const end = start + ((length + PAGE_SIZE - 1n) & ~(PAGE_SIZE - 1n));
    this.add({
      ...{ start, end, region, offset, holder },
      readable: (protection & (PROT_READ | PROT_WRITE)) !== 0,
      writable: (protection & PROT_WRITE) !== 0,
    });
  }

  /** Takes over one reference of its holder. */
  add(area: RegisterArea): void {
    this.areas = [...this.areas, area];
  }

  /** Whatever the process had, and was promised. */
  removeAll(): void {
    this.remove(0n, 1n << 64n);
    for (const { holder } of this.promised.values()) holder.put();
    this.promised.clear();
  }

  remove(start: bigint, end: bigint): void {
    const gone = this.areas.filter((area) => area.start < end && start < area.end);
    if (gone.length === 0) return;
    const rest = gone.flatMap((area) => [
      ...(area.start < start ? [{ ...area, end: start }] : []),
      ...(end < area.end ? [{ ...area, start: end, offset: area.offset + end - area.start }] : []),
    ]);
    for (const { holder } of rest) holder.get();
    this.areas = [...this.areas.filter((area) => !gone.includes(area)), ...rest];
    for (const { holder } of gone) holder.put();
  }

  at(address: bigint): RegisterArea | undefined {
    return this.areas.find(({ start, end }) => start <= address && address < end);
  }

  /** Undefined where no registers are. Accesses are as wide as they can be. */
  load(address: bigint, length: number): Uint8Array | Fault | undefined {
    const area = this.whole(address, length);
    if (!area) return undefined;
    if (!area.readable) return 'SIGSEGV';
    if (area.region.fault?.()) return 'SIGBUS';
    const first = area.offset + address - area.start;
    const bytes = new Uint8Array(length);
    for (const { done, width } of accessesOf(first, length))
      bytes.set(area.region.read(first + BigInt(done), width), done);
    return bytes;
  }

  store(address: bigint, bytes: Uint8Array): Fault | 'done' | undefined {
    const area = this.whole(address, bytes.length);
    if (!area) return undefined;
    if (!area.writable) return 'SIGSEGV';
    if (area.region.fault?.()) return 'SIGBUS';
    const first = area.offset + address - area.start;
    for (const { done, width } of accessesOf(first, bytes.length))
      area.region.write(first + BigInt(done), bytes.subarray(done, done + width));
    return 'done';
  }

  /** Undefined where none of them may be reached so, or nobody answers. */
  frame(address: bigint, write: boolean): Pfn | undefined {
    const area = this.at(address);
    const first = area?.region.address;
    if (!area || first === undefined || !(write ? area.writable : area.readable)) return undefined;
    if (area.region.fault?.()) return undefined;
    return (first + area.offset + address - area.start) >> PAGE_SHIFT;
  }

  private whole(address: bigint, length: number): RegisterArea | undefined {
    const area = this.at(address);
    return area && address + BigInt(length) <= area.end ? area : undefined;
  }
}
