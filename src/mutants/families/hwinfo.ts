import { answering, mistaken } from '#mutants/command.ts';
import { type Mutant, mutants } from '#mutants/mutant.ts';
import type { DeviceCapabilities, HardwareInfo } from '#reference/kernel/iommu/domain.ts';
import type { IntelDevice } from '#reference/kernel/iommu/intel/intel-device.ts';
import type { DeviceCommands } from '#reference/kernel/iommufd/device-commands.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HW_CAP_DIRTY_TRACKING,
  IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED,
  iommu_hw_info_amd,
  IOMMU_HW_INFO_FLAG_INPUT_TYPE,
  IOMMU_HW_INFO_TYPE_NONE,
  iommu_hw_info_vtd,
} from '#uapi/iommufd/device.ts';

type Fields = InfoCommand['fields'];
type InfoCommand = Parameters<DeviceCommands['getHwInfo']>[0];

/** A kernel that answers something else, which may depend on what it was given. */
function telling(
  change: (answer: Partial<Fields>, asked: Fields) => Partial<Fields>,
): Mutant['bug'] {
  return ({ iommufd }) =>
    class extends iommufd.DeviceCommands {
      override getHwInfo(command: InfoCommand): ErrnoName | undefined {
        const { fields } = command;
        const answered = answering(command, (answer) => ({ ...answer, ...change(answer, fields) }));
        return super.getHwInfo(answered);
      }
    };
}

/** A kernel that looks at other fields than it was given. */
function asking(change: (fields: Fields) => Partial<Fields>): Mutant['bug'] {
  return ({ iommufd }) =>
    class extends iommufd.DeviceCommands {
      override getHwInfo(command: InfoCommand): ErrnoName | undefined {
        return super.getHwInfo(mistaken(command, change(command.fields)));
      }
    };
}

