import { mutants } from '#mutants/mutant.ts';
import type { DirtyVisit } from '#reference/kernel/iommu/domain.ts';
import type { VisitedLeaf } from '#reference/kernel/iommu/page-table-builder.ts';
import type { TableDomain } from '#reference/kernel/iommu/table-domain.ts';
import { maximum, minimum } from '#reference/kernel/lib/math.ts';

const SUPERPAGE = 1n << 21n;

/** Dirty bits that lie in the page tables of an IOMMU. */
export const entries = mutants(
  {
    id: 'SEED-1650',
    breaks: ['DIRTY-15'],
    story: 'A large page of which a part was asked for is dirty no more, behind a VT-d.',
    like: 'intel_iommu_read_and_clear_dirty() that steps by entries',
    bug: ({ intel }) =>
      class extends intel.SecondStageDirty {
        override read(first: bigint, last: bigint, visit: DirtyVisit): void {
          const asked: DirtyVisit = (from, to) =>
            from > last || to < first || visit(maximum(from, first), minimum(to, last));
          super.read(first - (first % SUPERPAGE), last | (SUPERPAGE - 1n), asked);
        }
      },
  },
  {
    id: 'SEED-1651',
    breaks: ['DIRTY-18', 'DIRTY-11'],
    story: 'A walk for dirty bits goes round in the first of two tables of a VT-d.',
    like: 'a walk whose end is that of the range, at each level',
    bug: ({ intel }) =>
      class extends intel.SecondStageBuilder {
        override visit(first: bigint, last: bigint, told: (leaf: VisitedLeaf) => void): void {
          super.visit(first, last, (leaf) => {
            told(leaf);
            const iova = leaf.iova + SUPERPAGE;
            if (leaf.size < SUPERPAGE && iova <= last) told({ ...leaf, iova });
          });
        }
      },
  },
  {
    id: 'SEED-1652',
    breaks: ['DIRTY-11', 'OPT-19'],
    story: 'An AMD IOMMU has large entries also where they are switched off.',
    like: 'amdv1 map_range() that takes the page sizes of the domain alone',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        override map(...[iova, physical, length, rights]: Parameters<TableDomain['map']>) {
          return super.map(iova, physical, length, rights);
        }
      },
  },
);
