import { documentation, linux, requirements, uapi } from '../requirement.ts';

const extension = uapi('vfio.h', 'VFIO_CHECK_EXTENSION');
const getInfo = uapi('vfio.h', 'VFIO_IOMMU_GET_INFO');
const mapDma = uapi('vfio.h', 'VFIO_IOMMU_MAP_DMA');
const unmapDma = uapi('vfio.h', 'VFIO_IOMMU_UNMAP_DMA');
const vfioIoas = uapi('iommufd.h', 'struct iommu_vfio_ioas');
const and = documentation('userspace-api/iommufd.rst', 'VFIO and IOMMUFD');
const ioctl = linux('vfio_compat.c', 'iommufd_vfio_ioctl');
const doExtension = linux('vfio_compat.c', 'iommufd_vfio_check_extension');
const cc = linux('vfio_compat.c', 'iommufd_vfio_cc_iommu');
const setIommu = uapi('vfio.h', 'VFIO_SET_IOMMU');
const doSet = linux('vfio_compat.c', 'iommufd_vfio_set_iommu');
const doInfo = linux('vfio_compat.c', 'iommufd_vfio_iommu_get_info');
const doMap = linux('vfio_compat.c', 'iommufd_vfio_map_dma');
const doUnmap = linux('vfio_compat.c', 'iommufd_vfio_unmap_dma');
const create = linux('vfio_compat.c', 'iommufd_vfio_compat_ioas_create');
const cut = linux('io_pagetable.c', 'iopt_cut_iova');
const groupContainer = linux('drivers/vfio/group.c', 'vfio_group_ioctl_set_container');
const setNoIommu = linux('vfio_compat.c', 'iommufd_vfio_compat_set_no_iommu');
const groupAttach = linux('drivers/vfio/iommufd.c', 'vfio_iommufd_compat_attach_ioas');

