import { type Command, Opcode, type Range, opcodeOf, vmidOf } from '#formats/smmuv3/commands.ts';
import type { Ste } from '#formats/smmuv3/stream-table-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Leaf } from '#reference/hardware/translation.ts';

interface Stage1Tag {
  readonly vmid: number;
  readonly asid: number | undefined;
}

/** What an SMMUv3 makes of its commands. */
export const entries = mutants(
  {
    id: 'SEED-1120',
    breaks: ['HW-SMU-12'],
    story: 'CFGI_STE leaves the context descriptors of the stream.',
    like: 'a cache of context descriptors with a life of its own',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.ConfigurationCache {
        override forgetStream(stream: number): void {
          const context = this.context(stream, 0);
          super.forgetStream(stream);
          if (context) this.keepContext(stream, 0, context);
        }
      },
  },
  {
    id: 'SEED-1121',
    breaks: ['HW-SMU-12', 'HW-SMU-14'],
    story: 'What is invalidated for one stream is invalidated for all.',
    like: 'a configuration cache without a tag',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.ConfigurationCache {
        private readonly known = new Set<number>();

        override keepStream(stream: number, entry: Ste): void {
          this.known.add(stream);
          super.keepStream(stream, entry);
        }

        override forgetContext(_stream: number, substream: number): void {
          for (const stream of this.known) super.forgetContext(stream, substream);
        }

        override forgetContexts(): void {
          for (const stream of this.known) super.forgetContexts(stream);
        }

        override forgetStream(): void {
          for (const stream of this.known) super.forgetStream(stream);
        }
      },
  },
  {
    id: 'SEED-1122',
    breaks: ['HW-SMU-14'],
    story: 'CFGI_CD takes the translations along.',
    like: 'a configuration command that clears the TLB',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnConfiguration(command: Command): (() => void) | undefined {
          const effect = super.effectOnConfiguration(command);
          if (!effect || opcodeOf(command) < Opcode.CfgiCd) return effect;
          return () => {
            effect();
            this.tlb.invalidateAll();
          };
        }
      },
  },
  {
    id: 'SEED-1123',
    breaks: ['HW-SMU-14', 'INV-20'],
    story: 'CFGI_CD_ALL does nothing.',
    like: 'an opcode that falls through',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnConfiguration(command: Command): (() => void) | undefined {
          const isAll = opcodeOf(command) === Opcode.CfgiCdAll;
          return isAll ? () => undefined : super.effectOnConfiguration(command);
        }
      },
  },
  {
    id: 'SEED-1124',
    breaks: ['HW-SMU-15'],
    story: 'TLBI_NH_ALL takes the configuration along.',
    like: 'a flush that resets the unit',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnTags(command: Command): (() => void) | undefined {
          if (opcodeOf(command) !== Opcode.TlbiNhAll) return super.effectOnTags(command);
          return () => {
            this.tlb.invalidateVmid(vmidOf(command), false);
            this.configuration.forgetStreams(0, 31);
          };
        }
      },
  },
  {
    id: 'SEED-1125',
    breaks: ['HW-SMU-15'],
    story: 'TLBI_NH_ALL leaves global pages.',
    like: 'a flush that goes by the ASIDs',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateAsid(vmid: number, asid: number): void {
          if (asid <= 0xffff) super.invalidateAsid(vmid, asid);
        }
      },
  },
  {
    id: 'SEED-1126',
    breaks: ['HW-SMU-16'],
    story: 'TLBI_NH_ASID drops global pages as well.',
    like: 'TLBI ASIDE1 that ignores nG',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateAsid(vmid: number, asid: number): void {
          super.invalidateAsid(vmid, asid);
          super.invalidateAsid(vmid, 0x1_0000);
        }
      },
  },
  {
    id: 'SEED-1127',
    breaks: ['HW-SMU-16'],
    story: 'TLBI_NH_ASID drops every ASID.',
    like: 'smmu_iotlb_inv_asid() that compares the VMID only',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnTags(command: Command): (() => void) | undefined {
          if (opcodeOf(command) !== Opcode.TlbiNhAsid) return super.effectOnTags(command);
          return () => this.tlb.invalidateVmid(vmidOf(command), false);
        }
      },
  },
  {
    id: 'SEED-1128',
    breaks: ['HW-SMU-16'],
    story: 'TLBI_NH_ASID drops nothing.',
    like: 'an opcode that falls through',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnTags(command: Command): (() => void) | undefined {
          const isAsid = opcodeOf(command) === Opcode.TlbiNhAsid;
          return isAsid ? () => undefined : super.effectOnTags(command);
        }
      },
  },
  {
    id: 'SEED-1129',
    breaks: ['HW-SMU-17', 'HW-SMU-11'],
    story: 'TLBI_NH_VA compares 8 bits of the ASID.',
    like: 'a unit without ASID16',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          const asid = tag.asid === undefined ? undefined : tag.asid & 0xff;
          super.invalidateStage1({ ...tag, asid }, range);
        }
      },
  },
  {
    id: 'SEED-1130',
    breaks: ['HW-SMU-17', 'HW-SMU-35'],
    story: 'What is dropped by an address is one page too long.',
    like: 'a last address that is the first one behind',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          super.invalidateStage1(tag, { ...range, length: range.length + 0x1000n });
        }
      },
  },
  {
    id: 'SEED-1131',
    breaks: ['HW-SMU-17'],
    story: 'TLBI_NH_VA is done as TLBI_NH_VAA.',
    like: 'an invalidation with an ASID of -1',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          super.invalidateStage1({ ...tag, asid: undefined }, range);
        }
      },
  },
  {
    id: 'SEED-1132',
    breaks: ['HW-SMU-17'],
    story: 'TLBI_NH_VA drops global pages of its own ASID only.',
    like: 'an entry that is tagged with an ASID although it is global',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        private readonly owners = new Map<bigint, number>();

        override insert(tag: Stage1Tag, address: bigint, leaf: Leaf): void {
          if (leaf.global && tag.asid !== undefined) this.owners.set(address >> 12n, tag.asid);
          super.insert(tag, address, leaf);
        }

        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          const owner = this.owners.get(range.first >> 12n);
          if (owner === undefined || owner === tag.asid) super.invalidateStage1(tag, range);
        }
      },
  },
  {
    id: 'SEED-1133',
    breaks: ['HW-SMU-17'],
    story: 'TLBI_NH_VA with Leaf is for walk caches alone.',
    like: 'a leaf bit that is read the other way round',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnPages(command: Command): (() => void) | undefined {
          const isLeaf = (command[1] & 1n) !== 0n;
          return isLeaf ? () => undefined : super.effectOnPages(command);
        }
      },
  },
  {
    id: 'SEED-1134',
    breaks: ['HW-SMU-17'],
    story: 'A block goes only where its first page is named.',
    like: 'a key that is made of the address of the command',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          if (range.first % 0x20_0000n === 0n || range.first % 0x20_0000n < 0x10_0000n)
            super.invalidateStage1(tag, range);
        }
      },
  },
  {
    id: 'SEED-1135',
    breaks: ['HW-SMU-18'],
    story: 'TLBI_NH_VAA is done for the ASID that it does not have.',
    like: 'an ASID of 0 that is taken for one',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          super.invalidateStage1({ ...tag, asid: tag.asid ?? 0 }, range);
        }
      },
  },
  {
    id: 'SEED-1136',
    breaks: ['HW-SMU-18'],
    story: 'TLBI_NH_VAA drops all of the VMID.',
    like: 'smmu_inv_notifiers_all() for what has no ASID',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          if (tag.asid === undefined) this.invalidateVmid(tag.vmid, false);
          else super.invalidateStage1(tag, range);
        }
      },
  },
  {
    id: 'SEED-1137',
    breaks: ['HW-SMU-21'],
    story: 'TLBI_S2_IPA drops all but the last page of its range.',
    like: 'a range that is counted from 0',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage2(vmid: number, { first, length }: Range): void {
          super.invalidateStage2(vmid, {
            first,
            length: length > 0x1000n ? length - 0x1000n : length,
          });
        }
      },
  },
  {
    id: 'SEED-1138',
    breaks: ['HW-SMU-35', 'HW-SMU-11'],
    story: 'SCALE is not looked at.',
    like: 'a unit that knows NUM only',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override invalidateStage1(tag: Stage1Tag, range: Range): void {
          const length = range.length > 0x2_0000n ? range.length / 2n : range.length;
          super.invalidateStage1(tag, { ...range, length });
        }
      },
  },
  {
    id: 'SEED-2500',
    breaks: ['HW-SMU-17', 'HW-SMU-18'],
    story: 'Of a block over pages of the second stage only the page around the address is dropped.',
    like: 'a combined entry that has the size of the smaller stage alone',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override insert(tag: Stage1Tag, address: bigint, { pieceOf: _, ...leaf }: Leaf): void {
          super.insert(tag, address, leaf);
        }
      },
  },
  {
    id: 'SEED-2501',
    breaks: ['HW-SMU-17'],
    story:
      'What is kept of a block in pages is kept as of 1 GiB, and goes with whatever is near it.',
    like: 'the size of the level above the block',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override insert(tag: Stage1Tag, address: bigint, leaf: Leaf): void {
          super.insert(tag, address, leaf.pieceOf ? { ...leaf, pieceOf: 1n << 30n } : leaf);
        }
      },
  },
);
