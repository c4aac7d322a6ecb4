import type { ErrnoName } from '#uapi/errno.ts';

/** Who has mapped a dma-buf. */
export interface DmabufImporter {
  /** The memory must not be reached any more when this returns. */
  invalidate(): void;
}

/** A piece of physical memory, bytes. */
export interface DmabufRange {
  readonly physical: bigint;
  readonly size: bigint;
}

/** drivers/dma-buf: struct dma_buf: memory of one device that others may reach. */
export class Dmabuf {
  /** Bytes. */
  readonly size: bigint;
  /** Nobody may map it. */
  revoked = false;
  protected readonly ranges: readonly DmabufRange[];
  private readonly importers = new Set<DmabufImporter>();

  constructor(...ranges: readonly DmabufRange[]) {
    this.ranges = ranges;
    this.size = ranges.reduce((sum, { size }) => sum + size, 0n);
  }

  /** vfio_pci_dma_buf_iommufd_map(): where it begins, or ENODEV, or EOPNOTSUPP. IOAS-FILE-18 21 */
  mapForIommufd(): bigint | ErrnoName {
    if (this.revoked) return 'ENODEV';
    const [only, ...more] = this.ranges;
    return only && more.length === 0 ? only.physical : 'EOPNOTSUPP';
  }

  attach(importer: DmabufImporter): void {
    this.importers.add(importer);
  }

  detach(importer: DmabufImporter): void {
    this.importers.delete(importer);
  }

  /** dma_buf_invalidate_mappings(), whichever way it goes. MOCK-26 */
  setRevoked(revoked: boolean): void {
    this.revoked = revoked;
    for (const importer of this.importers) importer.invalidate();
  }
}
