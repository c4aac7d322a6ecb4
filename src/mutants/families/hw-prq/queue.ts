import type { PageRequestMessage } from '#formats/pcie.ts';
import { mutants } from '#mutants/mutant.ts';

/** Page requests on their way through the queue of a VT-d, and what its driver makes of them. */
export const entries = mutants(
  {
    id: 'SEED-1320',
    breaks: ['HW-PRQ-04', 'HW-VTD-62'],
    story: 'A request that finds the queue full is answered as invalid.',
    like: 'one code for all that cannot be queued',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        protected override codeOf(): number {
          return 1;
        }
      },
  },
  {
    id: 'SEED-1321',
    breaks: ['HW-PRQ-04', 'HW-VTD-61'],
    story: 'After an overflow nothing is ever queued again.',
    like: 'PRO that is not cleared by the interrupt handler',
    bug: ({ vtd }) =>
      class extends vtd.PageRequestQueue {
        override clearOverflow(): void {}
      },
  },
  {
    id: 'SEED-1322',
    breaks: ['HW-PRQ-04'],
    story: 'After an overflow halves of groups wait for last requests that were lost.',
    like: 'iommu/vt-d: Clear PRQ overflow only when PRQ is empty, without iopf_queue_discard_partial()',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override discardPartial(): void {}
      },
  },
  {
    id: 'SEED-1323',
    breaks: ['HW-PRQ-15', 'HW-VTD-61'],
    story:
      'The queue of page requests takes one more than it has room for, and is then as if it were empty.',
    like: 'a ring that is full when head and tail are equal',
    bug: ({ vtd }) =>
      class extends vtd.PageRequestQueue {
        protected override isFull(): boolean {
          return this.tailOffset - this.headOffset >= this.size;
        }
      },
  },
  {
    id: 'SEED-1324',
    breaks: ['HW-PRQ-15', 'HW-VTD-61'],
    story: 'The interrupt of page requests comes once and never again.',
    like: 'PPR that is not cleared by the interrupt handler',
    bug: ({ vtd }) =>
      class extends vtd.PageRequestQueue {
        override clearPending(): void {}
      },
  },
  {
    id: 'SEED-1325',
    breaks: ['HW-PRQ-03', 'HW-VTD-63'],
    story: 'The driver of a VT-d delivers page requests of a supervisor.',
    like: 'the check of pm_req left out',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override isBad(message: PageRequestMessage): boolean {
          return super.isBad({ ...message, privileged: false });
        }
      },
  },
  {
    id: 'SEED-1326',
    breaks: ['HW-PRQ-03', 'HW-VTD-63'],
    story: 'The driver of a VT-d delivers page requests for executing what is read.',
    like: 'the check of exe_req left out',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override isBad(message: PageRequestMessage): boolean {
          return super.isBad({ ...message, execute: false });
        }
      },
  },
  {
    id: 'SEED-1327',
    breaks: ['HW-PRQ-03', 'HW-VTD-63'],
    story: 'The driver of a VT-d delivers page requests for addresses that no page table has.',
    like: 'the check of canonical addresses left out',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override isBad(message: PageRequestMessage): boolean {
          return super.isBad({ ...message, iova: 0n });
        }
      },
  },
  {
    id: 'SEED-1328',
    breaks: ['HW-PRQ-03', 'HW-VTD-63'],
    story: 'The driver of a VT-d drops page requests that make no sense, and answers none of them.',
    like: 'a continue in place of handle_bad_prq_event()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override refuse(): void {}
      },
  },
  {
    id: 'SEED-1329',
    breaks: ['HW-PRQ-03', 'HW-VTD-63'],
    story:
      'The driver of a VT-d answers each page request that makes no sense, also where it is not the last one.',
    like: 'handle_bad_prq_event() that does not look at the last bit',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override refuse(message: PageRequestMessage): void {
          super.refuse({ ...message, last: true });
        }
      },
  },
  {
    id: 'SEED-1330',
    breaks: ['HW-PRQ-14'],
    story: 'A page request leaves what the IOMMU has cached for its page.',
    like: 'the implicit invalidation of page requests left out',
    bug: ({ vtd }) =>
      class extends vtd.ScalableMode {
        override forgetPage(): void {}
      },
  },
  {
    id: 'SEED-1352',
    breaks: ['HW-PRQ-12', 'HW-VTD-37', 'HW-VTD-65'],
    story: 'Page requests that are on their way when a page table goes are of the one that comes.',
    like: 'a detach without intel_iommu_drain_pasid_prq()',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override drain(): void {}
      },
  },
  {
    id: 'SEED-1353',
    breaks: ['HW-PRQ-13'],
    story: 'A device without page requests is given a page table with a fault queue.',
    like: 'an enable_iopf() that says yes to every device',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        protected override lacksPageRequests(): boolean {
          return false;
        }
      },
  },
  {
    id: 'SEED-1354',
    breaks: ['HW-PRQ-17', 'HW-PRQ-04', 'HW-VTD-62'],
    story:
      'The hardware answers each request that finds the queue full, not only the last one of a group.',
    like: 'an overflow handler that does not look at the last bit',
    bug: ({ vtd }) =>
      class extends vtd.VtdUnit {
        protected override isAnswerDue(): boolean {
          return true;
        }
      },
  },
);
