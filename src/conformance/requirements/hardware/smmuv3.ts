import { book, linux, requirements } from '../../requirement.ts';

const driver = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c';
const guests = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3-iommufd.c';
const configuration = book('Arm IHI 0070', '4.3 Configuration structure invalidation');
const commands = book('Arm IHI 0070', '4.4 TLB invalidation');
const converted = linux(guests, 'arm_vsmmu_convert_user_cmd');
const issued = linux(guests, 'arm_vsmmu_cache_invalidate');
const range = linux(guests, 'arm_vsmmu_validate_range');
const entry = book('Arm IHI 0070', '5.2 Stream Table Entry');
const nested = linux(guests, 'arm_smmu_attach_dev_nested');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const smmuv3 = requirements(
  { family: 'HW-SMU', title: 'Arm SMMUv3', since: '6.13', profile: 'hardware-smmuv3' },
  {
    1: {
      says: 'An entry of a guest leads its device nowhere where V is 0 or Config aborts, to the memory of the guest where Config passes the first stage, and by the table at S1ContextPtr where it has one; one that asks for more than the unit has is C_BAD_STE.',
      level: 'contract',
      source: [entry],
    },
    2: {
      says: 'A guest may set V, Config, S1Fmt, S1ContextPtr, S1CDMax, S1DSS, S1CIR, S1COR, S1CSH, S1STALLD and EATS; any other bit, a Config beyond abort, bypass and stage 1, and an EATS above 1 are refused with EIO.',
      level: 'observed',
      source: [linux(guests, 'arm_smmu_validate_vste')],
    },
    3: {
      says: 'A device moves to and fro between whole entries of its guest; one of a vIOMMU on another unit is refused with EINVAL, one with a first stage without a vDEVICE with ENOENT, and the device keeps the entry that it had.',
      level: 'observed',
      source: [nested, linux(guests, 'arm_smmu_attach_prepare_vmaster')],
    },
    4: {
      says: 'A page table for PASIDs on a vIOMMU is refused with EOPNOTSUPP, as is a vIOMMU of a unit that lacks a stage, or whose devices can go past the caches.',
      level: 'observed',
      source: [
        linux(guests, 'arm_vsmmu_alloc_domain_nested'),
        linux(guests, 'arm_smmu_get_viommu_size'),
      ],
    },
    5: {
      says: 'A context descriptor is found by its number in a linear table, or by a table of two levels whose leaves have 4 KiB or 64 KiB.',
      level: 'contract',
      source: [book('Arm IHI 0070', '5.3 and 5.4, Context Descriptors')],
    },
    6: {
      says: 'A request with a substream that the table of its stream does not have is refused, and one without a substream is ended, passes the first stage or has the first descriptor, as S1DSS says.',
      level: 'contract',
      source: [book('Arm IHI 0070', '3.9 and 5.2, STE.S1DSS')],
    },
    7: {
      says: 'A stage 1 that may update its tables sets the access flag of a page that is used and makes a page with DBM writable when it is written, and one that may not leaves them.',
      level: 'contract',
      source: [
        book('Arm DDI 0487', 'D8.4.5 and D8.4.6'),
        book('Arm IHI 0070', '3.13 Translation table entries and hardware updates'),
      ],
    },
    8: {
      says: 'A nesting parent is a second stage with a right to read and one to write, whose tables lead to every address that the unit has, and to none behind.',
      level: 'contract',
      source: [
        book('Arm DDI 0487', 'D8.2 and D8.3, stage 2'),
        linux(driver, 'arm_smmu_domain_finalise'),
      ],
    },
    9: {
      says: 'A page without its access flag gives F_ACCESS, an address beyond the tables F_ADDR_SIZE, and what the second stage refuses to a walk of the first is refused.',
      level: 'contract',
      source: [
        book('Arm IHI 0070', '3.4 Address sizes'),
        book('Arm IHI 0070', '7.3 Event records'),
      ],
    },
    10: {
      says: 'Translations are kept by the VMID of the nesting parent and the ASID of the guest, whatever the device: two vIOMMUs on one parent are one guest, and two parents two.',
      level: 'contract',
      source: [
        book('Arm IHI 0070', '3.17 TLB tagging, VMIDs, ASIDs'),
        linux(guests, 'arm_vsmmu_init'),
      ],
    },
    11: {
      says: 'A command of a guest names what it drops by ASID, NUM, SCALE, TTL, TG and address, each in the bits that the book gives it.',
      level: 'contract',
      source: [commands, converted],
    },
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
      says: 'TLBI_NH_VA of a guest drops the page or block around the address, of that ASID or global, also where the second stage has a block in pages, and leaves the next page and other ASIDs.',
      level: 'contract',
      source: [commands, converted, book('Arm DDI 0487', 'D8, TLB maintenance')],
    },
    18: {
      says: 'TLBI_NH_VAA of a guest drops the page or block around the address, whatever its ASID, and leaves the next page.',
      level: 'contract',
      source: [commands, converted],
    },
    19: {
      says: 'TLBI_EL2_ALL, _ASID, _VA and _VAA of a guest are refused with EIO and drop nothing.',
      level: 'observed',
      source: [converted, commands],
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
    23: {
      says: 'ATC_INV of a guest makes its device forget a range or everything, of one substream or of all, and leaves the next page and other substreams.',
      level: 'contract',
      source: [book('Arm IHI 0070', '4.5.1 CMD_ATC_INV'), converted],
    },
    24: {
      says: 'PRI_RESP of a guest is refused with EIO.',
      level: 'observed',
      source: [converted, book('Arm IHI 0070', '4.5.2 CMD_PRI_RESP')],
    },
    25: {
      says: 'A fault of a device that may stall waits, as the context descriptor or the entry says; CMD_RESUME ends the wait of that stream and number, with another try or with a failure, and no other one.',
      level: 'contract',
      source: [
        book('Arm IHI 0070', '3.12.2 Stall model'),
        book('Arm IHI 0070', '4.6.2 CMD_RESUME'),
        linux(driver, 'arm_smmu_page_response'),
      ],
    },
    26: {
      says: 'A vIOMMU takes TLBI_NH_ALL, _ASID, _VA and _VAA, TLBI_NSNH_ALL, CFGI_CD and CFGI_CD_ALL, and with ATS ATC_INV; any other opcode, a StreamID that no vDEVICE has, and a bit that the command does not have end the call with EIO, and entry_num counts what came before.',
      level: 'observed',
      source: [converted, issued],
    },
    27: {
      says: 'An event tells its number, the StreamID, the substream where there is one, and for a translation whether it was a read, that it was the input, and its address.',
      level: 'contract',
      source: [book('Arm IHI 0070', '7.3 Event records')],
    },
    28: {
      says: 'Events of a guest have the virtual StreamID in place of the other one; of what comes to a full queue one header with LOST_EVENTS is left, and the sequence counts what was lost.',
      level: 'observed',
      source: [
        linux(guests, 'arm_vmaster_report_event'),
        linux('driver.c', 'iommufd_viommu_report_event'),
      ],
    },
    29: {
      says: 'A fault that waits comes to the fault queue as a group of one, whose number is that of the stall, with its address, its PASID and whether it was a write, and to no vEVENTQ.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_handle_event')],
    },
    30: {
      says: 'The 1 MiB at 128 MiB, in which the kernel places the doorbells of interrupts, is reserved in the IOAS of a device as in that of a nesting parent, and what a device asks for there is led by the table of its guest, and then by the parent, where nothing of a process is.',
      level: 'observed',
      source: [
        linux(driver, 'arm_smmu_get_resv_regions'),
        linux('io_pagetable.c', 'iopt_table_enforce_dev_resv_regions'),
        linux('driver.c', 'iommufd_sw_msi'),
      ],
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
    33: {
      says: 'An unmap makes a device with ATS forget every page of the range, whatever aligned power of two holds it.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_atc_inv_to_cmd')],
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
    36: {
      says: 'A guest is told the events C_BAD_STE, F_STREAM_DISABLED, C_BAD_SUBSTREAMID and C_BAD_CD of its device, with the substream where there is one.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_handle_event')],
    },
    37: {
      says: 'TLBI commands of a guest leave what its device keeps, until the guest sends ATC_INV.',
      level: 'observed',
      source: [issued],
    },
    38: {
      says: 'A device that is on a second stage or on an entry of a guest is refused page tables for PASIDs, and the other way round, with EINVAL.',
      level: 'observed',
      source: [
        linux(driver, 'arm_smmu_attach_dev_nested'),
        linux('device.c', 'iommufd_hwpt_pasid_compat'),
      ],
    },
    39: {
      says: 'PASIDs of a device go on when the device itself is detached, and what comes without a PASID is refused then.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_set_pasid')],
    },
    40: {
      says: 'A PASID that is detached reaches nothing any more, by its device either, and who gets its ASID next finds nothing of it.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_blocking_set_dev_pasid')],
    },
    41: {
      says: 'A device or PASID that moves to another page table forgets what it kept of the old one, and no other PASID does.',
      level: 'observed',
      source: [linux(driver, 'arm_smmu_attach_prepare'), linux(driver, 'arm_smmu_attach_commit')],
    },
    42: {
      says: 'A device on an entry of a guest that translates keeps translations if EATS of the entry says so, and after every other change asks again.',
      level: 'observed',
      source: [linux(guests, 'arm_smmu_attach_dev_nested')],
    },
    43: {
      says: 'A message of a device behind an SMMUv3 arrives by whatever page table the device is attached to, as the kernel maps the doorbell there, on an entry of a guest that translates only where the table of the guest leads to it, and is lost while the device is attached to nothing.',
      level: 'observed',
      source: [linux('driver.c', 'iommufd_sw_msi'), linux('device.c', 'iommufd_group_setup_msi')],
    },
    44: {
      says: 'MSI of a device behind an SMMUv3 that is attached to nothing is refused with ENOSPC, and granted once the device is attached.',
      level: 'observed',
      source: [linux('drivers/iommu/iommu.c', 'iommu_dma_prepare_msi')],
    },
  },
);
