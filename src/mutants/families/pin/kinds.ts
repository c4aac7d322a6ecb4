import { mutants } from '#mutants/mutant.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { IoptPages } from '#reference/kernel/iommufd/pages.ts';
import { forkPageTable } from '#reference/kernel/mm/fork.ts';
import type { PageTable } from '#reference/kernel/mm/page-table.ts';
import { PAGE_SHIFT, type Pfn } from '#reference/kernel/mm/user-memory.ts';

type ReadWrite = Parameters<IoptPages['readWrite']>;

/** Which page of a process is pinned, and how often. */
export const entries = mutants(
  {
    id: 'SEED-0875',
    breaks: ['PIN-39'],
    story:
      'A page that two processes share since a fork is pinned as it is where the device may only read it.',
    like: 'pin_user_pages() of readable memory before FAULT_FLAG_UNSHARE',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          const vma = this.vmas.find(address);
          const shared =
            vma && !write && !vma.file ? this.faults.peek(vma, address >> PAGE_SHIFT) : 'zero';
          if (typeof shared !== 'bigint') return super.pinPage(address, write);
          this.pages.pin(shared);
          return shared;
        }
      },
  },
  {
    id: 'SEED-0876',
    breaks: ['PIN-39'],
    story:
      'Untouched memory that a device may only read is a page of zeroes, which the process does not have.',
    like: 'pin_user_pages() of the zero page',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          const vma = this.vmas.find(address);
          const isZero = vma && !write && this.faults.peek(vma, address >> PAGE_SHIFT) === 'zero';
          const zeroes = isZero && !vma.file ? this.pages.allocate(0) : undefined;
          if (!zeroes) return super.pinPage(address, write);
          this.pages.pin(zeroes.pfn);
          this.pages.put(zeroes);
          return zeroes.pfn;
        }
      },
  },
  {
    id: 'SEED-0877',
    breaks: ['PIN-39'],
    story:
      'After a fork the process that writes first to a page gets another one, also where a device has it.',
    like: 'copy_present_pte() without page_needs_cow_for_dma()',
    bug: ({ mm }) =>
      class extends mm.PageFaults {
        override fork(child: PageTable): void {
          const pins = [...this.table.all()]
            .map(({ pfn }) => this.pages.folioOf(pfn))
            .map((folio) => {
              const { pins } = folio;
              folio.pins = 0;
              return { folio, pins };
            });
          forkPageTable(this.pages, this.table, child);
          for (const { folio, pins: count } of pins) folio.pins = count;
        }
      },
  },
  {
    id: 'SEED-0878',
    breaks: ['PIN-39'],
    story: 'Pages that a device could only read stay pinned after the unmap.',
    like: 'unpin_user_page_range_dirty_lock() for what is writeable, and nothing for the rest',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override drop(indexes: readonly number[]): void {
          if (this.writable) super.drop(indexes);
          else for (const index of indexes) this.pinned.delete(index);
        }
      },
  },
  {
    id: 'SEED-0888',
    breaks: ['PIN-29'],
    story: 'The place in a mapping that an access reads or writes has 32 bits.',
    like: 'unsigned int start_byte in iopt_pages_rw_access()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        override readWrite(...[startByte, ...rest]: ReadWrite): ErrnoName | undefined {
          return super.readWrite(BigInt.asUintN(32, startByte), ...rest);
        }
      },
  },
  {
    id: 'SEED-0889',
    breaks: ['PIN-27', 'PIN-29'],
    story: 'The number of a page in a mapping has 32 bits.',
    like: 'unsigned int index in pfn_reader_user_pin()',
    bug: ({ iommufd }) =>
      class extends iommufd.IoptPages {
        protected override pinBatch(index: number, count: number): readonly Pfn[] | ErrnoName {
          return super.pinBatch(index >>> 0, count);
        }
      },
  },
);
