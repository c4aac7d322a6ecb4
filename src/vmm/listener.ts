import { errnoName } from '#uapi/errno.ts';
import type { MemoryListener, MemoryRegionSection } from './address-space.ts';
import type { Container, DmaRange } from './container.ts';
import { VmmAborted } from './error.ts';

/** Keeps what a container maps as the guest has it. */
export class VfioListener implements MemoryListener {
  protected readonly container: Container;

  constructor(container: Container) {
    this.container = container;
  }

  /** One map: VMM-LST-04. */
  async regionAdd(section: MemoryRegionSection): Promise<void> {
    const range = this.pagesOf(section);
    if (range === undefined) return;
    const { address, readOnly, file } = section;
    const result = await this.container.dmaMap({
      ...range,
      address,
      readOnly,
      ...(file && { file }),
    });
    if (result < 0) this.mapFailed(section, result);
  }

  /** VMM-LST-08. */
  async regionDel(section: MemoryRegionSection): Promise<void> {
    const range = this.pagesOf(section);
    if (range !== undefined) await this.container.dmaUnmap(range);
  }

  /** Its whole pages: VMM-LST-03. None, where pages of the guest would not be pages of the VMM: VMM-LST-02. */
  protected pagesOf({ gpa: iova, size }: MemoryRegionSection): DmaRange | undefined {
    const page = BigInt(this.container.pageSize);
    const whole = size - (size % page);
    return whole > 0n && iova % page === 0n ? { iova, size: whole } : undefined;
  }

  /** The other sections are tried all the same, and the plug then fails; a guest that runs has lost its memory: VMM-ATT-15. */
  protected mapFailed({ name }: MemoryRegionSection, result: number): void {
    const message = `Region ${name}: it could not be mapped: ${errnoName(result)}`;
    if (this.container.initialized) throw new VmmAborted(message);
    this.container.error ??= message;
  }
}
