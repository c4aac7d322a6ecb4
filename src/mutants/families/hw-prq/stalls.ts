import { mutants } from '#mutants/mutant.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type { PciIdentity } from '#reference/kernel/iommu/iommu.ts';
import type { PageRequest } from '#reference/kernel/iommu/io-pgfault.ts';

/** What an SMMUv3 is told of a fault that waits. */
export const entries = mutants(
  {
    id: 'SEED-1514',
    breaks: ['HW-PRQ-05'],
    story: 'An answer of INVALID is one of SUCCESS to the SMMU.',
    like: 'a response code that is put into CMD_RESUME as it is',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override respond(master: SmmuMaster, request: PageRequest): void {
          super.respond(master, request, 0);
        }
      },
  },
  {
    id: 'SEED-1515',
    breaks: ['HW-PRQ-05', 'HW-SMU-25'],
    story: 'An answer of SUCCESS lets the access fail.',
    like: 'CMDQ_RESUME_0_RESP_ABORT in both cases',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override respond(master: SmmuMaster, request: PageRequest): void {
          super.respond(master, request, 1);
        }
      },
  },
  {
    id: 'SEED-1516',
    breaks: ['HW-PRQ-05'],
    story: 'A fault that waits and that no fault queue is for gets no answer.',
    like: 'iommu_report_device_fault() that returns without iopf_error_response()',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override respond(master: SmmuMaster, request: PageRequest, code: number): void {
          if (master.domain?.pageRequestHandler) super.respond(master, request, code);
        }
      },
  },
  {
    id: 'SEED-1520',
    breaks: ['HW-PRQ-05'],
    story: 'Every device may stall, whatever firmware says.',
    like: 'ARM_SMMU_FEAT_STALL_FORCE that is taken for ARM_SMMU_FEAT_STALLS',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override probe(identity: PciIdentity): SmmuMaster {
          return Object.assign(super.probe(identity), { canStall: true });
        }
      },
  },
);
