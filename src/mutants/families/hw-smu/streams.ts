import { bits } from '#formats/bits.ts';
import {
  type Command,
  deviceRangeOf,
  invalidateDevice,
  streamOf,
} from '#formats/smmuv3/commands.ts';
import type { ContextDescriptor } from '#formats/smmuv3/context-descriptor.ts';
import type { FaultClass } from '#formats/smmuv3/events.ts';
import { encodeAbort } from '#formats/smmuv3/stream-table-entry.ts';
import type { Stage1Config, Stage2Config, SteWords } from '#formats/smmuv3/stream-table-entry.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { Fault } from '#reference/hardware/smmuv3/fault.ts';
import type { Leaf } from '#reference/hardware/translation.ts';
import type { SmmuMaster } from '#reference/kernel/iommu/arm/smmu-master.ts';
import type { Invalidated } from '#reference/kernel/iommu/domain.ts';
import type { UserDataArray } from '#reference/kernel/iommu/user-data.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Substreams, tables that the unit updates, and what devices keep. */
export const entries = mutants(
  {
    id: 'SEED-1140',
    breaks: ['HW-SMU-06'],
    story: 'S1DSS is not looked at: what has no substream has the first descriptor.',
    like: 'a unit that knows S1DSS of 2 only',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        protected override substreamOf(
          stage1: Stage1Config,
          pasid: number | undefined,
        ): number | 'bypass' | Fault {
          return pasid === undefined ? 0 : super.substreamOf(stage1, pasid);
        }
      },
  },
  {
    id: 'SEED-1141',
    breaks: ['HW-SMU-06', 'HW-SMU-36'],
    story: 'A substream beyond the table begins at its front again.',
    like: 'an index that is masked',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        protected override substreamOf(
          stage1: Stage1Config,
          pasid: number | undefined,
        ): number | 'bypass' | Fault {
          const size = 2 ** Number(stage1.substreamBits);
          return super.substreamOf(stage1, pasid === undefined ? pasid : pasid % size);
        }
      },
  },
  {
    id: 'SEED-1142',
    breaks: ['HW-SMU-06'],
    story: 'PASID 0 has the first descriptor, which requests without a PASID have.',
    like: 'S1DSS of 2 without its exception',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        protected override substreamOf(
          stage1: Stage1Config,
          pasid: number | undefined,
        ): number | 'bypass' | Fault {
          return pasid === 0 ? 0 : super.substreamOf(stage1, pasid);
        }
      },
  },
  {
    id: 'SEED-1143',
    breaks: ['HW-SMU-05'],
    story: 'Leaves of 4 KiB are taken for those of 64 KiB.',
    like: 'S1Fmt that is compared with 0',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.StreamConfiguration {
        protected override placeOf(
          substream: bigint,
          stage1: Stage1Config,
          stage2: Stage2Config | undefined,
        ): bigint | Fault {
          const format = stage1.format === 0n ? 0n : 2n;
          return super.placeOf(substream, { ...stage1, format }, stage2);
        }
      },
  },
  {
    id: 'SEED-1144',
    breaks: ['HW-SMU-06'],
    story: 'A context descriptor is kept under its stream alone.',
    like: 'a configuration cache whose key has no SSID',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.ConfigurationCache {
        override context(stream: number): ContextDescriptor | undefined {
          return super.context(stream, 0);
        }

        override keepContext(stream: number, _: number, context: ContextDescriptor): void {
          super.keepContext(stream, 0, context);
        }
      },
  },
  {
    id: 'SEED-1145',
    breaks: ['HW-SMU-36'],
    story: 'A guest is not told of a substream that is not there.',
    like: 'arm_smmu_handle_event() whose list lacks an event',
    bug: ({ arm }) =>
      class extends arm.SmmuEvents {
        protected override handle(words: readonly bigint[]): void {
          if (bits(words[0] ?? 0n, 7, 0) !== 8n) super.handle(words);
        }
      },
  },
  {
    id: 'SEED-1146',
    breaks: ['HW-SMU-07'],
    story: 'HA is not looked at.',
    like: 'a unit without HTTU',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.SmmuUnit {
        protected override walkFirst(
          context: ContextDescriptor,
          stage2: Stage2Config | undefined,
          request: Pick<DmaRequest, 'iova' | 'write'>,
        ): Leaf | Fault {
          return super.walkFirst({ ...context, updatesAccess: false }, stage2, request);
        }
      },
  },
  {
    id: 'SEED-1147',
    breaks: ['HW-SMU-07'],
    story: 'A page is dirty once it is read.',
    like: 'DBM that is taken for the access flag',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.SmmuUnit {
        protected override walkFirst(
          context: ContextDescriptor,
          stage2: Stage2Config | undefined,
          request: Pick<DmaRequest, 'iova' | 'write'>,
        ): Leaf | Fault {
          return super.walkFirst(context, stage2, { ...request, write: true });
        }
      },
  },
  {
    id: 'SEED-1148',
    breaks: ['HW-SMU-07'],
    story: 'A page that is written by means of the TLB stays clean.',
    like: 'an entry that has the right to write and not that it is clean',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.Tlb {
        override lookup(vmid: number, asid: number | undefined, at: bigint): Leaf | undefined {
          const leaf = super.lookup(vmid, asid, at);
          return leaf && { ...leaf, clean: false };
        }
      },
  },
  {
    id: 'SEED-1149',
    breaks: ['HW-SMU-09'],
    story: 'A table is written by the right to read it.',
    like: 'a walk of the second stage that is always a read',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.SmmuUnit {
        protected override locate(
          stage2: Stage2Config | undefined,
          address: bigint,
          why: FaultClass,
        ): bigint | Fault {
          return super.locate(stage2, address, why);
        }
      },
  },
  {
    id: 'SEED-1150',
    breaks: ['HW-SMU-23', 'HW-SMU-32'],
    story: 'ATC_INV without a substream leaves what has one.',
    like: 'an invalidation without a PASID prefix that is taken for PASID 0',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnDevice(command: Command): (() => void) | undefined {
          const range = deviceRangeOf(command);
          const isOfAll = range.pasid === 'any' && !(command[0] & (1n << 9n));
          if (!isOfAll) return super.effectOnDevice(command);
          const endpoint = this.endpoint(streamOf(command));
          return () => endpoint?.invalidateTranslations({ ...range, pasid: 'none' });
        }
      },
  },
  {
    id: 'SEED-1151',
    breaks: ['HW-SMU-23', 'HW-SMU-32'],
    story: 'ATC_INV never reaches the device.',
    like: 'a device TLB that is forgotten',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnDevice(command: Command): (() => void) | undefined {
          return super.effectOnDevice(command) && (() => undefined);
        }
      },
  },
  {
    id: 'SEED-1152',
    breaks: ['HW-SMU-23'],
    story: 'ATC_INV is of one page, whatever its size.',
    like: 'a size that is masked',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnDevice(command: Command): (() => void) | undefined {
          const isRange = (command[1] & 0x3fn) < 52n;
          return super.effectOnDevice(isRange ? [command[0], command[1] & ~0x3fn] : command);
        }
      },
  },
  {
    id: 'SEED-1153',
    breaks: ['HW-SMU-23'],
    story: 'ATC_INV of a substream is one of all.',
    like: 'SSV that is not looked at',
    bug: ({ smmuv3 }) =>
      class extends smmuv3.CommandQueue {
        protected override effectOnDevice(command: Command): (() => void) | undefined {
          return super.effectOnDevice([command[0] | (1n << 9n), command[1]]);
        }
      },
  },
  {
    id: 'SEED-1154',
    breaks: ['HW-SMU-37'],
    story: 'Whatever a guest invalidates, the kernel makes its device forget.',
    like: 'intel_nested_cache_invalidate_user() for an SMMUv3',
    bug: ({ arm }) =>
      class extends arm.Vsmmu {
        override invalidate(array: UserDataArray): Invalidated {
          const done = super.invalidate(array);
          const stream = this.streamOf(0x55n);
          if (stream !== undefined && this.limits.ats)
            this.commands.issue(invalidateDevice(stream, undefined));
          return done;
        }
      },
  },
  {
    id: 'SEED-1155',
    breaks: ['HW-SMU-32'],
    story: 'An unmap from a parent leaves what the devices of guests keep.',
    like: '__arm_smmu_domain_inv_range() without INV_TYPE_ATS_FULL',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushDevices(first: bigint, length: bigint): void {
          if (this.stage === 1) super.flushDevices(first, length);
        }
      },
  },
  {
    id: 'SEED-1156',
    breaks: ['HW-SMU-33'],
    story: 'A device keeps the last page of what is unmapped.',
    like: 'arm_smmu_atc_inv_to_cmd() with a page_end that is one too low',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushDevices(first: bigint, length: bigint): void {
          super.flushDevices(first, length > 0x1000n ? length - 0x1000n : length);
        }
      },
  },
  {
    id: 'SEED-1157',
    breaks: ['HW-SMU-33'],
    story: 'A device keeps what is unmapped.',
    like: 'arm_smmu_atc_inv_domain() that is not called',
    bug: ({ arm }) =>
      class extends arm.SmmuDomain {
        protected override flushDevices(first: bigint, length: bigint): void {
          if (this.stage === 2) super.flushDevices(first, length);
        }
      },
  },
  {
    id: 'SEED-1158',
    breaks: ['HW-SMU-41'],
    story: 'A device that moves keeps what it has.',
    like: 'arm_smmu_attach_commit() without arm_smmu_atc_inv_master()',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override flushDevice(): void {}
      },
  },
  {
    id: 'SEED-1159',
    breaks: ['HW-SMU-41', 'HW-SMU-40'],
    story: 'A PASID that moves makes the device forget what has no PASID.',
    like: 'arm_smmu_atc_inv_master() with IOMMU_NO_PASID',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override flushDevice(master: SmmuMaster, pasid: number | undefined): void {
          if (pasid === undefined) super.flushDevice(master, pasid);
        }
      },
  },
  {
    id: 'SEED-1160',
    breaks: ['HW-SMU-40'],
    story: 'The context descriptor of a PASID that is detached stays.',
    like: 'arm_smmu_clear_cd() that is not called',
    bug: ({ arm }) =>
      class extends arm.ContextTable {
        override clear(): void {}
      },
  },
  {
    id: 'SEED-1161',
    breaks: ['HW-SMU-39'],
    story: 'PASIDs end with the attachment of their device.',
    like: 'arm_smmu_attach_dev_blocked() that aborts the stream whatever is in use',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override entryWithoutDomain(): SteWords {
          return encodeAbort();
        }
      },
  },
  {
    id: 'SEED-1162',
    breaks: ['HW-SMU-39'],
    story: 'What has no PASID goes past the first stage when its device is detached.',
    like: 'S1DSS of 1 for a blocked domain',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        protected override entryWithoutDomain(master: SmmuMaster): SteWords {
          const [first = 0n, second = 0n, ...rest] = super.entryWithoutDomain(master);
          return [first, second | (master.pasids.size > 0 ? 1n : 0n), ...rest];
        }
      },
  },
  {
    id: 'SEED-1163',
    breaks: ['HW-SMU-42'],
    story: 'A device keeps translations whether or not its guest wants it.',
    like: 'EATS that is looked at in arm_smmu_validate_vste() only',
    bug: ({ arm }) =>
      class extends arm.SmmuNestedDomain {
        override get wantsAts(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1164',
    breaks: ['HW-SMU-38'],
    story: 'PASIDs and a table that is not for them are attached to one device.',
    like: 'iommufd_hwpt_pasid_compat() that is not asked',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override checkPasids(): ErrnoName | undefined {
          return undefined;
        }
      },
  },
);
