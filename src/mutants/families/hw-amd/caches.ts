import { BLOCKED_ENTRY } from '#formats/amd/device-table-entry.ts';
import type { DeviceTableEntry, DeviceTableWords } from '#formats/amd/device-table-entry.ts';
import type { Command, PageRange, RangeOptions } from '#formats/amd/commands.ts';
import { mutants } from '#mutants/mutant.ts';
import type { TableDirtyOptions } from '#reference/kernel/iommu/table-dirty.ts';

const PAGE = 0x1000n;

/** An AMD IOMMU: its entries, its caches, those of devices, and its dirty bits. */
export const entries = mutants(
  {
    id: 'SEED-0766',
    breaks: ['HW-AMD-21', 'IOAS-UNMAP-17'],
    story: 'The flush of a range by an AMD IOMMU is that of its first page.',
    like: 'build_inv_address() that forgets CMD_INV_IOMMU_PAGES_SIZE_MASK',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushPages(domainId: number, range?: PageRange, options?: RangeOptions): void {
          super.flushPages(domainId, range && { ...range, length: PAGE }, options);
        }
      },
  },
  {
    id: 'SEED-1220',
    breaks: ['HW-AMD-01'],
    story: 'The device table entry of a device that is detached stays.',
    like: 'detach_device() without clear_dte_entry()',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        protected override writeEntry(rid: number, words: DeviceTableWords): void {
          if (words !== BLOCKED_ENTRY) super.writeEntry(rid, words);
        }
      },
  },
  {
    id: 'SEED-1222',
    breaks: ['HW-AMD-03'],
    story: 'A walk marks entries of a guest in pages that the device may only read.',
    like: 'a walker that translates the address of a table once, for reading',
    bug: ({ amdvi }) =>
      class extends amdvi.AmdIommuUnit {
        protected override locate(entry: DeviceTableEntry, address: bigint) {
          return super.locate(entry, address, 'read');
        }
      },
  },
  {
    id: 'SEED-1223',
    breaks: ['HW-AMD-04'],
    story: 'Devices that are attached when tracking is switched on leave no marks.',
    like: 'amd_iommu_set_dirty_tracking() that leaves dev_list alone',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        protected override toggleDirty(): void {}
      },
  },
  {
    id: 'SEED-1224',
    breaks: ['HW-AMD-04'],
    story: 'A mark that was cleared is still set in what is cached.',
    like: 'iommu_dirty_bitmap_init() without a gather, and no iotlb_sync()',
    bug: ({ amd }) =>
      class extends amd.HostDirty {
        constructor(options: TableDirtyOptions) {
          super({ ...options, flush: () => undefined });
        }
      },
  },
  {
    id: 'SEED-1227',
    breaks: ['HW-AMD-06', 'HW-AMD-23', 'IOAS-UNMAP-17'],
    story: 'An AMD IOMMU is told to forget nothing at all.',
    like: 'a command buffer that is filled with completion waits alone',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDeviceEntry(): void {}
        override flushPages(): void {}
        override flushDevicePages(): void {}
      },
  },
  {
    id: 'SEED-1235',
    breaks: ['HW-AMD-21'],
    story: 'The range of an invalidation ends one page early.',
    like: 'build_inv_address() with the end of the last page but one',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushPages(domainId: number, range?: PageRange, options?: RangeOptions): void {
          super.flushPages(domainId, range && shortened(range), options);
        }
      },
  },
  {
    id: 'SEED-1236',
    breaks: ['HW-AMD-21'],
    story: 'The range of an invalidation is as large as the length alone needs.',
    like: 'build_inv_address() by fls64() of the size, which crosses a border of it',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushPages(domainId: number, range?: PageRange, options?: RangeOptions): void {
          super.flushPages(domainId, range && withinItsSize(range), options);
        }
      },
  },
  {
    id: 'SEED-1237',
    breaks: ['HW-AMD-21', 'HW-AMD-22'],
    story: 'A device is told to forget a page less than was unmapped.',
    like: 'device_flush_iotlb() with a size that was rounded down',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDevicePages(rid: number, range?: PageRange): void {
          super.flushDevicePages(rid, range && shortened(range));
        }
      },
  },
  {
    id: 'SEED-1239',
    breaks: ['HW-AMD-21'],
    story: 'A unit takes the size of a range for an address in its first page.',
    like: 'an emulation that does not look at the bit S',
    bug: ({ amdvi }) =>
      class extends amdvi.CommandBuffer {
        protected override invalidatePages([low, high]: Command): void {
          super.invalidatePages([low, high & ~1n]);
        }
      },
  },
  {
    id: 'SEED-1240',
    breaks: ['HW-AMD-22'],
    story: 'A device is never told to forget a page.',
    like: '__domain_flush_pages() without device_flush_iotlb()',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDevicePages(): void {}
      },
  },
  {
    id: 'SEED-1241',
    breaks: ['HW-AMD-22'],
    story: 'Of several devices at a page table one is told to forget a page.',
    like: 'a break in the loop over dev_list',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        private toldDevice = false;

        override flushDevicePages(rid: number, range?: PageRange): void {
          if (!this.toldDevice) super.flushDevicePages(rid, range);
          this.toldDevice = true;
        }

        override complete(): void {
          super.complete();
          this.toldDevice = false;
        }
      },
  },
  {
    id: 'SEED-1242',
    breaks: ['HW-AMD-22'],
    story:
      'A page table in the format of guests is flushed by its own id, not by those of its devices.',
    like: 'domain_flush_pages_v2() with pdom->id in place of gcr3_info.domid',
    bug: ({ amd }) =>
      class extends amd.ProtectionDomain {
        protected override flushUnits(range: PageRange | undefined): void {
          if (this.format === 'v1') return super.flushUnits(range);
          for (const { queue } of this.users) queue.flushPages(this.domainId, range, { pasid: 0 });
        }
      },
  },
  {
    id: 'SEED-1243',
    breaks: ['HW-AMD-23'],
    story: 'What was cached for a device that leaves stays.',
    like: 'detach_device() without amd_iommu_domain_flush_all()',
    bug: ({ amd }) =>
      class extends amd.CommandQueue {
        override flushDomain(): void {}
      },
  },
  {
    id: 'SEED-1244',
    breaks: ['HW-AMD-23'],
    story: 'A device goes on with the translations that it has when it is detached.',
    like: 'detach_device() without pdev_disable_cap_ats()',
    bug: ({ pci }) =>
      class extends pci.ExpressCapabilities {
        protected override controlAts(value: number): void {
          if (value !== 0) super.controlAts(value);
        }
      },
  },
);

function shortened({ iova, length }: PageRange): PageRange {
  return { iova, length: length > PAGE ? length - PAGE : length };
}

function withinItsSize({ iova, length }: PageRange): PageRange {
  const size = 1n << BigInt((length - 1n).toString(2).length);
  const border = iova - (iova % size) + size;
  return { iova, length: iova + length > border ? border - iova : length };
}
