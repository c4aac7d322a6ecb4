import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { IommuDomain, IommuProtection } from '#reference/kernel/iommu/domain.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { Extent } from '#reference/kernel/iommu/page-table-builder.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

const [PAGE, SUPERPAGE] = [0x1000n, 0x20_0000n];

/** What devices reach: features/dma/, and whatever else a device is in. */
export const dma = mutants(
  {
    id: 'BUG-132',
    breaks: ['IOAS-MAP-38', 'IOAS-MAP-49'],
    story: 'A superpage is used where less than that is left of a map.',
    like: 'iommu: Protect against overflow in iommu_pgsize()',
    parts: ({ SecondStageBuilder }) => ({
      SecondStageBuilder: class extends SecondStageBuilder {
        protected override takesLeaf(piece: Extent, level: number): boolean {
          const rest = level === 2 && piece.length > SUPERPAGE / 2n;
          return super.takesLeaf(rest ? { ...piece, length: SUPERPAGE } : piece, level);
        }
      },
    }),
  },
  {
    id: 'BUG-135',
    breaks: ['IOAS-UNMAP-17'],
    story: 'The last page of what is unmapped is not flushed.',
    like: 'iommu: Switch gather->end to the inclusive end',
    parts: ({ QueuedInvalidation }) => ({
      QueuedInvalidation: class extends QueuedInvalidation {
        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          for (let done = 0n; done < length - PAGE; done += PAGE)
            super.flushRange(domainId, iova + done, PAGE);
        }
      },
    }),
  },
  {
    id: 'BUG-139',
    breaks: ['IOAS-MAP-38'],
    story: 'A superpage at IOVA 0 is written as one entry of the lowest table.',
    like: 'iommu/amd: Fix corruption when mapping large pages from 0',
    parts: ({ SecondStageBuilder }) => ({
      SecondStageBuilder: class extends SecondStageBuilder {
        override map(extent: Extent): ErrnoName | undefined {
          const isLarge = extent.iova === 0n && extent.length >= SUPERPAGE;
          return super.map(isLarge ? { ...extent, length: PAGE } : extent);
        }
      },
    }),
  },
  {
    id: 'BUG-141',
    breaks: ['IOAS-UNMAP-17'],
    story: 'An unmap is over before the IOMMU has forgotten the translation.',
    like: 'iommu/amd: Wait for completion instead of returning early',
    parts: ({ QueuedInvalidation }) => ({
      QueuedInvalidation: class extends QueuedInvalidation {
        private late: () => void = () => undefined;

        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          this.late();
          this.late = () => super.flushRange(domainId, iova, length);
        }
      },
    }),
  },
  {
    id: 'BUG-143',
    breaks: ['VFIO-DET-02'],
    story:
      'A detached device is taken off its page table before those at the page table are flushed.',
    like: 'iommu/amd: Invalidate cache before removing device from domain list',
    parts: ({ IntelIommu }) => ({
      IntelIommu: class extends IntelIommu {
        private leaving: readonly number[] = [];

        override block(device: IntelDevice): void {
          this.leaving = device.requesterIds;
          super.block(device);
          this.leaving = [];
        }

        protected override flushCaches(domainId: number, rid: number): void {
          if (!this.leaving.includes(rid)) super.flushCaches(domainId, rid);
        }
      },
    }),
  },
  {
    id: 'BUG-148',
    breaks: ['IOAS-UNMAP-17'],
    story: 'The flush of a range is as long as the range, but begins at a multiple of its length.',
    like: 'iommu/vt-d: Calculate mask for non-aligned flushes',
    parts: ({ QueuedInvalidation }) => ({
      QueuedInvalidation: class extends QueuedInvalidation {
        override flushRange(domainId: number, iova: bigint, length: bigint): void {
          let size = PAGE;
          while (size < length) size *= 2n;
          super.flushRange(domainId, iova - (iova % size), size);
        }
      },
    }),
  },
  {
    id: 'BUG-149',
    breaks: ['IOAS-ALLOC-04'],
    story: 'Two page tables have one tag in the cache of the IOMMU.',
    like: 'iommu/vt-d: Always reserve a domain ID for identity setup',
    parts: ({ IntelIommu }) => ({
      IntelIommu: class extends IntelIommu {
        protected override takeDomainId(): number {
          return 1;
        }

        protected override releaseDomainId(_domainId: number): void {}
      },
    }),
  },
  {
    id: 'BUG-161',
    breaks: ['IOAS-UNMAP-17'],
    story: 'A flush reaches the translations of small pages only.',
    like: 'iommu/arm-smmu-v3: Set TTL invalidation hint better',
    parts: ({ Iotlb }) => ({
      Iotlb: class extends Iotlb {
        private readonly large: { iova: bigint; leaf: Leaf; domainId: number }[] = [];

        override insert(domainId: number, iova: bigint, leaf: Leaf): void {
          super.insert(domainId, iova, leaf);
          if (leaf.size > PAGE) this.large.push({ domainId, iova, leaf });
        }

        override invalidatePages(domainId: number, first: bigint, length: bigint): void {
          super.invalidatePages(domainId, first, length);
          for (const kept of this.large) super.insert(kept.domainId, kept.iova, kept.leaf);
        }
      },
    }),
  },
  {
    id: 'BUG-164',
    breaks: ['VFIO-ATT-06', 'VFIO-DET-02'],
    story: 'A device that leaves its page table leaves the translations behind.',
    like: 'iommu/riscv: Add IOTINVAL after updating DDT/PDT entries',
    parts: ({ IntelIommu }) => ({
      IntelIommu: class extends IntelIommu {
        protected override flushCaches(domainId: number, rid: number): void {
          this.queue.flushContext(domainId, rid);
        }
      },
    }),
  },
  {
    id: 'BUG-190',
    breaks: ['VFIO-ATT-07', 'VFIO-ATT-08'],
    story: 'The second device behind a bridge clears the entry of the requester id they share.',
    like: 'iommu/vt-d: Restore context entry setup order for aliased devices',
    parts: ({ IntelIommu }) => ({
      IntelIommu: class extends IntelIommu {
        override attach(device: IntelDevice, domain: IommuDomain): ErrnoName | undefined {
          const shared = device.requesterIds.filter((rid) => this.attached.get(rid) === domain);
          const error = super.attach(device, domain);
          for (const rid of shared) this.clearContext(rid);
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-106',
    breaks: ['IOAS-UNMAP-17'],
    story: 'An unmap flushes nothing.',
    like: 'iommu_unmap_fast() without iommu_iotlb_sync()',
    parts: ({ QueuedInvalidation }) => ({
      QueuedInvalidation: class extends QueuedInvalidation {
        override flushRange(_domainId: number, _iova: bigint, _length: bigint): void {}
      },
    }),
  },
  {
    id: 'SEED-107',
    breaks: ['IOAS-MAP-48'],
    story: 'A device may write to every mapping that it may read.',
    like: 'DMA_PTE_WRITE set for every entry',
    parts: ({ PagingDomain }) => ({
      PagingDomain: class extends PagingDomain {
        override map(
          iova: bigint,
          physical: bigint,
          length: bigint,
          { read }: IommuProtection,
          maxPageSize?: bigint,
        ): ErrnoName | undefined {
          return super.map(iova, physical, length, { read, write: true }, maxPageSize);
        }
      },
    }),
  },
  {
    id: 'SEED-108',
    breaks: ['IOAS-MAP-38'],
    story: 'A superpage is used for memory that is not aligned to it.',
    like: '__domain_mapping() that looks at the IOVA only',
    parts: ({ SecondStageBuilder }) => ({
      SecondStageBuilder: class extends SecondStageBuilder {
        protected override takesLeaf(piece: Extent, level: number): boolean {
          const physical = piece.physical - (piece.physical % SUPERPAGE);
          return super.takesLeaf(level === 2 ? { ...piece, physical } : piece, level);
        }
      },
    }),
  },
  {
    id: 'SEED-109',
    breaks: ['VFIO-DET-02', 'VFIO-ATT-06'],
    story: 'The IOMMU does not forget which page table a device had.',
    like: 'a context cache that takes no device-selective invalidation',
    parts: ({ ContextCache }) => ({
      ContextCache: class extends ContextCache {
        override invalidateDevice(_rid: number, _ignored: number): void {}
      },
    }),
  },
  {
    id: 'SEED-110',
    breaks: ['IOAS-MAP-48'],
    story: 'The IOMMU checks the right to read for reads and writes alike.',
    like: 'a cached translation without the kind of access',
    parts: ({ VtdUnit }) => ({
      VtdUnit: class extends VtdUnit {
        override translate(
          request: DmaRequest,
        ): { address: bigint; bytesToBorder: bigint } | undefined {
          return super.translate({ ...request, write: false });
        }
      },
    }),
  },
  {
    id: 'SEED-111',
    breaks: ['IOAS-MAP-49'],
    story: 'Only the first byte of an access is translated.',
    like: 'a transfer that is not cut at page borders',
    parts: ({ VtdUnit }) => ({
      VtdUnit: class extends VtdUnit {
        override translate(
          request: DmaRequest,
        ): { address: bigint; bytesToBorder: bigint } | undefined {
          const found = super.translate(request);
          return found && { ...found, bytesToBorder: SUPERPAGE };
        }
      },
    }),
  },
);
