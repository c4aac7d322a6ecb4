/** Who has mapped a dma-buf. */
export interface DmabufImporter {
  /** The memory must not be reached any more when this returns. */
  invalidate(): void;
}

/** drivers/dma-buf: struct dma_buf: memory of one device that others may reach, in one piece. */
export class Dmabuf {
  /** Bytes. */
  readonly size: bigint;
  /** Of its first byte. */
  readonly physical: bigint;
  /** Nobody may map it. */
  revoked = false;
  private readonly importers = new Set<DmabufImporter>();

  constructor(physical: bigint, size: bigint) {
    this.physical = physical;
    this.size = size;
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
