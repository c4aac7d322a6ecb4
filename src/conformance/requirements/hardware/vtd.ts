import { book, linux, requirements, uapi } from '../../requirement.ts';

const TITLE = 'Intel Virtualization Technology for Directed I/O, D51397';

/** A chapter of the book, which nobody here has compared with it: what is said follows from drivers that act by it. */
function vtdBook(chapter: string) {
  return book(TITLE, `${chapter} (unchecked)`);
}

const invalidateDoc = uapi('iommufd.h', 'struct iommu_hwpt_vtd_s1_invalidate');
const invalidateUser = linux('drivers/iommu/intel/nested.c', 'intel_nested_cache_invalidate_user');
const flushRange = linux('drivers/iommu/intel/cache.c', 'cache_tag_flush_range');
const aligned = linux('drivers/iommu/intel/cache.c', 'calculate_psi_aligned_address');
const assign = linux('drivers/iommu/intel/cache.c', 'cache_tag_assign');
const tearDown = linux('drivers/iommu/intel/pasid.c', 'intel_pasid_tear_down_entry');
const faultHandler = linux('drivers/iommu/intel/dmar.c', 'dmar_fault');
const faultReasons = linux('drivers/iommu/intel/dmar.c', 'dma_remap_sm_fault_reasons');
const requests = linux('drivers/iommu/intel/prq.c', 'prq_event_thread');
const drain = linux('drivers/iommu/intel/prq.c', 'intel_iommu_drain_pasid_prq');
const contextFlush = linux('drivers/iommu/intel/pasid.c', 'intel_context_flush_no_pasid');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const vtd = requirements(
  { family: 'HW-VTD', title: 'Intel VT-d', since: '6.12', profile: 'hardware-vtd' },
  {
    1: {
      says: 'A VT-d translates by the tables of the mode that it was given with the root table: in legacy mode by one page table for each device, in scalable mode by one for each PASID of a device as well.',
      level: 'contract',
      source: [vtdBook('10.4.5 Root Table Address Register')],
    },
    2: {
      says: 'Devices of each bus, and of each half of a bus, have context entries of their own in a VT-d.',
      level: 'contract',
      source: [vtdBook('9.1 Root Entry'), vtdBook('9.2 Scalable-Mode Root Entry')],
    },
    3: {
      says: 'The context entry of a device behind a VT-d in legacy mode leads to its page table, of three levels or of four, and to translations of its domain alone.',
      level: 'contract',
      source: [
        vtdBook('9.3 Context Entry'),
        linux('drivers/iommu/intel/iommu.c', 'domain_context_mapping_one'),
      ],
    },
    4: {
      says: 'The context entry of a device behind a VT-d in scalable mode has room for all PASIDs of the device, and lets it keep translations and ask for pages.',
      level: 'contract',
      source: [
        vtdBook('9.4 Scalable-Mode Context Entry'),
        linux('drivers/iommu/intel/pasid.c', 'intel_pasid_alloc_table'),
      ],
    },
    5: {
      says: 'Two PASIDs whose lower six bits are equal have entries of their own in the PASID tables of a VT-d, and translations of their own.',
      level: 'contract',
      source: [vtdBook('9.5 Scalable-Mode PASID Directory Entry')],
    },
    6: {
      says: 'A PASID entry of VT-d leads to a table of the first stage, to one of the second, or through both, as the page table is that the PASID or its device is attached to.',
      level: 'contract',
      source: [vtdBook('9.6 Scalable-Mode PASID Table Entry')],
    },
    7: {
      says: 'A page table of VT-d that a PASID or a device gets in place of another is used as a whole, of whichever stages the two are: nothing of the entry before is left.',
      level: 'observed',
      source: [tearDown, linux('drivers/iommu/intel/pasid.c', 'pasid_clear_entry')],
    },
    8: {
      says: 'A request without a PASID is translated by VT-d as the device is attached, one with a PASID as that PASID is, and one with a PASID that is not attached by nothing.',
      level: 'contract',
      source: [vtdBook('3.4.3 Scalable Mode Translation')],
    },
    9: {
      says: "A device or a PASID on a guest's page table of VT-d goes through both stages: the guest's table, and the parent from there.",
      level: 'contract',
      source: [
        vtdBook('9.6 Scalable-Mode PASID Table Entry'),
        linux('drivers/iommu/intel/pasid.c', 'intel_pasid_setup_nested'),
      ],
    },
    10: {
      says: "Two nested page tables of VT-d with one root of the guest's and one parent have caches of their own, whatever the guest calls them.",
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'domain_attach_iommu')],
    },
    20: {
      says: 'A first-stage table of VT-d leads a canonical address to a page of 4 KiB, 2 MiB or 1 GiB, and an entry that is not present, has an address beyond that of the host or none that is a multiple of its size leads nowhere.',
      level: 'contract',
      source: [vtdBook('9.7 First-Stage Paging Entries')],
    },
    21: {
      says: 'An access by a first-stage table of VT-d needs U/S of its entries, and for a write also R/W; it marks the entries that it used as accessed, and the last one of a write as dirty, and nothing where it is refused.',
      level: 'contract',
      source: [vtdBook('3.6.2 Access Rights and Accessed, Dirty Flags')],
    },
    22: {
      says: 'A second-stage table of VT-d grants reads and writes apart, by entries of each level, and where dirty bits are on marks a page that is written, and none that is read or where a write is refused.',
      level: 'contract',
      source: [vtdBook('9.8 Second-Stage Paging Entries')],
    },
    23: {
      says: 'A table of a guest that lies where the parent has no memory leads nowhere, at any level, until there is some.',
      level: 'contract',
      source: [vtdBook('3.8 Nested Translation')],
    },
    24: {
      says: 'Pages that hold tables of a guest are dirty in the parent where the hardware marked an entry in them.',
      level: 'contract',
      source: [vtdBook('3.8 Nested Translation'), vtdBook('3.7.2 Accessed and Dirty Flags')],
    },
    30: {
      says: 'What a VT-d has cached is used for what it was found for: a context entry for its device, a PASID entry for its device and PASID, and a translation for its domain and, where it came by a first stage, for its PASID.',
      level: 'contract',
      source: [vtdBook('6.2 Address Translation Caches')],
    },
    31: {
      says: 'What comes where a VT-d found nothing is used at once: a page or a table of a first stage without an invalidation, and what the driver puts into a context entry or a second stage also where the unit remembers that there was nothing.',
      level: 'contract',
      source: [
        vtdBook('6.1 Caching Mode'),
        linux('drivers/iommu/intel/cache.c', 'cache_tag_flush_range_np'),
        linux('drivers/iommu/intel/iommu.c', 'context_present_cache_flush'),
      ],
    },
    32: {
      says: 'A device that keeps translations of both stages of a VT-d forgets all of them when a page of the second stage is unmapped, wherever the guest has it.',
      level: 'observed',
      source: [flushRange, vtdBook('6.2.5 Device-TLB')],
    },
    33: {
      says: 'A device behind a VT-d in legacy mode that is detached, or moves, is translated by its former context entry no more, and other devices with the same page table still are.',
      level: 'contract',
      source: [vtdBook('6.5.2.1 Context-cache Invalidate Descriptor'), contextFlush],
    },
    34: {
      says: 'An invalidation of the IOTLB of a VT-d by domain, or by pages of the second stage, drops all that came by both stages of that domain, for any PASID, and nothing of other domains.',
      level: 'contract',
      source: [vtdBook('6.5.2.3 IOTLB Invalidate Descriptor'), flushRange],
    },
    35: {
      says: 'An invalidation of pages in the TLB of a device itself drops what it keeps there of requests without PASID, and nothing of other devices.',
      level: 'contract',
      source: [vtdBook('6.5.2.5 Device-TLB Invalidate Descriptor'), flushRange],
    },
    36: {
      says: 'An interrupt of a device goes by the new entry of a table for interrupts of VT-d once that entry was changed, and those of other devices go by theirs.',
      level: 'contract',
      source: [
        vtdBook('6.5.2.7 Interrupt Entry Cache Invalidate Descriptor'),
        linux('drivers/iommu/intel/irq_remapping.c', 'qi_flush_iec'),
      ],
    },
    37: {
      says: 'What a VT-d is told to forget is forgotten when the call returns by which it was told, and page requests that were on their way have been delivered.',
      level: 'contract',
      source: [
        vtdBook('6.5.2.8 Invalidation Wait Descriptor'),
        linux('drivers/iommu/intel/dmar.c', 'qi_submit_sync'),
        linux('drivers/iommu/intel/prq.c', 'intel_iommu_drain_pasid_prq'),
      ],
    },
    38: {
      says: 'An invalidation of pages of a PASID in the IOTLB of a VT-d drops what came by the first stage there, with the same domain and PASID, and nothing of the next page.',
      level: 'contract',
      source: [vtdBook('6.5.2.4 PASID-based-IOTLB Invalidate Descriptor'), invalidateUser],
    },
    39: {
      says: 'A PASID whose entry in the PASID table of a VT-d is changed is translated by the new one, and those of other PASIDs hold.',
      level: 'contract',
      source: [vtdBook('6.5.2.2 PASID-cache Invalidate Descriptor'), tearDown],
    },
    40: {
      says: 'An invalidation of pages of one PASID in the TLB of a device drops what it keeps there of that PASID, and nothing of its other PASIDs.',
      level: 'contract',
      source: [vtdBook('6.5.2.6 PASID-based-Device-TLB Invalidate Descriptor'), flushRange],
    },
    41: {
      says: 'A page group response of VT-d ends one group of page requests: of one device, of one PASID or of none, with one number.',
      level: 'contract',
      source: [
        vtdBook('7.7 Page Group Response Descriptor'),
        linux('drivers/iommu/intel/prq.c', 'intel_iommu_page_response'),
      ],
    },
    42: {
      says: 'The range of an invalidation of the TLB of a device is as large as the lowest zero of its address tells, and the pages beside it stay.',
      level: 'contract',
      source: [vtdBook('6.5.2.5 Device-TLB Invalidate Descriptor')],
    },
    43: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d drops each page that was asked for, from the IOTLB and from the TLB of the device.',
      level: 'contract',
      source: [invalidateDoc, invalidateUser, flushRange],
    },
    44: {
      says: "What is unmapped from a nesting parent of VT-d is reached by no device and no PASID on a guest's page table on top of it, whatever the IOTLB and the device kept.",
      level: 'observed',
      source: [flushRange, assign],
    },
    45: {
      says: 'A device or a PASID that is detached from a page table of VT-d, or moves, keeps nothing that was translated by it.',
      level: 'observed',
      source: [tearDown],
    },
    50: {
      says: 'Of an access that a VT-d refuses it records which requester made it, with which PASID if with one, to which page, whether it was a read or a write, and a reason; the driver logs that and makes room for the next one.',
      level: 'contract',
      source: [vtdBook('11.4.14 Fault Recording Registers'), faultHandler],
    },
    51: {
      says: 'An access that a VT-d in legacy mode has no entry for, or none with its right, moves nothing, however often it is made, and the device goes on to reach what it may.',
      level: 'contract',
      source: [
        vtdBook('7.1.3 Fault conditions and Remapping hardware behavior for various request'),
      ],
    },
    52: {
      says: 'The reason for which a VT-d in scalable mode refuses an access is that of the entry that was looked at: of the first stage, of the second one, of a table of the first stage that the second one does not lead to, or of a PASID without an entry.',
      level: 'contract',
      source: [vtdBook('7.1.3 Fault conditions and Remapping hardware behavior'), faultReasons],
    },
    53: {
      says: 'A request for a translation that a VT-d has none for, or none with that right, is answered so and not recorded; one that meets an entry that makes no sense is.',
      level: 'contract',
      source: [vtdBook('7.4 Recoverable Faults')],
    },
    60: {
      says: 'A page request behind a VT-d is delivered as its device sent it: who asks, with which PASID if with one, for which page and rights, in which group, and whether it is the last one.',
      level: 'contract',
      source: [vtdBook('7.4.1.1 Page Request Descriptor'), requests],
    },
    61: {
      says: 'The ring of the page requests of a VT-d has room for one less than it has places; once it was full it takes none until its driver has read all, and then it takes them again.',
      level: 'contract',
      source: [vtdBook('7.4.1 Page Request Queue'), requests],
    },
    62: {
      says: 'Of a group that finds the ring of a VT-d full the last request is answered with Success by the hardware, and no other one.',
      level: 'contract',
      source: [vtdBook('7.4.1 Page Request Queue')],
    },
    63: {
      says: 'A page request that the driver of a VT-d does not hand on is answered with Invalid Request where it is the last one of its group: one for an address that is not canonical, one of a supervisor to read or write, and one to execute what is read; a marker that a PASID stops has no answer.',
      level: 'observed',
      source: [requests],
    },
    64: {
      says: 'Groups of page requests with one number are answered apart where the one has a PASID and the other none, each once and none before its last request.',
      level: 'contract',
      source: [vtdBook('7.6.1 Page Group Response Descriptor'), requests],
    },
    65: {
      says: 'A detach or a move behind a VT-d is over when none of the page requests of that device and PASID is in the ring any more.',
      level: 'observed',
      source: [drain],
    },
    66: {
      says: 'The capability registers that IOMMU_GET_HW_INFO gives of a VT-d tell what its driver allows: widths, nesting, dirty bits, tables of five levels and requests of supervisors.',
      level: 'contract',
      source: [
        uapi('iommufd.h', 'struct iommu_hw_info_vtd'),
        vtdBook('11.4.2 Capability Register'),
        vtdBook('11.4.3 Extended Capability Register'),
      ],
    },
    70: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d drops the smallest aligned block of a power of two of pages that holds the first page and the last one, and nothing beside it.',
      level: 'observed',
      source: [aligned, invalidateUser],
    },
    71: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d with 0 pages succeeds, and drops a block of pages around the address, or nothing.',
      level: 'open',
      source: [invalidateUser],
    },
    72: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d with more pages than 64 bits have bytes succeeds, and drops as many as the lower 52 bits tell.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.h', 'nrpages_to_size'), invalidateUser],
    },
    73: {
      says: 'A VT-d does not record a second fault of a requester that has a record, nor that of another one where there is no room for it; both are recorded again when the driver has read the first.',
      level: 'contract',
      source: [vtdBook('7.2.1 Primary Fault Logging'), faultHandler],
    },
    74: {
      says: 'An access by a first-stage table of VT-d is refused for the first thing that is wrong: that its address is not canonical, and then of each entry that it is not present, not for users, not to be written, or makes no sense.',
      level: 'contract',
      source: [vtdBook('3.6 First-Stage Translation')],
    },
    75: {
      says: 'An access by a second-stage table of VT-d in legacy mode is refused for its address where that is beyond the tables, and else for the right that an entry does not grant, whether that is there or not.',
      level: 'contract',
      source: [vtdBook('3.7 Second-Stage Translation'), faultReasons],
    },
    76: {
      says: 'More pages of a second stage of VT-d than its unit takes in one invalidation are invalidated with their whole domain, as the unit would take nothing of what is too large.',
      level: 'observed',
      source: [
        linux('drivers/iommu/intel/cache.c', 'cache_tag_flush_iotlb'),
        linux('drivers/iommu/intel/dmar.c', 'qi_check_fault'),
        vtdBook('6.5.2.3 IOTLB Invalidate Descriptor'),
      ],
    },
    77: {
      says: 'A device that does not answer an invalidation of its TLB is asked again with all that was under way, and one that is gone is not.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/dmar.c', 'qi_check_fault')],
    },
    78: {
      says: "An unmap from a nesting parent of VT-d drops all that a device with a TLB of its own keeps of a guest's page table, as the addresses there are the guest's.",
      level: 'observed',
      source: [flushRange],
    },
    80: {
      says: "A PASID is attached to a guest's page table of VT-d whose parent tracks dirty pages, and what it writes is in the bitmap of the parent.",
      level: 'observed',
      source: [linux('drivers/iommu/intel/nested.c', 'intel_nested_set_dev_pasid')],
      since: '6.15',
    },
    81: {
      says: "A device or a PASID behind a VT-d that is refused a guest's page table keeps the one it has, or reaches nothing until it is attached to a third; iommufd goes on to hold the old one, and nobody gets to the one that was refused.",
      level: 'open',
      source: [
        linux('drivers/iommu/intel/nested.c', 'intel_nested_attach_dev'),
        linux('drivers/iommu/intel/iommu.c', 'device_block_translation'),
        linux('drivers/iommu/iommu.c', '__iommu_group_set_domain_internal'),
      ],
    },
    82: {
      says: "Dirty tracking of a nesting parent of VT-d that is switched on is on for each device and PASID on a guest's page table on top, whatever they had cached.",
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'parent_domain_set_dirty_tracking')],
    },
    83: {
      says: 'Requests of a device with PASID 0 are translated by VT-d as those without a PASID.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/pasid.c', 'context_entry_set_pasid_table')],
    },
    84: {
      says: 'A device or a PASID that has left a page table of VT-d is nobody there: what the page table is told later reaches those who stayed, and brings nothing back.',
      level: 'observed',
      source: [tearDown, linux('drivers/iommu/intel/iommu.c', 'domain_remove_dev_pasid')],
    },
    85: {
      says: 'A page table of VT-d has a domain id as long as somebody is on it, which no other page table has meanwhile; one that gets it later finds nothing cached.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'domain_attach_iommu')],
    },
    86: {
      says: 'An invalidation of the TLB of a device without a PASID drops what the device keeps of its PASIDs or leaves it; each of them reaches what its own page table led to, or leads to now.',
      level: 'open',
      source: [
        vtdBook('6.5.2.5 Device-TLB Invalidate Descriptor'),
        linux('drivers/iommu/intel/cache.c', 'cache_tag_flush_devtlb_psi'),
      ],
    },
    87: {
      says: 'ATS of a device behind a VT-d is on in scalable mode whatever the device is attached to, and in legacy mode while it is attached.',
      level: 'observed',
      source: [
        linux('drivers/iommu/intel/iommu.c', 'intel_iommu_probe_finalize'),
        linux('drivers/iommu/intel/iommu.c', 'domain_context_mapping'),
      ],
    },
    88: {
      says: 'Devices with one page table of VT-d are all told when it changes, and when one of them leaves, the others still are.',
      level: 'observed',
      source: [assign],
    },
    89: {
      says: 'IOMMU_HWPT_INVALIDATE of a nested page table of VT-d reaches every device and PASID on it, and those on no other page table.',
      level: 'observed',
      source: [flushRange, invalidateUser],
    },
  },
);
