import { type Command, type Resumption, resumptionOf } from '#formats/smmuv3/commands.ts';
import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import type { Ste } from '#formats/smmuv3/stream-table-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { Fault } from '#reference/hardware/smmuv3/fault.ts';
import type { SmmuDomain } from '#reference/kernel/iommu/arm/smmu-domain.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type { PageRequest } from '#reference/kernel/iommu/io-pgfault.ts';

/** Faults that wait, and what becomes of them. */
export const entries = mutants(
  {
    id: 'SEED-1510',
    breaks: ['HW-SMU-25'],
    story: 'CMD_RESUME ends the oldest stall of its stream, whatever its number.',
    like: 'a queue of stalls that is read from its begin',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Stalls {
        override resume(resumption: Resumption): void {
          const [tag = resumption.tag] = this.held.keys();
          super.resume({ ...resumption, tag });
        }
      },
  },
  {
    id: 'SEED-1511',
    breaks: ['HW-SMU-25'],
    story: 'CMD_RESUME takes effect at the next CMD_SYNC, which nobody sends.',
    like: 'arm_smmu_page_response() of a unit that waits for a CMD_SYNC',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        private readonly late: Command[] = [];

        protected override resume(command: Command): boolean {
          this.late.push(command);
          return true;
        }

        protected override synchronize(): true {
          for (const command of this.late.splice(0)) this.stalls?.resume(resumptionOf(command));
          return super.synchronize();
        }
      },
  },
  {
    id: 'SEED-1512',
    breaks: ['HW-SMU-25', 'HW-SMU-29'],
    story: 'A device that may stall has context descriptors by which nothing waits.',
    like: 'arm_smmu_make_s1_cd() without CTXDESC_CD_0_S',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override contextFor(_master: SmmuMaster, domain: SmmuDomain): readonly bigint[] {
          return domain.contextDescriptor;
        }
      },
  },
  {
    id: 'SEED-1513',
    breaks: ['HW-SMU-25'],
    story: 'S1STALLD is not looked at.',
    like: 'a decoder of context descriptors that does not see the entry',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        protected override fetch(substream: number, entry: Ste): ContextDescriptor | Fault {
          const { stage1 } = entry;
          if (!stage1) return super.fetch(substream, entry);
          return super.fetch(substream, { ...entry, stage1: { ...stage1, forbidsStalls: false } });
        }
      },
  },
  {
    id: 'SEED-1517',
    breaks: ['HW-SMU-29', 'HW-SMU-25'],
    story: 'Every fault that waits is group 0.',
    like: 'a page request without event->stag',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override requestOf(words: readonly bigint[]): PageRequest {
          return super.requestOf(words, 0);
        }
      },
  },
  {
    id: 'SEED-1518',
    breaks: ['HW-SMU-29'],
    story: 'A fault that waits is reported without its PASID.',
    like: 'arm_smmu_handle_event() without a look at SSV',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override requestOf(words: readonly bigint[], group: number): PageRequest {
          return { ...super.requestOf(words, group), pasid: undefined };
        }
      },
  },
  {
    id: 'SEED-1519',
    breaks: ['HW-SMU-29'],
    story: 'A fault that waits is an event of the guest as well.',
    like: 'arm_vmaster_report_event() before a look at STALL',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override handle([first = 0n, second = 0n, ...rest]: readonly bigint[]): void {
          super.handle([first, second, ...rest]);
          if (second & (1n << 31n)) super.handle([first, second & ~(1n << 31n), ...rest]);
        }
      },
  },
);
