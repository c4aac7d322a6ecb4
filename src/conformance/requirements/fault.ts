import { linux, requirements, uapi } from '../requirement.ts';

const alloc = uapi('iommufd.h', 'struct iommu_fault_alloc');
const message = uapi('iommufd.h', 'struct iommu_hwpt_pgfault');
const messageFlags = uapi('iommufd.h', 'enum iommu_hwpt_pgfault_flags');
const response = uapi('iommufd.h', 'struct iommu_hwpt_page_response');
const code = uapi('iommufd.h', 'enum iommufd_page_response_code');
const doAlloc = linux('eventq.c', 'iommufd_fault_alloc');
const init = linux('eventq.c', 'iommufd_eventq_init');
const read = linux('eventq.c', 'iommufd_fault_fops_read');
const write = linux('eventq.c', 'iommufd_fault_fops_write');
const release = linux('eventq.c', 'iommufd_eventq_fops_release');
const auto = linux('eventq.c', 'iommufd_auto_response_faults');
const handler = linux('eventq.c', 'iommufd_fault_iopf_handler');
const report = linux('drivers/iommu/io-pgfault.c', 'iommu_report_device_fault');

export const fault = requirements(
  {
    family: 'FAULT',
    title: 'IOMMU_FAULT_QUEUE_ALLOC, page faults and their responses',
    since: '6.11',
    profile: 'faults',
  },
  {
    1: {
      says: 'IOMMU_FAULT_QUEUE_ALLOC with flags that are not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [alloc, uapi('iommufd.h', 'DOC: General ioctl format'), doAlloc],
    },
    2: {
      says: 'IOMMU_FAULT_QUEUE_ALLOC makes a fault queue and returns its id and a file descriptor that can be read and written and is closed on exec.',
      level: 'contract',
      source: [alloc, doAlloc, init],
    },
    3: {
      says: 'IOMMU_FAULT_QUEUE_ALLOC without a free file descriptor fails with EMFILE, and the id is free again.',
      level: 'observed',
      source: [init],
    },
    4: {
      says: 'A read of an empty fault queue returns 0 at once, also without O_NONBLOCK.',
      level: 'observed',
      source: [read],
    },
    5: {
      says: 'A read of a fault queue whose count is no multiple of the size of a message fails with ESPIPE.',
      level: 'observed',
      source: [read],
    },
    6: {
      says: 'A read of 0 bytes returns 0 from an empty fault queue, and fails with EINVAL on one with a fault.',
      level: 'observed',
      source: [read],
    },
    7: {
      says: 'A fault queue is always ready for writing, and for reading exactly while it has faults that were not read; a fault wakes those who wait.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_eventq_fops_poll')],
    },
    8: {
      says: 'A page fault of a device on a page table with a fault queue can be read as one message, with the id of the device, the PASID, the group, the permissions and the address as reported, a length of 0 and a cookie that is not 0.',
      level: 'contract',
      source: [message, messageFlags, linux('eventq.c', 'iommufd_compose_fault_message')],
    },
    9: {
      says: 'The faults of one group are read together, in their order and under one cookie, and exactly the last one has the flag LAST_PAGE.',
      level: 'contract',
      source: [message, messageFlags, read],
    },
    10: {
      says: 'A read whose count is below the size of the first group fails with EINVAL, and the group stays in the queue.',
      level: 'observed',
      source: [read],
    },
    11: {
      says: 'A read returns whole groups in the order of their faults, as many as fit, and the number of bytes that they fill.',
      level: 'observed',
      source: [read],
    },
    12: {
      says: 'A read into memory that cannot be written fails with EFAULT and uses up no cookie, and the next read returns the group.',
      level: 'observed',
      source: [read],
    },
    13: {
      says: 'A read into memory that can be written for the first groups only returns these, and the next read the rest.',
      level: 'observed',
      source: [read],
    },
    14: {
      says: 'Cookies begin at 1 in each fault queue, a group takes the lowest one that is free, and a response frees it.',
      level: 'observed',
      source: [read],
    },
    15: {
      says: 'A write to a fault queue whose count is no multiple of the size of a response fails with ESPIPE.',
      level: 'observed',
      source: [write],
    },
    16: {
      says: 'A write of 0 bytes to a fault queue returns 0.',
      level: 'observed',
      source: [write],
    },
    17: {
      says: 'A response of SUCCESS or INVALID to a cookie that was read answers its group towards the device, and a second response to it fails with EINVAL.',
      level: 'contract',
      source: [response, code, write],
    },
    18: {
      says: 'A response with another code fails with EINVAL, and its cookie stays valid.',
      level: 'observed',
      source: [code, write],
    },
    19: {
      says: 'A response to a cookie that was not read, or was answered, fails with EINVAL.',
      level: 'contract',
      source: [response, write],
    },
    20: {
      says: 'A write of several responses with a bad one returns the bytes of those before it, which are answered, or fails if it is the first.',
      level: 'observed',
      source: [write],
    },
    21: {
      says: 'A write from memory that cannot be read fails with EFAULT, or returns the bytes of the responses before it.',
      level: 'observed',
      source: [write],
    },
    22: {
      says: 'Detaching a device answers its faults with INVALID, whether they were read or not: what was not read is gone, and a response to what was read fails with EINVAL.',
      level: 'observed',
      source: [auto],
    },
    23: {
      says: 'Replacing the page table of a device answers the faults of the old one with INVALID, and a response to them fails with EINVAL.',
      level: 'observed',
      source: [auto],
      since: '6.11',
    },
    24: {
      says: 'Destroying a fault queue, also by closing the iommufd, answers the faults that are left with INVALID.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_fault_destroy')],
    },
    25: {
      says: 'After the file descriptor of a fault queue was closed, faults of attached devices are still put into the queue, which cannot be destroyed before its page tables.',
      level: 'observed',
      source: [release, handler],
    },
    26: {
      says: 'Several page tables and devices can share a fault queue: dev_id tells the devices apart, and detaching one leaves the faults of the others.',
      level: 'contract',
      source: [message, handler],
    },
    27: {
      says: 'A page fault of a device on a page table without a fault queue is answered as invalid and is put into no queue.',
      level: 'observed',
      source: [report],
    },
    28: {
      says: 'A page fault of a mock device with a PASID that is not attached is put into the fault queue of the nested page table that the device is attached to.',
      level: 'observed',
      source: [linux('drivers/iommu/io-pgfault.c', 'find_fault_handler')],
      profile: 'test-cmd',
    },
    29: {
      says: 'A seek of a fault queue, and a read or a write at a position, fail with ESPIPE.',
      level: 'observed',
      source: [read, write],
    },
    30: {
      says: 'Replacing a page table with a fault queue by one without, and back, stops and resumes the delivery of the faults of that device.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_hwpt_replace_device'), report],
    },
    31: {
      says: 'Of two reads of a fault queue at the same time each returns other groups, and of two responses to one cookie one succeeds.',
      level: 'observed',
      source: [read, write],
    },
    32: {
      says: 'IOMMU_DESTROY of a fault queue fails with EBUSY until the last duplicate of its file descriptor is closed.',
      level: 'observed',
      source: [release],
    },
    33: {
      says: 'A fault queue whose iommufd was closed can still be read and written through its own file descriptor.',
      level: 'observed',
      source: [init, read],
    },
  },
);
