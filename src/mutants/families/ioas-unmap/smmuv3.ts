import type { Command } from '#formats/smmuv3/commands.ts';
import { mutants } from '#mutants/mutant.ts';

/** IOMMU_IOAS_UNMAP: what an SMMUv3 is told of it. */
export const entries = mutants(
  {
    id: 'SEED-1100',
    breaks: ['IOAS-UNMAP-17'],
    story: 'Behind an SMMUv3, an unmap of stage 1 flushes nothing.',
    like: 'arm_smmu_iotlb_sync() that does nothing',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flush(iova: bigint, length: bigint): void {
          if (this.stage === 2) super.flush(iova, length);
        }
      },
  },
  {
    id: 'SEED-1101',
    breaks: ['IOAS-UNMAP-17'],
    story: 'Behind an SMMUv3, what an unmap flushes is one page short.',
    like: 'a range that is counted from its last page',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flush(iova: bigint, length: bigint): void {
          super.flush(iova, length > 0x1000n ? length - 0x1000n : length);
        }
      },
  },
  {
    id: 'SEED-1102',
    breaks: ['IOAS-UNMAP-17'],
    story: 'Of a range, an SMMUv3 is told the part that is a power of two.',
    like: 'a TLBI with RIL whose NUM is not asked again',
    bug: ({ arm }) =>
      class extends arm.SmmuCommands {
        override issueRange(
          iova: bigint,
          length: bigint,
          page: (address: bigint) => Command,
        ): void {
          const pages = (length >> 12n).toString(2).length - 1;
          super.issueRange(iova, 0x1000n << BigInt(pages), page);
        }
      },
  },
  {
    id: 'SEED-1103',
    breaks: ['IOAS-UNMAP-17'],
    story: 'Behind an SMMUv3, an unmap flushes the tags of another address space.',
    like: 'cmd.tlbi.asid of the domain that was attached before',
    bug: ({ arm }) =>
      class extends arm.SmmuCommands {
        override issueRange(
          iova: bigint,
          length: bigint,
          page: (address: bigint) => Command,
        ): void {
          super.issueRange(iova, length, (address) => {
            const [low, high] = page(address);
            return [low ^ (1n << 60n) ^ (1n << 44n), high];
          });
        }
      },
  },
);
