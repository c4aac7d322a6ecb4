import { mutants } from '#mutants/mutant.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import type { MemoryBus } from '#reference/hardware/bus.ts';
import type { Pages } from '#reference/kernel/mm/pages.ts';

/** PASIDs of guests, as far as a device has them. */
export const entries = mutants(
  {
    id: 'SEED-1360',
    breaks: ['HW-ENQ-04'],
    story: 'Page requests of any PASID are told as those of the device itself.',
    like: 'PASID_VALID that is never set in a message',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override reportPageRequest({ pasid: _, ...message }: PageRequestMessage): void {
          super.reportPageRequest(message);
        }
      },
  },
  {
    id: 'SEED-1361',
    breaks: ['HW-ENQ-05'],
    story: 'All devices have one table of PASIDs.',
    like: 'a PASID table for each unit, as VT-d 2 had it',
    bug: ({ intel }) => {
      const tables = new WeakMap<MemoryBus, Map<number, bigint>>();
      return class extends intel.PasidTable {
        constructor(pages: Pages, pasidBits: number) {
          super(pages, pasidBits);
          const shared = tables.get(pages.memory) ?? new Map<number, bigint>();
          tables.set(pages.memory, shared);
          this.shared = shared;
        }

        private readonly shared: Map<number, bigint>;

        protected override entryAt(pasid: number): bigint {
          if (pasid === 0) return super.entryAt(pasid);
          const at = this.shared.get(pasid) ?? super.entryAt(pasid);
          this.shared.set(pasid, at);
          return at;
        }
      };
    },
  },
);
