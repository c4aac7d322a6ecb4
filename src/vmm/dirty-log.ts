import type { MemoryRegionSection } from './address-space.ts';
import type { Container, VmmContext } from './container.ts';
import { failed } from './error.ts';

/** Which pages of the guest were written: by its processors, as the VMM sees, and by its devices, as their containers tell. */
export class DirtyLog {
  protected readonly context: VmmContext;
  /** Addresses of pages that the guest's processors wrote. */
  protected readonly written = new Set<bigint>();
  /** Those that were told to. */
  protected readonly tracking = new Set<Container>();
  #isOn = false;

  constructor(context: VmmContext) {
    this.context = context;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Also of a container that comes while it is on. Where one cannot begin none does: VMM-DRT-02. */
  async start(containers: readonly Container[]): Promise<void> {
    this.#isOn = true;
    for (const container of containers) {
      if (!container.tracksDirtyPages || this.tracking.has(container)) continue;
      const result = await container.setDirtyPageTracking(true);
      if (result < 0) {
        await this.stop();
        throw failed('tracking of dirty pages', result);
      }
      this.tracking.add(container);
    }
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    for (const container of this.tracking) await container.setDirtyPageTracking(false);
    this.tracking.clear();
    this.written.clear();
  }

  /** It has no devices any more. */
  forget(container: Container): void {
    this.tracking.delete(container);
  }

  /** By a processor. */
  note(gpa: bigint, length: number): void {
    if (!this.#isOn) return;
    const page = this.pageSize;
    for (let at = gpa - (gpa % page); at < gpa + BigInt(length); at += page) this.written.add(at);
  }

  /** Of memory that devices cannot write nothing is asked; what a container cannot tell may have been written: VMM-DRT-01 and 03. */
  async sync(
    { gpa: iova, size, readOnly }: MemoryRegionSection,
    containers: readonly Container[],
  ): Promise<readonly bigint[]> {
    const page = this.pageSize;
    const places = Array.from({ length: Number(size / page) }, (_, index) => BigInt(index) * page);
    const bitmaps: Uint8Array[] = [];
    for (const container of readOnly ? [] : containers) {
      if (!this.isTold(container)) return places.map((place) => iova + place);
      const bitmap = await container.queryDirtyBitmap({ iova, size });
      if (typeof bitmap === 'number') throw failed('asking for dirty pages', bitmap);
      bitmaps.push(bitmap);
    }
    const isDirty = (index: number): boolean => bitmaps.some((bits) => isSet(bits, index));
    return places
      .filter((place, index) => this.written.delete(iova + place) || isDirty(index))
      .map((place) => iova + place);
  }

  /** From the beginning of the log on, and of every device. */
  protected isTold(container: Container): boolean {
    return this.tracking.has(container) && container.tracksDirtyPages;
  }

  protected get pageSize(): bigint {
    return BigInt(this.context.syscalls.pageSize);
  }
}

function isSet(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}
