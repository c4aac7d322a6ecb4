import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { VfioDma } from '#reference/kernel/vfio/type1/dma.ts';
import type { FoundPages } from '#reference/kernel/vfio/type1/pinning.ts';
import type { Payer } from '#reference/kernel/vfio/type1/locked-memory.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { vfio_iommu_type1_dma_map } from '#uapi/vfio/iommu-type1.ts';

type MapFields = Value<typeof vfio_iommu_type1_dma_map>;

const VADDR = 4;

/** Maps of a container with type1. */
export const entries = mutants(
  {
    id: 'SEED-0170',
    breaks: ['VFIO-MAP-15', 'VFIO-CMP-15'],
    story: 'Registers of a device cannot be mapped by their address.',
    like: 'vaddr_get_pfns() without follow_fault_pfn()',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        protected override takeRegisters(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-0171',
    breaks: ['VFIO-MAP-15'],
    story: 'Registers are charged as memory is.',
    like: 'vfio_pin_pages_remote() without is_invalid_reserved_pfn()',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        protected override takeRegisters(
          ...call: [dma: VfioDma, found: FoundPages, address: bigint]
        ): boolean {
          const [dma] = call;
          return super.takeRegisters(...call) && !this.locked.charge(dma, 1n);
        }
      },
  },
  {
    id: 'SEED-1728',
    breaks: ['VFIO-MAP-01'],
    story: 'Flags that nobody knows are ignored.',
    like: 'vfio_iommu_type1_map_dma() without the mask',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        protected override takesMap(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1729',
    breaks: ['VFIO-MAP-02'],
    story: 'A new address may come with rights.',
    like: 'vfio_dma_do_map() without the test of prot && set_vaddr',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override checkMap(fields: MapFields): ErrnoName | undefined {
          const flags = fields.flags & VADDR ? VADDR : fields.flags;
          return super.checkMap({ ...fields, flags });
        }
      },
  },
  {
    id: 'SEED-1730',
    breaks: ['VFIO-MAP-03'],
    story: 'No bytes are mapped with success.',
    like: 'vfio_dma_do_map() that returns 0 without a size',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override map(task: Task, fields: MapFields): ErrnoName | undefined {
          return fields.size === 0n ? undefined : super.map(task, fields);
        }
      },
  },
  {
    id: 'SEED-1731',
    breaks: ['VFIO-MAP-04'],
    story: 'A range over the end of all addresses is invalid.',
    like: 'vfio_dma_do_map() before check_add_overflow()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override checkMap(fields: MapFields): ErrnoName | undefined {
          const error = super.checkMap(fields);
          return error === 'EOVERFLOW' ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-1732',
    breaks: ['VFIO-MAP-04'],
    story: 'A mapping may not end at the last byte.',
    like: 'iova + size < iova',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override checkMap(fields: MapFields): ErrnoName | undefined {
          return fields.iova + fields.size === 1n << 64n ? 'EOVERFLOW' : super.checkMap(fields);
        }
      },
  },
  {
    id: 'SEED-1733',
    breaks: ['VFIO-MAP-05'],
    story: 'An address need not be on a page.',
    like: 'vfio_dma_do_map() that looks at IOVA and size only',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override map(task: Task, fields: MapFields): ErrnoName | undefined {
          return super.map(task, { ...fields, vaddr: fields.vaddr & ~0xfffn });
        }
      },
  },
  {
    id: 'SEED-1734',
    breaks: ['VFIO-MAP-06'],
    story: 'What begins before a mapping does not overlap it.',
    like: 'vfio_find_dma() with a size of 0',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override map(task: Task, fields: MapFields): ErrnoName | undefined {
          const below = this.dmas.find(fields.iova, fields.iova);
          const [over] = this.reached({ first: fields.iova, last: fields.iova + fields.size - 1n });
          if (!below && over) this.remove(over);
          return super.map(task, fields);
        }
      },
  },
  {
    id: 'SEED-1735',
    breaks: ['VFIO-MAP-07'],
    story: 'There is always room for one more mapping.',
    like: 'vfio_dma_do_map() without the test of dma_avail',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override map(task: Task, fields: MapFields): ErrnoName | undefined {
          if (this.dmaAvail === 0) this.dmaAvail = 1;
          return super.map(task, fields);
        }
      },
  },
  {
    id: 'SEED-1736',
    breaks: ['VFIO-MAP-08'],
    story: 'The end of a mapping may be where the interrupts are.',
    like: 'vfio_iommu_iova_dma_valid() that looks at the start',
    bug: ({ type1 }) =>
      class extends type1.IovaList {
        override allows(first: bigint): boolean {
          return super.allows(first, first);
        }
      },
  },
  {
    id: 'SEED-1737',
    breaks: ['VFIO-MAP-09'],
    story: 'The ranges are looked at before the room.',
    like: 'vfio_dma_do_map() with the two tests the other way round',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override map(task: Task, fields: MapFields): ErrnoName | undefined {
          const error = super.map(task, fields);
          const allowed = this.iovas.allows(fields.iova, fields.iova + fields.size - 1n);
          return error === 'ENOSPC' && !allowed ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-1738',
    breaks: ['VFIO-MAP-10', 'VFIO-MAP-11'],
    story: 'Pages before the one that cannot be pinned stay charged.',
    like: 'vfio_pin_pages_remote() without vfio_lock_acct() at unpin_out',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        override pin(dma: VfioDma): ErrnoName | undefined {
          const error = super.pin(dma);
          if (error) dma.memory.lockedVm += 1n;
          return error;
        }
      },
  },
  {
    id: 'SEED-1739',
    breaks: ['VFIO-MAP-11', 'VFIO-CMP-12'],
    story: 'Who has CAP_IPC_LOCK is charged nothing.',
    like: 'do_update_pinned() of iommufd',
    bug: ({ type1 }) =>
      class extends type1.LockedMemory {
        override charge(dma: VfioDma, pages: bigint): ErrnoName | undefined {
          return dma.lockCap ? undefined : super.charge(dma, pages);
        }
      },
  },
  {
    id: 'SEED-1740',
    breaks: ['VFIO-MAP-11'],
    story: 'The limit is one for each mapping.',
    like: 'vfio_pin_pages_remote() that compares the pages of the call alone',
    bug: ({ type1 }) =>
      class extends type1.LockedMemory {
        protected override lock(payer: Payer, pages: bigint): ErrnoName | undefined {
          const { memory } = payer.task;
          const before = memory.lockedVm;
          memory.lockedVm = 0n;
          const error = super.lock(payer, pages);
          memory.lockedVm += before;
          return error;
        }
      },
  },
  {
    id: 'SEED-1741',
    breaks: ['VFIO-MAP-12'],
    story: 'Every mapping can be read and written.',
    like: 'vfio_iommu_map() with IOMMU_READ | IOMMU_WRITE',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        override map(dma: VfioDma, domain: IommuDomain): ErrnoName | undefined {
          const own = dma.protection;
          const all = { read: true, write: true };
          Object.assign(dma, { protection: all });
          const error = super.map(dma, domain);
          Object.assign(dma, { protection: own });
          return error;
        }
      },
  },
  {
    id: 'SEED-1742',
    breaks: ['VFIO-MAP-13'],
    story: 'Memory is charged also where nothing is pinned.',
    like: 'vfio_dma_do_map() with vfio_lock_acct()',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        protected override add(dma: VfioDma): ErrnoName | undefined {
          if (this.domains.list.length === 0) dma.memory.lockedVm += dma.size / 4096n;
          return super.add(dma);
        }
      },
  },
  {
    id: 'SEED-1743',
    breaks: ['VFIO-MAP-14'],
    story: 'A page that is mapped twice is charged once.',
    like: 'vfio_lock_acct() of pages that nobody has pinned yet',
    bug: ({ type1 }) =>
      class extends type1.LockedMemory {
        private readonly charged = new Set<bigint>();

        override charge(dma: VfioDma, pages: bigint): ErrnoName | undefined {
          if (this.charged.has(dma.vaddr)) return undefined;
          this.charged.add(dma.vaddr);
          return super.charge(dma, pages);
        }
      },
  },
);
