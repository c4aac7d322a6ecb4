import { mutants } from '#mutants/mutant.ts';
import type { PageRequest, PageRequestGroup } from '#reference/kernel/iommu/io-pgfault.ts';
import type { QueuedInvalidation } from '#reference/kernel/iommu/intel/queued-invalidation.ts';

type Response = Parameters<QueuedInvalidation['respond']>[0];

/** Answers to page requests, from the process to the device. */
export const entries = mutants(
  {
    id: 'SEED-1300',
    breaks: ['HW-PRQ-01'],
    story: 'Answers to page requests never leave the kernel.',
    like: 'a page_response() that forgets to submit its descriptor',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(): void {}
      },
  },
  {
    id: 'SEED-1301',
    breaks: ['HW-PRQ-01'],
    story: 'Every answer to a page request says Success.',
    like: 'QI_PGRP_RESP_CODE(0) in place of the code',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(response: Response): void {
          super.respond({ ...response, code: 0 });
        }
      },
  },
  {
    id: 'SEED-1302',
    breaks: ['HW-PRQ-01'],
    story: 'Success and Invalid Request change places in answers to page requests.',
    like: 'a table of codes in another order than that of the enum',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(response: Response): void {
          super.respond({ ...response, code: 1 - response.code });
        }
      },
  },
  {
    id: 'SEED-1303',
    breaks: ['HW-PRQ-02', 'HW-PCI-07', 'HW-VTD-41'],
    story: 'Answers to page requests carry no PASID.',
    like: 'QI_PGRP_PASID_P() left out of the descriptor',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(response: Response): void {
          super.respond({ ...response, pasid: undefined });
        }
      },
  },
  {
    id: 'SEED-1304',
    breaks: ['HW-PRQ-01', 'HW-PRQ-02', 'HW-VTD-41'],
    story: 'Answers to page requests have room for 256 groups.',
    like: 'a mask of 8 bits for PRGI',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(response: Response): void {
          super.respond({ ...response, group: response.group & 0xff });
        }
      },
  },
  {
    id: 'SEED-1305',
    breaks: ['HW-PRQ-02', 'HW-VTD-64'],
    story: 'The answer to the device itself goes to PASID 0.',
    like: 'the PASID looked at in place of the flag that there is one',
    bug: ({ intel }) =>
      class extends intel.QueuedInvalidation {
        override respond(response: Response): void {
          super.respond({ ...response, pasid: response.pasid ?? 0 });
        }
      },
  },
  {
    id: 'SEED-1306',
    breaks: ['HW-PRQ-09'],
    story: 'What waits when a device leaves its fault queue is answered as if it had been served.',
    like: 'IOMMU_PAGE_RESP_SUCCESS in iommufd_auto_response_faults()',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override disable(): void {
          if (--this.users === 0) for (const group of this.pending) group.respond(0);
        }
      },
  },
  {
    id: 'SEED-1307',
    breaks: ['HW-PRQ-09'],
    story: 'What waits when a device leaves its fault queue is never answered.',
    like: 'iommufd_auto_response_faults() that frees the groups and forgets the answer',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        protected override refuse(isMeant: (group: PageRequestGroup) => boolean): void {
          for (const [number, group] of this.undelivered.toArray())
            if (isMeant(group)) this.undelivered.delete(number);
          for (const [cookie, group] of this.delivered) if (isMeant(group)) this.forget(cookie);
        }
      },
  },
  {
    id: 'SEED-1308',
    breaks: ['HW-PRQ-09'],
    story: 'When one attachment ends, all that waits in its fault queue is answered.',
    like: 'the comparison of handles left out of iommufd_auto_response_faults()',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultQueue {
        override refuseAllOf(): void {
          this.refuse(() => true);
        }
      },
  },
  {
    id: 'SEED-1309',
    breaks: ['HW-PRQ-07'],
    story:
      'A page request that nobody handles is answered only where it is the last one of its group.',
    like: 'the last bit looked at before the handler is',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override report(request: PageRequest): void {
          if (request.isLast || this.port.find(request.pasid)?.domain.pageRequestHandler)
            super.report(request);
        }
      },
  },
  {
    id: 'SEED-1310',
    breaks: ['HW-PRQ-07'],
    story: 'A page request that nobody handles is dropped without an answer.',
    like: 'a return in place of iopf_error_response()',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override report(request: PageRequest): void {
          if (this.port.find(request.pasid)?.domain.pageRequestHandler) super.report(request);
        }
      },
  },
  {
    id: 'SEED-1311',
    breaks: ['HW-PRQ-08'],
    story: 'Half a group of one PASID does not come with the last request of another.',
    like: 'PASIDs compared in iopf_group_alloc()',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        protected override isOfGroup(request: PageRequest, last: PageRequest): boolean {
          return request.pasid === last.pasid && super.isOfGroup(request, last);
        }
      },
  },
  {
    id: 'SEED-1312',
    breaks: ['HW-PRQ-11'],
    story:
      'What waits when a device leaves its fault queue is answered by the queue and by the core.',
    like: 'a group that stays on the list of struct iommu_fault_param after it was handed over',
    bug: ({ iommu }) =>
      class extends iommu.PageRequests {
        override disable(domain: Parameters<typeof this.enable>[0]): void {
          for (const group of this.pending) {
            const last = group.requests.at(-1);
            if (last && group.handle.domain === domain) this.port.respond(last, 1);
          }
          super.disable(domain);
        }
      },
  },
  {
    id: 'SEED-1313',
    breaks: ['HW-PRQ-10'],
    story: 'Closing the file of a fault queue answers all that waits in it.',
    like: 'iommufd_fault_destroy() called from the release of the file',
    bug: ({ iommufd }) =>
      class extends iommufd.FaultFile {
        override release(): void {
          this.queue.destroy();
          super.release();
        }
      },
  },
);
