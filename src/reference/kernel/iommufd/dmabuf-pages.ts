import type { ErrnoName } from '#uapi/errno.ts';
import type { OpenFile } from '../fs/file.ts';
import type { IommuDomain } from '../iommu/domain.ts';
import type { IommufdKernel } from './kernel.ts';
import type { Dmabuf } from '../mm/dmabuf.ts';
import type { Accounting } from './accounting.ts';
import type { IoptArea } from './area.ts';
import { DmabufSource } from './page-source.ts';
import { IoptPages } from './pages.ts';

interface MappedArea {
  readonly area: IoptArea;
  readonly domain: IommuDomain;
}

export interface DmabufPagesOptions {
  readonly file: OpenFile;
  readonly dmabuf: Dmabuf;
  /** Of the first byte of the dma-buf. */
  readonly physical: bigint;
  /** Of the mapping in the dma-buf, bytes. */
  readonly start: bigint;
  readonly writable: boolean;
  readonly accounting: Accounting;
}

/**
 * pages.c: an IoptPages of type IOPT_ADDRESS_DMABUF: memory of another device, which its owner may take away. There is
 * nothing to pin or to charge. IOAS-FILE-19 22 23 24 28
 */
export class DmabufPages extends IoptPages {
  protected readonly dmabuf: Dmabuf;
  protected readonly firstByte: bigint;
  /** Where it is mapped now. */
  protected readonly mapped = new Set<MappedArea>();

  constructor(kernel: IommufdKernel, options: DmabufPagesOptions) {
    const source = new DmabufSource(options.file, options.start);
    super(kernel, source, options.writable, options.accounting);
    this.dmabuf = options.dmabuf;
    this.firstByte = options.physical;
    this.dmabuf.attach(this);
  }

  override pin(_first: number, _last: number): ErrnoName | undefined {
    return undefined;
  }

  override unpin(_first: number, _last: number): void {}

  /** IOAS-FILE-24 */
  override pinForAccess(): ErrnoName {
    return 'EINVAL';
  }

  override readWrite(): ErrnoName {
    return 'EINVAL';
  }

  /** Nothing of it once it was revoked, which is not a failure. IOAS-FILE-22 23 */
  override mapDomain(area: IoptArea, domain: IommuDomain): ErrnoName | undefined {
    if (this.revoked) return undefined;
    const physical = this.firstByte + this.source.start + area.startByte;
    const error = domain.map(area.first, physical, area.length, area.protection);
    if (!error) this.mapped.add({ area, domain });
    return error;
  }

  override unmapDomain(area: IoptArea, domain: IommuDomain): void {
    super.unmapDomain(area, domain);
    for (const known of this.mapped) {
      if (known.area === area && known.domain === domain) this.mapped.delete(known);
    }
  }

  /** iopt_revoke_notify(): out of every domain, for good. IOAS-FILE-22 28 */
  invalidate(): void {
    this.revoked = true;
    for (const { area, domain } of this.mapped) super.unmapDomain(area, domain);
    this.mapped.clear();
  }

  protected override release(): void {
    this.dmabuf.detach(this);
    super.release();
  }
}
