import { book, linux, requirements } from '../../requirement.ts';

const driver = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c';
const guests = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c';
const configuration = book('Arm IHI 0070', '4.3 Configuration structure invalidation');
const commands = book('Arm IHI 0070', '4.4 TLB invalidation');
const converted = linux(guests, 'arm_vsmmu_convert_user_cmd');
const issued = linux(guests, 'arm_vsmmu_cache_invalidate');
const range = linux(guests, 'arm_vsmmu_validate_range');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const smmuv3 = requirements(
  { family: 'HW-SMU', title: 'Arm SMMUv3', since: '6.13', profile: 'hardware-smmuv3' },
  {
    12: {
      says: 'A device that is attached goes by its new stream table entry and what that leads to when the call returns, as CFGI_STE drops both, and what is cached of other streams stays.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_ste_writer_sync_entry'), configuration],
    },
    13: {
      says: 'CFGI_STE and CFGI_STE_RANGE, which is CFGI_ALL, of a guest are refused with EIO and drop nothing.',
      level: 'observed',
      source: [converted, configuration],
    },
    14: {
      says: 'CFGI_CD and CFGI_CD_ALL of a guest drop the context descriptors of its stream, and leave those of other streams and all translations.',
      level: 'contract',
      source: [configuration, converted],
    },
    15: {
      says: 'TLBI_NH_ALL of a guest drops every translation of its VMID that stage 1 had a part in, and leaves those of other VMIDs.',
      level: 'contract',
      source: [commands, converted],
    },
    16: {
      says: 'TLBI_NH_ASID of a guest drops the translations of that ASID that are not global, and leaves other ASIDs and global pages.',
      level: 'contract',
      source: [commands, converted],
    },
    17: {
      says: 'TLBI_NH_VA of a guest drops the page or block around the address, of that ASID or global, and leaves the next page and other ASIDs.',
      level: 'contract',
      source: [commands, converted],
    },
    18: {
      says: 'TLBI_NH_VAA of a guest drops the page or block around the address, whatever its ASID, and leaves the next page.',
      level: 'contract',
      source: [commands, converted],
    },
    20: {
      says: 'TLBI_S12_VMALL of a guest is refused with EIO and drops nothing, and the kernel issues it for a VMID whose last device leaves, so that who gets the VMID next finds nothing of it.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_inv_flush_iotlb_tag'), converted],
    },
    21: {
      says: 'TLBI_S2_IPA of a guest is refused with EIO and drops nothing, and an unmap of a second stage issues it for its pages and leaves the next one.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_domain_inv_range'), converted],
    },
    22: {
      says: 'TLBI_NSNH_ALL of a guest drops what TLBI_NH_ALL of its VMID drops.',
      level: 'observed',
      source: [commands, converted],
    },
    31: {
      says: 'What the kernel invalidates has taken effect when its call returns, as a CMD_SYNC ends each batch.',
      level: 'contract',
      source: [book('Arm IHI 0070', '4.7.3 CMD_SYNC'), linux(driver, 'arm_smmu_cmdq_batch_submit')],
    },
    32: {
      says: 'An unmap from a nesting parent takes away what is cached of the second stage, then what is cached for addresses of the guest, then what devices keep, before it returns.',
      level: 'observed',
      source: [linux(driver, '__arm_smmu_domain_inv_range')],
    },
    34: {
      says: 'Where IOMMU_HWPT_INVALIDATE refuses a command of a guest, every full batch of 63 commands before it has taken effect.',
      level: 'observed',
      source: [issued],
    },
    35: {
      says: 'A range of a guest covers (NUM + 1) × 2^SCALE granules and no more, and is refused with EIO where NUM, SCALE or TTL come without TG, TG without all of them, TTL 1 with granules of 16 KiB, or SCALE above 31.',
      level: 'observed',
      source: [range, book('Arm IHI 0070', '4.4.1.1 Range-based invalidation')],
    },
  },
);
