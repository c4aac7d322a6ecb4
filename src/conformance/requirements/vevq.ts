import { linux, requirements, uapi } from '../requirement.ts';

const struct = uapi('iommufd.h', 'struct iommu_veventq_alloc');
const header = uapi('iommufd.h', 'struct iommufd_vevent_header');
const general = uapi('iommufd.h', 'DOC: General ioctl format');
const alloc = linux('eventq.c', 'iommufd_veventq_alloc');
const read = linux('eventq.c', 'iommufd_veventq_fops_read');
const report = linux('driver.c', 'iommufd_viommu_report_event');
const trigger = linux('selftest.c', 'iommufd_test_trigger_vevent');

export const vevq = requirements(
  {
    family: 'VEVQ',
    title: 'IOMMU_VEVENTQ_ALLOC and its events',
    since: '6.15',
    profile: 'nesting',
  },
  {
    1: {
      says: 'IOMMU_VEVENTQ_ALLOC with flags or a __reserved that are not 0, or with the type DEFAULT, fails with EOPNOTSUPP.',
      level: 'contract',
      source: [struct, general, alloc],
    },
    2: {
      says: 'IOMMU_VEVENTQ_ALLOC with a depth of 0 or above 524288 fails with EINVAL before the vIOMMU is looked up, and a depth of 524288 is accepted.',
      level: 'observed',
      source: [struct, alloc],
    },
    3: {
      says: 'IOMMU_VEVENTQ_ALLOC on an id that names no vIOMMU fails with ENOENT.',
      level: 'contract',
      source: [general, alloc],
    },
    4: {
      says: 'IOMMU_VEVENTQ_ALLOC of a type of which the vIOMMU has a vEVENTQ fails with EEXIST, and of any other type it succeeds.',
      level: 'contract',
      source: [struct, alloc],
    },
    5: {
      says: 'The file descriptor of a vEVENTQ is closed on exec, a write to it fails with EINVAL, and it is never ready for writing.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_eventq_init')],
    },
    6: {
      says: 'A read of an empty vEVENTQ returns 0 at once, also without O_NONBLOCK.',
      level: 'observed',
      source: [read],
    },
    7: {
      says: 'A read of a vEVENTQ whose count is below the size of a header fails with EINVAL, also where it is empty.',
      level: 'observed',
      source: [read],
    },
    8: {
      says: 'An event is read as a header, with flags of 0 and its sequence, and the data of its type after it.',
      level: 'contract',
      source: [struct, header, read],
    },
    9: {
      says: 'A read whose count has room for the header of the first event but not for its data fails with EINVAL, and the event stays in the queue.',
      level: 'observed',
      source: [read],
    },
    10: {
      says: 'A read of a vEVENTQ returns whole events in their order, as many as fit into any count, and the number of bytes that they fill.',
      level: 'contract',
      source: [struct, read],
    },
    11: {
      says: 'The sequence of the first event of a vEVENTQ is 0, and grows by 1 with each event, read or lost, up to INT_MAX, which 0 follows.',
      level: 'contract',
      source: [header, report],
    },
    12: {
      says: 'An event for a vEVENTQ that holds as many as its depth is lost, and at its end a header without data, with the flag LOST_EVENTS, has the sequence of the last one lost.',
      level: 'contract',
      source: [struct, header, report],
    },
    13: {
      says: 'When an event follows lost ones the header that told of them is gone, and the sequence of the event skips as many numbers as were lost.',
      level: 'contract',
      source: [header, report],
    },
    14: {
      says: 'When the header of lost events was read and another event is lost the header is there again, with the sequence of that one.',
      level: 'observed',
      source: [header, report],
    },
    15: {
      says: 'The header of lost events does not count against the depth of the vEVENTQ.',
      level: 'contract',
      source: [struct, report],
    },
    16: {
      says: 'A read into memory that cannot be written fails with EFAULT, and the next read returns the event.',
      level: 'observed',
      source: [read],
    },
    17: {
      says: 'An event for a vIOMMU without a vEVENTQ of its type is dropped, and the mock device that reports it gets EOPNOTSUPP.',
      level: 'observed',
      source: [report, trigger],
    },
    18: {
      says: 'A mock device that is on no nested page table of a vIOMMU, or has the virt_id 0, cannot report an event: IOMMU_TEST_OP_TRIGGER_VEVENT fails with ENOENT.',
      level: 'observed',
      source: [trigger],
      profile: 'test-cmd',
    },
    19: {
      says: 'A vEVENTQ is ready for reading exactly while it holds an event or the header of lost events, and either wakes those who wait.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_eventq_fops_poll')],
    },
    20: {
      says: 'A vEVENTQ that holds events can be destroyed once its file descriptor is closed.',
      level: 'observed',
      source: [linux('eventq.c', 'iommufd_veventq_abort')],
    },
    21: {
      says: 'A stage 1 fault of a device with a vDEVICE behind an SMMUv3 is read as a record of 32 bytes with the virt_id as its stream id, for the listed kinds of events only.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_vevent_arm_smmuv3')],
      profile: 'hardware-smmuv3',
    },
    22: {
      says: 'An error of a virtual command queue of a Tegra241 is read as a map of 16 bytes of the queues with an error.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_vevent_tegra241_cmdqv')],
      since: '6.17',
      profile: 'hardware-tegra241',
    },
  },
);
