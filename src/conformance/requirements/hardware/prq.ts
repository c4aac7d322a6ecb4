import { book, linux, requirements, uapi } from '../../requirement.ts';

const responses = uapi('iommufd.h', 'enum iommu_hwpt_pgfault_response_code');
const write = linux('eventq.c', 'iommufd_fault_fops_write');
const automatic = linux('eventq.c', 'iommufd_auto_response_faults');
const release = linux('eventq.c', 'iommufd_eventq_fops_release');
const report = linux('drivers/iommu/io-pgfault.c', 'iommu_report_device_fault');
const answer = linux('drivers/iommu/intel/prq.c', 'intel_iommu_page_response');
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
  },
);
