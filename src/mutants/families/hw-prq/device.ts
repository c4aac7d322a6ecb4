import type { PageGroupResponse } from '#formats/pcie.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Verdict } from '#reference/hardware/pci/page-request-interface.ts';
import type { AccessResult } from '#reference/hardware/pci/waiting-accesses.ts';

/** What a device does with an answer. */
export const entries = mutants(
  {
    id: 'SEED-1331',
    breaks: ['HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device gives its access up where a page has come in.',
    like: 'a handler of PRG responses that takes each for an error',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        protected override judge(code: number): Verdict {
          return code === 0 ? 'error' : super.judge(code);
        }
      },
  },
  {
    id: 'SEED-1332',
    breaks: ['HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device tries again what was answered with Invalid Request.',
    like: 'a handler of PRG responses that does not look at their code',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        protected override judge(code: number): Verdict {
          return code === 1 ? 'retry' : super.judge(code);
        }
      },
  },
  {
    id: 'SEED-1333',
    breaks: ['HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device goes on asking for pages after a failure.',
    like: 'Response Failure taken for Invalid Request',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        protected override judge(code: number): Verdict {
          return code > 1 ? 'error' : super.judge(code);
        }
      },
  },
  {
    id: 'SEED-1334',
    breaks: ['HW-PRQ-16', 'HW-PCI-06'],
    story: 'A device takes reserved codes of answers for Success.',
    like: 'a comparison with Invalid Request and Response Failure alone',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        protected override judge(code: number): Verdict {
          return code > 1 && code < 15 ? 'retry' : super.judge(code);
        }
      },
  },
  {
    id: 'SEED-1335',
    breaks: ['HW-PRQ-16'],
    story: 'After a failure of one group the accesses of the others wait for ever.',
    like: 'a failure that ends the accesses of its own group alone',
    bug: ({ pci }) =>
      class extends pci.WaitingAccesses {
        override answered(group: PageGroupResponse, verdict: Verdict): void {
          super.answered(group, verdict === 'all end' ? 'error' : verdict);
        }
      },
  },
  {
    id: 'SEED-1336',
    breaks: ['HW-PRQ-16'],
    story: 'A device that is answered with Success does not ask again for what is still missing.',
    like: 'one attempt for each access',
    bug: ({ pci }) =>
      class extends pci.WaitingAccesses {
        override goOn(group: number): AccessResult | undefined {
          const entry = this.waiting.find(({ access }) => access.group === group);
          if (entry?.state === 'may try again' && this.isIncomplete(entry.access))
            entry.state = 'is over';
          return super.goOn(group);
        }
      },
  },
  {
    id: 'SEED-1337',
    breaks: ['HW-PRQ-16'],
    story: 'An answer to one PASID is taken for an answer to the same group of another.',
    like: 'responses that are matched by PRGI alone',
    bug: ({ pci }) =>
      class extends pci.PageRequestInterface {
        override receive(response: PageGroupResponse): Verdict | undefined {
          const known = [...this.outstanding.keys()].find((name) =>
            name.endsWith(`:${response.group}`),
          );
          const pasid = known?.split(':')[0];
          const { group, code } = response;
          return super.receive({ group, code, ...(pasid && { pasid: Number(pasid) }) });
        }
      },
  },
);