/** IOMMU_GET_HW_INFO. */
export const entries = mutants(
  {
    id: 'SEED-0150',
    breaks: ['HWINFO-05'],
    story: 'The length that is returned is that of the bytes that fitted.',
    like: 'cmd->data_len = copy_len',
    bug: telling(({ data_len = 0 }, asked) => ({ data_len: Math.min(data_len, asked.data_len) })),
  },
  {
    id: 'SEED-0151',
    breaks: ['HWINFO-06'],
    story: 'What lies behind the data in the buffer stays as it was.',
    like: 'iommufd_get_hw_info() without clear_user()',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override clearUser(): undefined {}
      },
  },
  {
    id: 'SEED-0152',
    breaks: ['HWINFO-05'],
    story: 'All data are written, whatever the length of the buffer.',
    like: 'copy_to_user(user_ptr, data, data_len)',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override copyData(command: InfoCommand, data: Uint8Array): ErrnoName | undefined {
          const data_len = Math.max(command.fields.data_len, data.length);
          return super.copyData(mistaken(command, { data_len }), data);
        }
      },
  },
  {
    id: 'SEED-0153',
    breaks: ['HWINFO-02'],
    story: 'Only the first of the reserved bytes is looked at.',
    like: 'if (cmd->flags || cmd->__reserved[0])',
    bug: asking(({ __reserved: [first = 0] }) => ({ __reserved: [first, 0, 0] })),
  },
  {
    id: 'SEED-0154',
    breaks: ['HWINFO-08'],
    story: 'A type counts as asked for without the flag.',
    like: 'iommufd_get_hw_info() that does not clear in_data_type',
    bug: asking(({ flags, in_data_type }) => ({
      flags: in_data_type === 0 ? flags : flags | IOMMU_HW_INFO_FLAG_INPUT_TYPE,
    })),
  },
  {
    id: 'SEED-0155',
    breaks: ['HWINFO-09'],
    story: 'A type that the IOMMU does not have gives the data of the type that it has.',
    like: 'a hw_info() that never looks at *type',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override offers(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-0156',
    breaks: ['HWINFO-07'],
    story: 'The struct is written although the data could not be.',
    like: 'an EFAULT that is kept until after iommufd_ucmd_respond()',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        override getHwInfo(command: InfoCommand): ErrnoName | undefined {
          const error = super.getHwInfo(command);
          if (error === 'EFAULT') super.getHwInfo(mistaken(command, { data_len: 0 }));
          return error;
        }
      },
  },
  {
    id: 'SEED-0157',
    breaks: ['HWINFO-12'],
    story: 'Every device is said to track dirty pages.',
    like: 'the capability of the IOMMU in place of that of the device',
    bug: telling(({ out_capabilities = 0n }) => ({
      out_capabilities: out_capabilities | BigInt(IOMMU_HW_CAP_DIRTY_TRACKING),
    })),
  },
  {
    id: 'SEED-0158',
    breaks: ['HWINFO-14'],
    story: 'Nobody is told that a device cannot use ATS.',
    like: 'iommufd_get_hw_info() before it knew IOMMU_CAP_PCI_ATS_SUPPORTED',
    bug: telling(({ out_capabilities = 0n }) => ({
      out_capabilities: out_capabilities & ~BigInt(IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED),
    })),
  },
  {
    id: 'SEED-0159',
    breaks: ['HWINFO-13'],
    story: 'The width of PASIDs is one bit too small.',
    like: 'ilog2(max_pasids - 1)',
    bug: telling(({ out_max_pasid_log2: width = 0 }) => ({
      out_max_pasid_log2: Math.max(width - 1, 0),
    })),
  },
  {
    id: 'SEED-0160',
    breaks: ['HWINFO-15'],
    story: 'The two registers of a VT-d unit change places.',
    like: 'vtd->cap_reg = iommu->ecap',
    bug: ({ intel }) =>
      class extends intel.IntelIommu {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const info = iommu_hw_info_vtd.unpack(data);
          const { cap_reg, ecap_reg } = info;
          const swapped = { ...info, cap_reg: ecap_reg, ecap_reg: cap_reg };
          return { type, data: iommu_hw_info_vtd.pack(swapped) };
        }
      },
  },
  {
    id: 'SEED-0737',
    breaks: ['HWINFO-16'],
    story: 'The identification registers are those of a unit with one stage.',
    like: 'arm_smmu_hw_info() that reads what the driver uses rather than what there is',
    bug: ({ arm }) =>
      class extends arm.ArmSmmuV3 {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const idr0 = data.slice();
          idr0[8] = (idr0[8] ?? 0) & ~2;
          return { type, data: idr0 };
        }
      },
  },
  {
    id: 'SEED-0765',
    breaks: ['HWINFO-11'],
    story: 'A driver without information refuses to be asked for a type of it.',
    like: 'iommufd_get_hw_info() that checks the type before it looks for hw_info()',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override offers(info: HardwareInfo, command: InfoCommand): boolean {
          const isAsked = (command.fields.flags & IOMMU_HW_INFO_FLAG_INPUT_TYPE) !== 0;
          if (info.type === IOMMU_HW_INFO_TYPE_NONE && isAsked) return false;
          return super.offers(info, command);
        }
      },
  },
  {
    id: 'SEED-0768',
    breaks: ['HWINFO-18'],
    story: 'The two registers of an AMD IOMMU change places.',
    like: 'hwinfo->efr = amd_iommu_efr2',
    bug: ({ amd }) =>
      class extends amd.AmdIommu {
        override hardwareInfo(): HardwareInfo {
          const { type, data } = super.hardwareInfo();
          const { efr, efr2 } = iommu_hw_info_amd.unpack(data);
          return { type, data: iommu_hw_info_amd.pack({ efr: efr2, efr2: efr }) };
        }
      },
  },
  {
    id: 'SEED-0868',
    breaks: ['HWINFO-05'],
    story: 'The data are written in whole words, the last of which reaches out of the buffer.',
    like: 'ALIGN(user_len, sizeof(u32)) in iommufd_get_hw_info()',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override copyData(command: InfoCommand, data: Uint8Array): ErrnoName | undefined {
          const data_len = Math.ceil(command.fields.data_len / 4) * 4;
          return super.copyData(mistaken(command, { data_len }), data);
        }
      },
  },
  {
    id: 'SEED-0869',
    breaks: ['HWINFO-21'],
    story: 'What lies behind the data is cleared before these are written.',
    like: 'clear_user() in front of copy_to_user()',
    bug: ({ iommufd }) =>
      class extends iommufd.DeviceCommands {
        protected override copyData(command: InfoCommand, data: Uint8Array): ErrnoName | undefined {
          const { data_len, data_uptr } = command.fields;
          const behind = data_uptr + BigInt(data.length);
          const error = this.clearUser(command.task, behind, data_len - data.length);
          return error ?? super.copyData(command, data);
        }
      },
  },
  {
    id: 'SEED-1806',
    breaks: ['HWINFO-14'],
    story: 'A VT-d in scalable mode is said to have no device that can use ATS.',
    like: 'IOMMU_CAP_PCI_ATS_SUPPORTED that a driver does not know',
    bug: ({ intel }) =>
      class extends intel.ScalableIommu {
        override capabilities(device: IntelDevice): DeviceCapabilities {
          return { ...super.capabilities(device), ats: false };
        }
      },
  },
);
