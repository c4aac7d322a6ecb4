import { linux, requirements, uapi } from '../requirement.ts';

const option = uapi('iommufd.h', 'struct iommu_option');
const options = uapi('iommufd.h', 'enum iommufd_option');
const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const changeProcess = uapi('iommufd.h', 'struct iommu_ioas_change_process');
const vfioIoas = uapi('iommufd.h', 'struct iommu_vfio_ioas');
const getPa = uapi('iommufd.h', 'struct iommu_ioas_noiommu_get_pa');
const doOption = linux('main.c', 'iommufd_option');
const rlimitMode = linux('ioas.c', 'iommufd_option_rlimit_mode');
const hugePages = linux('ioas.c', 'iommufd_ioas_option_huge_pages');
const disableLargePages = linux('io_pagetable.c', 'iopt_disable_large_pages');
const enableLargePages = linux('io_pagetable.c', 'iopt_enable_large_pages');
const doChangeProcess = linux('ioas.c', 'iommufd_ioas_change_process');
const doVfioIoas = linux('vfio_compat.c', 'iommufd_vfio_ioas');
const doGetPa = linux('ioas.c', 'iommufd_ioas_noiommu_get_pa');
const getPhys = linux('io_pagetable.c', 'iopt_get_phys');

export const opt = requirements(
  {
    family: 'OPT',
    title: 'IOMMU_OPTION, IOMMU_IOAS_CHANGE_PROCESS, IOMMU_VFIO_IOAS, IOMMU_IOAS_NOIOMMU_GET_PA',
    since: '6.2',
    profile: 'base',
  },
  {
    1: {
      says: 'IOMMU_OPTION of an unknown option fails with EOPNOTSUPP.',
      level: 'contract',
      source: [option, generalFormat, doOption],
    },
    2: {
      says: 'IOMMU_OPTION with a reserved field that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [option, generalFormat, doOption],
    },
    3: {
      says: 'IOMMU_OPTION with an operation that is neither SET nor GET fails with EOPNOTSUPP, for HUGE_PAGES after the IOAS is looked up.',
      level: 'contract',
      source: [option, generalFormat, linux('ioas.c', 'iommufd_ioas_option')],
    },
    4: {
      says: 'The option RLIMIT_MODE with an object id that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [options, generalFormat, rlimitMode],
    },
    5: {
      says: 'The option RLIMIT_MODE of a new file is 0 on /dev/iommu, and 1 on /dev/vfio/vfio where iommufd serves it.',
      level: 'contract',
      source: [options, linux('main.c', 'iommufd_fops_open')],
    },
    6: {
      says: 'Setting the option RLIMIT_MODE without CAP_SYS_RESOURCE fails with EPERM, whatever else is wrong.',
      level: 'contract',
      source: [options, rlimitMode],
    },
    7: {
      says: 'Setting the option RLIMIT_MODE while any object exists fails with EBUSY, also for an invalid value.',
      level: 'observed',
      source: [rlimitMode],
    },
    8: {
      says: 'Setting the option RLIMIT_MODE to a value other than 0 and 1 fails with EINVAL and leaves it as it was.',
      level: 'contract',
      source: [options, generalFormat, rlimitMode],
    },
    9: {
      says: 'The option RLIMIT_MODE of a file without objects can be set to 0 and to 1, and reads back as set.',
      level: 'contract',
      source: [options, rlimitMode],
    },
    10: {
      says: 'The option RLIMIT_MODE can be set again once all objects are destroyed.',
      level: 'observed',
      source: [rlimitMode],
    },
    11: {
      says: 'Setting or reading the option HUGE_PAGES of an id that names no IOAS fails with ENOENT.',
      level: 'contract',
      source: [options, generalFormat, linux('ioas.c', 'iommufd_ioas_option')],
    },
    12: {
      says: 'The option HUGE_PAGES of a new IOAS is 1.',
      level: 'contract',
      source: [options, hugePages],
    },
    13: {
      says: 'Setting the option HUGE_PAGES to a value other than 0 and 1 fails with EINVAL.',
      level: 'contract',
      source: [options, generalFormat, hugePages],
    },
    14: {
      says: 'Setting the option HUGE_PAGES to 0 fails with EINVAL if the IOAS has both a page table and a mapping, and succeeds with either alone.',
      level: 'observed',
      source: [disableLargePages],
    },
    15: {
      says: 'Setting the option HUGE_PAGES to 0 where it is 0 succeeds, also with a page table and a mapping.',
      level: 'observed',
      source: [disableLargePages],
    },
    16: {
      says: 'Setting the option HUGE_PAGES to 0 fails with EADDRINUSE, and the option stays 1, if a mapping has an IOVA, a length or an offset in its page that is no multiple of the page size.',
      level: 'observed',
      source: [disableLargePages, linux('io_pagetable.c', 'iopt_check_iova_alignment')],
    },
    17: {
      says: 'With the option HUGE_PAGES at 0 a map of a piece of a page fails with EINVAL.',
      level: 'contract',
      source: [options, linux('io_pagetable.c', 'iopt_calculate_iova_alignment')],
    },
    18: {
      says: 'Setting the option HUGE_PAGES to 1 always succeeds, and the alignment goes back to what the page tables and accesses need.',
      level: 'observed',
      source: [enableLargePages],
    },
    19: {
      says: 'With the option HUGE_PAGES at 0 memory of huge pages is mapped by entries of the page size only.',
      level: 'contract',
      source: [options, linux('pages.c', 'batch_to_domain')],
    },
    20: {
      says: 'IOMMU_OPTION writes back nothing but val64.',
      level: 'observed',
      source: [doOption],
    },
    21: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS with a reserved field that is not 0 fails with EOPNOTSUPP.',
      level: 'contract',
      source: [changeProcess, generalFormat, doChangeProcess],
      since: '6.14',
    },
    22: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS with a mapping of user memory or of a dma-buf in any IOAS of the file fails with EINVAL and changes nothing.',
      level: 'contract',
      source: [changeProcess, doChangeProcess],
      since: '6.14',
    },
    23: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS by the process that mapped succeeds, with mappings of memfds and without any, and leaves the counters as they were.',
      level: 'contract',
      source: [changeProcess, doChangeProcess],
      since: '6.14',
    },
    24: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS by another process moves to it what the pinned memfds are charged, VmPin and, with RLIMIT_MODE 1, VmLck, except for mappings made with CAP_IPC_LOCK, whose pages stay in the VmPin of the process that mapped.',
      level: 'observed',
      source: [changeProcess, linux('ioas.c', 'need_charge_update'), linux('ioas.c', 'change_mm')],
      since: '6.14',
    },
    25: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS by a process whose RLIMIT_MEMLOCK is too small for mappings made without CAP_IPC_LOCK fails with ENOMEM, and the process before stays charged.',
      level: 'contract',
      source: [changeProcess, linux('ioas.c', 'charge_current')],
      since: '6.14',
    },
    26: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS counts pages once that are mapped several times by IOMMU_IOAS_COPY.',
      level: 'observed',
      source: [doChangeProcess],
      since: '6.14',
    },
    27: {
      says: 'IOMMU_IOAS_CHANGE_PROCESS while another call maps either succeeds or fails with EBUSY and changes nothing.',
      level: 'open',
      source: [doChangeProcess],
      since: '6.14',
    },
    28: {
      says: 'An unmap after IOMMU_IOAS_CHANGE_PROCESS takes the pages off the count of the process that they are counted for, so that no process stays charged and no counter goes below 0, also for mappings made with CAP_IPC_LOCK.',
      level: 'contract',
      source: [changeProcess, linux('pages.c', 'iopt_pages_update_pinned')],
      since: '6.14',
    },
    29: {
      says: 'IOMMU_VFIO_IOAS with a reserved field that is not 0, or with an unknown operation, fails with EOPNOTSUPP.',
      level: 'contract',
      source: [vfioIoas, generalFormat, doVfioIoas],
    },
    30: {
      says: 'IOMMU_VFIO_IOAS_GET where none is set fails with ENODEV.',
      level: 'observed',
      source: [doVfioIoas],
    },
    31: {
      says: 'IOMMU_VFIO_IOAS_SET of an id that names no IOAS fails with ENOENT.',
      level: 'contract',
      source: [generalFormat, doVfioIoas],
    },
    32: {
      says: 'IOMMU_VFIO_IOAS_GET returns the id that was set last, and another one may be set at any time.',
      level: 'contract',
      source: [vfioIoas, doVfioIoas],
    },
    33: {
      says: 'IOMMU_VFIO_IOAS_CLEAR succeeds, also where none is set: GET fails with ENODEV afterwards, and the IOAS itself stays as it is.',
      level: 'contract',
      source: [vfioIoas, doVfioIoas],
    },
    34: {
      says: 'An IOAS that is set by IOMMU_VFIO_IOAS can be destroyed.',
      level: 'observed',
      source: [doVfioIoas],
    },
    35: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA without CAP_SYS_RAWIO fails with EPERM, whatever else is wrong.',
      level: 'observed',
      source: [doGetPa],
      since: '7.3',
      profile: 'noiommu',
    },
    36: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA fails with EOPNOTSUPP for a flag or a reserved field that is not 0, then EINVAL for a length of 0, then EOVERFLOW for an iova of U64_MAX, then ENOENT for an id that names no IOAS.',
      level: 'observed',
      source: [getPa, generalFormat, doGetPa],
      since: '7.3',
      profile: 'noiommu',
    },
    37: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA of an IOVA that is not mapped fails with ENOENT.',
      level: 'contract',
      source: [getPa, generalFormat, getPhys],
      since: '7.3',
      profile: 'noiommu',
    },
    38: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA of a mapping that has no page table, or has the one of a real IOMMU, fails with EOPNOTSUPP.',
      level: 'observed',
      source: [getPa, getPhys],
      since: '7.3',
      profile: 'noiommu',
    },
    39: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA with a noiommu device attached returns the physical address of the IOVA and the number of contiguous bytes from there, at most those asked for and not beyond the mapping.',
      level: 'contract',
      source: [getPa, getPhys],
      since: '7.3',
      profile: 'noiommu',
    },
    40: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA of a mapped dma-buf that was revoked fails with EINVAL.',
      level: 'observed',
      source: [getPhys],
      since: '7.3',
      profile: 'noiommu',
    },
  },
);
