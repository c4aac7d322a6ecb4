import { book, linux, requirements } from '../../requirement.ts';

const sdm = (chapter: string) =>
  book('Intel 64 and IA-32 Software Developer Manual', `${chapter}, unchecked`);
const instruction = sdm('volume 2, ENQCMD');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const enqcmd = requirements(
  {
    family: 'HW-ENQ',
    title: 'ENQCMD, and PASIDs of a guest',
    since: '6.12',
    profile: 'hardware-vtd',
  },
  {
    1: {
      says: 'ENQCMD takes the PASID of bits 19:0 of IA32_PASID where bit 31 of it is set, and is a general protection fault where that is clear.',
      level: 'contract',
      source: [instruction, linux('arch/x86/kernel/traps.c', 'try_fixup_enqcmd_gp')],
    },
    2: {
      says: 'ENQCMD stores 64 bytes with the PASID of the thread and without privilege, ENQCMDS with PASID and privilege of its source, and ZF says that the device did not take them.',
      level: 'contract',
      source: [instruction, sdm('volume 2, ENQCMDS')],
    },
    3: {
      says: 'With PASID translation a PASID of a guest is looked up by bit 19 in one of two directories, by bits 18:10 in that and by bits 9:0 in a table, and where an entry is missing the guest is left with reason 72, or 73 for ENQCMDS.',
      level: 'contract',
      source: [sdm('volume 3, PASID Translation')],
    },
    4: {
      says: 'What a device does for a guest carries the PASID of the host: its accesses, its page requests, the message in the fault queue and the answer.',
      level: 'observed',
      source: [
        linux('drivers/iommu/intel/prq.c', 'intel_prq_report'),
        linux('eventq.c', 'iommufd_compose_fault_message'),
      ],
    },
    5: {
      says: 'Each device has PASIDs of its own, so that one number leads two devices to different memory.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/pasid.c', 'intel_pasid_alloc_table')],
    },
    6: {
      says: 'ENQCMD with bits 31:0 of its source set, ENQCMDS with bits 30:20, and either with a destination that is not a multiple of 64, is a general protection fault.',
      level: 'contract',
      source: [instruction],
    },
  },
);