export const vfio = requirements(
  {
    family: 'VFIO',
    title: 'The VFIO container ioctls of an iommufd',
    since: '6.2',
    profile: 'vfio-compat',
  },
  {
    1: {
      says: 'VFIO_GET_API_VERSION of an iommufd returns 0.',
      level: 'contract',
      source: [uapi('vfio.h', 'VFIO_GET_API_VERSION'), ioctl],
    },
    2: {
      says: 'VFIO_CHECK_EXTENSION of an iommufd returns 1 for TYPE1, TYPE1v2 and UNMAP_ALL, and 0 once a group without an IOMMU was set.',
      level: 'contract',
      source: [extension, doExtension],
    },
    3: {
      says: 'VFIO_CHECK_EXTENSION of DMA_CC on an iommufd without a compatibility IOAS fails with ENODEV.',
      level: 'observed',
      source: [cc],
    },
    4: {
      says: 'VFIO_CHECK_EXTENSION of DMA_CC returns 1 if every page table of the compatibility IOAS enforces cache coherency, also if it has none, and 0 otherwise.',
      level: 'observed',
      source: [extension, cc],
    },
    5: {
      says: 'VFIO_CHECK_EXTENSION of an iommufd returns 0 for NESTING, UPDATE_VADDR, EEH, SPAPR and any unknown extension.',
      level: 'observed',
      source: [extension, doExtension],
    },
    6: {
      says: 'VFIO_CHECK_EXTENSION of NOIOMMU on an iommufd returns 1 on a kernel with VFIO for devices without an IOMMU, and 0 on any other.',
      level: 'observed',
      source: [doExtension],
    },
    7: {
      says: 'VFIO_SET_IOMMU of TYPE1 or TYPE1v2 on an iommufd without a compatibility IOAS fails with ENODEV.',
      level: 'observed',
      source: [doSet],
    },
    8: {
      says: 'VFIO_SET_IOMMU of another type on an iommufd fails with EINVAL.',
      level: 'observed',
      source: [setIommu, doSet],
    },
    9: {
      says: 'VFIO_SET_IOMMU of TYPE1v2 with a compatibility IOAS succeeds, each time.',
      level: 'observed',
      source: [setIommu, doSet],
    },
    10: {
      says: 'VFIO_SET_IOMMU of TYPE1 sets the option HUGE_PAGES of the compatibility IOAS to 0, and fails with EINVAL if it has both a page table and a mapping.',
      level: 'observed',
      source: [doSet, linux('io_pagetable.c', 'iopt_disable_large_pages')],
    },
    11: {
      says: 'VFIO_SET_IOMMU of NOIOMMU on an iommufd with a group in noiommu mode succeeds with CAP_SYS_RAWIO and fails with EPERM without it, and of any other type it fails with EINVAL.',
      level: 'observed',
      source: [doSet, setNoIommu],
      profile: 'noiommu',
    },
    12: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd with an argsz below 16 fails with EINVAL before the compatibility IOAS is looked up, and from memory that cannot be read with EFAULT.',
      level: 'observed',
      source: [getInfo, doInfo],
    },
    13: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd without a compatibility IOAS fails with ENODEV.',
      level: 'observed',
      source: [doInfo],
    },
    14: {
      says: 'VFIO_IOMMU_GET_INFO with an argsz that has no room for the capabilities returns their flag and that of page sizes, the argsz that has room, and a cap_offset of 0.',
      level: 'contract',
      source: [getInfo, doInfo],
    },
    15: {
      says: 'VFIO_IOMMU_GET_INFO with room for the capabilities returns the number of DMA entries left and after it the usable IOVA ranges, and whatever argsz is no byte beyond it is written.',
      level: 'contract',
      source: [getInfo, doInfo],
    },
    16: {
      says: 'VFIO_IOMMU_GET_INFO returns the page sizes that all page tables of the compatibility IOAS have in common, with those below the page size standing for the page size, and all from the page size on where there is none.',
      level: 'observed',
      source: [getInfo, linux('vfio_compat.c', 'iommufd_get_pagesizes')],
    },
    17: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd returns no migration capability.',
      level: 'observed',
      source: [doInfo],
    },
    18: {
      says: 'VFIO_IOMMU_MAP_DMA of an iommufd with an argsz below 32, or with a flag other than READ and WRITE, fails with EINVAL, and with ENODEV if only the compatibility IOAS is missing.',
      level: 'observed',
      source: [mapDma, doMap],
    },
    19: {
      says: 'VFIO_IOMMU_MAP_DMA maps at the given IOVA of the compatibility IOAS, with the errors of a fixed IOMMU_IOAS_MAP, and pins nothing while there is no page table.',
      level: 'contract',
      source: [mapDma, doMap],
    },
    20: {
      says: 'VFIO_IOMMU_MAP_DMA with neither READ nor WRITE succeeds while the compatibility IOAS has no page table; where it has one the driver of the IOMMU may refuse it with EINVAL, and no device reaches the memory.',
      level: 'observed',
      source: [doMap],
    },
    21: {
      says: 'VFIO_IOMMU_MAP_DMA with a size of 0 fails with EINVAL.',
      level: 'observed',
      source: [mapDma, doMap],
    },
    22: {
      says: 'VFIO_IOMMU_UNMAP_DMA of an iommufd with an argsz below 24, or with a flag other than ALL, fails with EINVAL, and with ENODEV if only the compatibility IOAS is missing.',
      level: 'observed',
      source: [unmapDma, doUnmap],
    },
    23: {
      says: 'VFIO_IOMMU_UNMAP_DMA of a range without a mapping succeeds and returns a size of 0.',
      level: 'observed',
      source: [unmapDma, doUnmap],
    },
    24: {
      says: 'VFIO_IOMMU_UNMAP_DMA of whole mappings removes them and returns the number of bytes in size.',
      level: 'contract',
      source: [unmapDma, doUnmap],
    },
    25: {
      says: 'VFIO_IOMMU_UNMAP_DMA of a part of a mapping after VFIO_SET_IOMMU of TYPE1v2 fails with ENOENT and returns a size of 0.',
      level: 'observed',
      source: [unmapDma, doUnmap],
    },
    26: {
      says: 'VFIO_IOMMU_UNMAP_DMA of a part of a mapping after VFIO_SET_IOMMU of TYPE1 removes exactly that part and leaves the rest mapped.',
      level: 'observed',
      source: [doUnmap, cut],
    },
    27: {
      says: 'VFIO_IOMMU_UNMAP_DMA of a part of a mapping that an access pins, after VFIO_SET_IOMMU of TYPE1, fails with EINVAL.',
      level: 'observed',
      source: [cut],
      profile: 'test-cmd',
    },
    28: {
      says: 'VFIO_IOMMU_UNMAP_DMA with a size of 0 and without the flag ALL fails with EINVAL and returns a size of 0.',
      level: 'observed',
      source: [doUnmap],
    },
    29: {
      says: 'VFIO_IOMMU_UNMAP_DMA with the flag ALL and an iova or a size that is not 0 fails with EINVAL and leaves its struct as it was.',
      level: 'contract',
      source: [unmapDma, doUnmap],
    },
    30: {
      says: 'VFIO_IOMMU_UNMAP_DMA with the flag ALL removes every mapping and returns the number of their bytes in size.',
      level: 'contract',
      source: [unmapDma, doUnmap],
    },
    31: {
      says: 'VFIO_IOMMU_DIRTY_PAGES, VFIO_IOMMU_ENABLE, VFIO_IOMMU_DISABLE, those of SPAPR and every other number of a container command fail on an iommufd with ENOTTY.',
      level: 'observed',
      source: [ioctl],
    },
    32: {
      says: 'VFIO_GROUP_SET_CONTAINER with an iommufd takes the compatibility IOAS that is set, and makes and sets one where there is none.',
      level: 'contract',
      source: [vfioIoas, uapi('vfio.h', 'VFIO_GROUP_SET_CONTAINER'), groupContainer, create],
    },
    33: {
      says: 'A device that was opened through its group keeps its IOAS when IOMMU_VFIO_IOAS sets another one or clears it.',
      level: 'contract',
      source: [vfioIoas, groupAttach],
    },
    34: {
      says: 'VFIO_GROUP_GET_DEVICE_FD of a group with an iommufd binds the device and attaches it to the compatibility IOAS.',
      level: 'contract',
      source: [and, uapi('vfio.h', 'VFIO_GROUP_GET_DEVICE_FD'), groupAttach],
    },
    35: {
      says: 'VFIO_GROUP_SET_CONTAINER of a group in noiommu mode with an iommufd that has a compatibility IOAS fails with EINVAL, and so does that of any other group after one in noiommu mode.',
      level: 'observed',
      source: [setNoIommu, create],
      profile: 'noiommu',
    },
    36: {
      says: 'Mappings of VFIO_IOMMU_MAP_DMA are charged as RLIMIT_MODE of the file says, which is 1 by default on /dev/vfio/vfio only.',
      level: 'contract',
      source: [uapi('iommufd.h', 'enum iommufd_option'), linux('main.c', 'iommufd_fops_open')],
    },
    37: {
      says: 'VFIO_IOMMU_MAP_DMA and IOMMU_IOAS_MAP map in the same address space: each fails with EEXIST where the other has mapped.',
      level: 'contract',
      source: [and, vfioIoas, doMap],
    },
    38: {
      says: 'With /dev/vfio/vfio served by iommufd a second group that joins the container is attached to the same IOAS, before VFIO_SET_IOMMU and after it.',
      level: 'contract',
      source: [and, groupContainer],
    },
    39: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd writes each part of the capabilities that ends within argsz: the number of DMA entries in 12 bytes, each range of usable IOVAs, and the head of these where all of them fit; a capability is linked where the next one may begin, and the gap between the two is left alone.',
      level: 'observed',
      source: [
        doInfo,
        linux('vfio_compat.c', 'iommufd_fill_cap_iova'),
        linux('vfio_compat.c', 'iommufd_fill_cap_dma_avail'),
      ],
    },
    40: {
      says: 'VFIO_IOMMU_GET_INFO of an iommufd with an argsz that runs into memory which cannot be written fails with EFAULT, after the parts before it have been written, and the struct itself is written last.',
      level: 'observed',
      source: [doInfo],
    },
    41: {
      says: 'VFIO_GROUP_GET_DEVICE_FD fails with ENODEV for a name that no device of the group has, and with EINVAL for the name of a PCI device behind which, after a space, stands what is no option, a vf_token that is no UUID, or one that the device has no use for.',
      level: 'observed',
      source: [
        linux('drivers/vfio/group.c', 'vfio_device_get_from_name'),
        linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_core_match'),
        linux('drivers/vfio/pci/vfio_pci_core.c', 'vfio_pci_validate_vf_token'),
      ],
    },
    42: {
      says: 'What was mapped by VFIO_IOMMU_MAP_DMA of an iommufd outlives its devices and groups: after the last device was closed and the last group has left it is no longer pinned, but still mapped, and seen by the next device; a container of type1 forgets it then.',
      level: 'observed',
      source: [
        and,
        linux('drivers/vfio/group.c', 'vfio_group_ioctl_unset_container'),
        linux('drivers/vfio/container.c', 'vfio_group_detach_container'),
      ],
    },
    43: {
      says: 'VFIO_IOMMU_UNMAP_DMA of an iommufd that fails at a mapping that it would cut, or that a hardware queue uses, has unmapped those before it and returns the number of their bytes in size.',
      level: 'observed',
      source: [unmapDma, doUnmap],
    },
  },
);
