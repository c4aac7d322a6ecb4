import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { PagingDomain } from '#reference/kernel/iommu/intel/paging-domain.ts';
import type { Extent } from '#reference/kernel/iommu/page-table-builder.ts';
import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type MapCall = Parameters<PagingDomain['map']>;
type RwOptions = Parameters<Access['readWrite']>[2];
const [PAGE, SUPERPAGE] = [0x1000n, 0x20_0000n];

/** IOMMU_IOAS_MAP: what devices and drivers reach through a map. */
export const entries = mutants(
  {
    id: 'BUG-011',
    breaks: ['IOAS-MAP-49', 'IOAS-MAP-46'],
    story: 'An access reads and writes nothing, and succeeds, where nothing is mapped.',
    like: 'iommufd: Fix uninitialized rc in iommufd_access_rw()',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        override readWrite(
          iova: bigint,
          bytes: Uint8Array,
          options: RwOptions,
        ): ErrnoName | undefined {
          const error = super.readWrite(iova, bytes, options);
          const nothing = !this.ioas?.iopt.areas.intersecting(iova, iova);
          return error === 'ENOENT' && nothing ? undefined : error;
        }
      },
  },
  {
    id: 'BUG-132',
    breaks: ['IOAS-MAP-38', 'IOAS-MAP-49'],
    story: 'A superpage is used where less than that is left of a map.',
    like: 'iommu: Protect against overflow in iommu_pgsize()',
    bug: ({ intel }) =>
      class extends intel.SecondStageBuilder {
        protected override takesLeaf(piece: Extent, level: number): boolean {
          const rest = level === 2 && piece.length > SUPERPAGE / 2n;
          return super.takesLeaf(rest ? { ...piece, length: SUPERPAGE } : piece, level);
        }
      },
  },
  {
    id: 'BUG-139',
    breaks: ['IOAS-MAP-38'],
    story: 'A superpage at IOVA 0 is written as one entry of the lowest table.',
    like: 'iommu/amd: Fix corruption when mapping large pages from 0',
    bug: ({ intel }) =>
      class extends intel.SecondStageBuilder {
        override map(extent: Extent): ErrnoName | undefined {
          const isLarge = extent.iova === 0n && extent.length >= SUPERPAGE;
          return super.map(isLarge ? { ...extent, length: PAGE } : extent);
        }
      },
  },
  {
    id: 'SEED-0107',
    breaks: ['IOAS-MAP-48'],
    story: 'A device may write to every mapping that it may read.',
    like: 'DMA_PTE_WRITE set for every entry',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        override map(
          ...[iova, physical, length, { read }, maxSize]: MapCall
        ): ErrnoName | undefined {
          return super.map(iova, physical, length, { read, write: true }, maxSize);
        }
      },
  },
  {
    id: 'SEED-0108',
    breaks: ['IOAS-MAP-38'],
    story: 'A superpage is used for memory that is not aligned to it.',
    like: '__domain_mapping() that looks at the IOVA only',
    bug: ({ intel }) =>
      class extends intel.SecondStageBuilder {
        protected override takesLeaf(piece: Extent, level: number): boolean {
          const physical = piece.physical - (piece.physical % SUPERPAGE);
          return super.takesLeaf(level === 2 ? { ...piece, physical } : piece, level);
        }
      },
  },
  {
    id: 'SEED-0110',
    breaks: ['IOAS-MAP-48'],
    story: 'The IOMMU checks the right to read for reads and writes alike.',
    like: 'a cached translation without the kind of access',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override translate(
          request: DmaRequest,
        ): { address: bigint; bytesToBorder: bigint } | undefined {
          return super.translate({ ...request, write: false });
        }
      },
  },
  {
    id: 'SEED-0111',
    breaks: ['IOAS-MAP-49'],
    story: 'Only the first byte of an access is translated.',
    like: 'a transfer that is not cut at page borders',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        override translate(
          request: DmaRequest,
        ): { address: bigint; bytesToBorder: bigint } | undefined {
          const found = super.translate(request);
          return found && { ...found, bytesToBorder: SUPERPAGE };
        }
      },
  },
  {
    id: 'SEED-0112',
    breaks: ['IOAS-MAP-46'],
    story: 'An access reads a mapping that is only writeable.',
    like: 'check_area_prot() that looks at IOMMU_WRITE only',
    bug: ({ iommufd }) =>
      class extends iommufd.Access {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return write ? super.checkArea(area, write) : undefined;
        }
      },
  },
  {
    id: 'SEED-0680',
    breaks: ['IOAS-MAP-45'],
    story: 'A nesting parent makes mappings that are only readable writeable.',
    like: 'PT_FEAT_VTDSS_FORCE_WRITEABLE taken at its word',
    bug: ({ intel }) =>
      class extends intel.PagingDomain {
        override map(...[iova, physical, length, rights, maxSize]: MapCall): ErrnoName | undefined {
          const forced = this.nestParent ? { read: true, write: true } : rights;
          return super.map(iova, physical, length, forced, maxSize);
        }
      },
  },
  {
    id: 'SEED-0762',
    breaks: ['IOAS-MAP-49', 'IOAS-MAP-48'],
    story: 'A virtio-iommu is always asked for both rights.',
    like: 'VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE without a look at prot',
    bug: ({ virtio }) =>
      class extends virtio.VirtioDomain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          _protection: IommuProtection,
        ): ErrnoName | undefined {
          return super.map(iova, physical, length, { read: true, write: true });
        }
      },
  },
);
