import { book, linux, requirements, uapi } from '../../requirement.ts';

const responses = uapi('iommufd.h', 'enum iommu_hwpt_pgfault_response_code');
const write = linux('eventq.c', 'iommufd_fault_fops_write');
const automatic = linux('eventq.c', 'iommufd_auto_response_faults');
const release = linux('eventq.c', 'iommufd_eventq_fops_release');
const report = linux('drivers/iommu/io-pgfault.c', 'iommu_report_device_fault');
const answer = linux('drivers/iommu/intel/prq.c', 'intel_iommu_page_response');
const events = linux('drivers/iommu/intel/prq.c', 'prq_event_thread');
const message = book(
  'PCI Express Base Specification 5.0',
  '10.4.2 Page Request Group Response Message, unchecked',
);

/** The numbers are those of the inventory of hardware, which has gaps. */
export const prq = requirements(
  { family: 'HW-PRQ', title: 'Page requests and their answers', since: '6.12', profile: 'faults' },
  {
    1: {
      says: 'A group that a process answers with IOMMUFD_PAGE_RESP_SUCCESS gets a response of code 0 on the bus, one that it answers with IOMMUFD_PAGE_RESP_INVALID code 1, and none while it is not answered or the code is another one.',
      level: 'contract',
      source: [responses, write, message],
    },
    2: {
      says: 'Behind a VT-d a response goes to the device that asked, with the group number of its requests and the PASID of the last of them, if that had one.',
      level: 'observed',
      source: [answer, message],
    },
    3: {
      says: 'Behind a VT-d the last request of a group is answered with code 1 by the driver itself where its address is not canonical, where a supervisor asks for a right to read or write, and where it asks for executing and reading; without the last bit it gets no answer.',
      level: 'observed',
      source: [events],
    },
    4: {
      says: 'Behind a VT-d a group whose last request finds the queue full is answered with code 0 by the hardware, halves of groups that are left are dropped, and what is asked for afterwards is delivered.',
      level: 'observed',
      source: [events, linux('drivers/iommu/io-pgfault.c', 'iopf_queue_discard_partial')],
    },
    5: {
      says: 'Behind an SMMUv3 a fault that waits is tried again for IOMMUFD_PAGE_RESP_SUCCESS and fails for IOMMUFD_PAGE_RESP_INVALID, at once where no attached page table has a fault queue; of a device that firmware lets not stall nobody is asked, and it gets no answer.',
      level: 'observed',
      source: [
        linux('drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c', 'arm_smmu_page_response'),
        linux('drivers/iommu/io-pgfault.c', 'iommu_report_device_fault'),
      ],
    },
    6: {
      says: 'Behind an AMD IOMMU the code of an answer is that of the kernel, also for a failure, and page requests are enabled for page tables that the kernel shares with a process, which no iommufd user has.',
      level: 'observed',
      source: [linux('drivers/iommu/amd/ppr.c', 'amd_iommu_page_response')],
    },
    7: {
      says: 'A page request for which no attached page table has a fault queue is answered with code 1 at once, also where it is not the last one of its group.',
      level: 'observed',
      source: [report],
    },
    8: {
      says: 'Requests are joined to a group by its number alone, so that half a group of one PASID is delivered with the last request of another PASID that uses the same number.',
      level: 'observed',
      source: [linux('drivers/iommu/io-pgfault.c', 'iopf_group_alloc')],
    },
    9: {
      says: 'When an attachment of a device or of a PASID ends or is replaced, each group that came by it and waits is answered with code 1, read or unread, and no group that came by another attachment.',
      level: 'observed',
      source: [automatic],
    },
    10: {
      says: 'Closing the file of a fault queue answers no group; those that wait are answered with code 1 when their attachment ends.',
      level: 'observed',
      source: [release, automatic],
    },
    11: {
      says: 'A group that waits when its device leaves the queue is answered once, by the fault queue or by the core, never by both.',
      level: 'observed',
      source: [linux('drivers/iommu/io-pgfault.c', 'iopf_queue_remove_device'), automatic],
    },
    12: {
      says: 'Behind a VT-d a page request that is on its way when its PASID is detached, or when that or its device moves, is of the page table that goes, and is answered with code 1; no later page table hears of it.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/prq.c', 'intel_iommu_drain_pasid_prq')],
    },
    13: {
      says: 'Behind a VT-d the attach of a page table with a fault queue fails with ENODEV for a device without page requests, and for each of its PASIDs.',
      level: 'observed',
      source: [linux('drivers/iommu/intel/iommu.c', 'intel_iommu_enable_iopf')],
    },
    14: {
      says: 'A page request drops what a VT-d has cached of the first stage for its page, so that a page whose guest only added a right is reached after it.',
      level: 'contract',
      source: [book('Intel VT-d 5.0', '7.4 Page Request Services, unchecked')],
    },
    15: {
      says: 'The queue of a VT-d holds its records in their order, and takes none between an overflow and the end of that.',
      level: 'contract',
      source: [book('Intel VT-d 5.0', '7.4.1 Page Request Queue, unchecked'), events],
    },
    16: {
      says: 'After code 0 a device asks for the translation again, and for the page where there is none; after code 1 it ends the accesses of that group; after a failure it switches its page requests off and ends all that wait; an answer to a group that it did not ask for it notes, and nothing else.',
      level: 'contract',
      source: [
        book('PCI Express Base Specification 5.0', '10.4.2.1 Response Code Field, unchecked'),
      ],
    },
    17: {
      says: 'Where the hardware answers in place of its driver it answers the last request of a group alone, and no marker that a PASID stops: with code 0 where the queue is full, with code 1 where the device may not ask.',
      level: 'observed',
      source: [book('Intel VT-d 5.0', '7.4.1 Page Request Queue, unchecked')],
    },
  },
);
