import { linux, requirements, uapi } from '../requirement.ts';

const generalFormat = uapi('iommufd.h', 'DOC: General ioctl format');
const dispatch = linux('main.c', 'iommufd_fops_ioctl');
const copyStruct = linux('include/linux/uaccess.h', 'copy_struct_from_user');

export const abi = requirements(
  { family: 'ABI', title: 'The frame of every command', since: '6.2', profile: 'base' },
  {
    1: {
      says: 'Each command is recognised, and does not fail with ENOTTY, under exactly the request number of its row in the command table: type 0x3b, no direction and no size.',
      level: 'contract',
      source: [generalFormat, dispatch],
    },
    2: {
      says: 'The number of a known command under a direction, a size or a type byte that is not its own fails with ENOTTY.',
      level: 'contract',
      source: [generalFormat, dispatch],
    },
    3: {
      says: 'A number that is neither in the command table nor one of a VFIO container command fails with ENOTTY.',
      level: 'contract',
      source: [generalFormat, dispatch],
    },
    4: {
      says: 'On a kernel with IOMMU_TEST_CMD, a number between the last command and IOMMU_TEST_CMD fails with ENOTTY for a good pointer and with EFAULT for a bad one, as the size is read before the number is looked up.',
      level: 'observed',
      source: [dispatch],
      profile: 'test-cmd',
    },
    5: {
      says: 'A command whose argument is NULL or an address without memory fails with EFAULT.',
      level: 'observed',
      source: [dispatch],
    },
    6: {
      says: 'A size below the end of the last mandatory field, 0 included, fails with EINVAL, executes nothing and writes nothing back.',
      level: 'observed',
      source: [dispatch],
    },
    7: {
      says: 'A size from the last mandatory field on, but below the whole struct, is accepted, and the fields that are missing count as zero.',
      level: 'contract',
      source: [generalFormat, copyStruct],
    },
    8: {
      says: 'A size above the whole struct gives the same result as the exact size if every byte beyond the struct is zero.',
      level: 'contract',
      source: [generalFormat, copyStruct],
    },
    9: {
      says: 'A size above the whole struct with any non-zero byte beyond the struct fails with E2BIG and executes nothing.',
      level: 'contract',
      source: [generalFormat, copyStruct],
    },
    10: {
      says: 'A size that reaches into unmapped memory with only zero bytes between the struct and that memory fails with EFAULT.',
      level: 'observed',
      source: [copyStruct],
    },
    11: {
      says: 'A non-zero byte beyond the struct fails with E2BIG even if fields of the struct are invalid as well.',
      level: 'observed',
      source: [dispatch, copyStruct],
    },
    12: {
      says: 'A successful command whose size is below the whole struct writes back no byte beyond that size.',
      level: 'contract',
      source: [generalFormat, linux('iommufd_private.h', 'iommufd_ucmd_respond')],
    },
    13: {
      says: 'A successful command whose size is above the whole struct leaves the bytes beyond the struct and the size field as they were.',
      level: 'observed',
      source: [linux('iommufd_private.h', 'iommufd_ucmd_respond')],
    },
    14: {
      says: 'A command that makes an object fails with EFAULT if its struct is in read-only memory, and the object, its id and its file descriptor are free again.',
      level: 'observed',
      source: [
        linux('ioas.c', 'iommufd_ioas_alloc_ioctl'),
        linux('main.c', 'iommufd_object_abort_and_destroy'),
      ],
    },
    15: {
      says: 'IOMMU_IOAS_MAP, IOMMU_IOAS_MAP_FILE and IOMMU_IOAS_COPY with their struct in read-only memory fail with EFAULT, and the mapping that they made stays.',
      level: 'observed',
      source: [linux('ioas.c', 'iommufd_ioas_map'), linux('ioas.c', 'iommufd_ioas_copy')],
    },
    16: {
      says: 'IOMMU_IOAS_UNMAP with its struct in read-only memory fails with EFAULT, and the range is unmapped all the same.',
      level: 'observed',
      source: [linux('ioas.c', 'iommufd_ioas_unmap')],
    },
    17: {
      says: 'An unknown flag bit, or an unknown value of an option, operation or type field, fails with EOPNOTSUPP.',
      level: 'contract',
      source: [generalFormat],
    },
    18: {
      says: 'A reserved field that is not 0 fails with EOPNOTSUPP, those of ABI-19 aside.',
      level: 'contract',
      source: [generalFormat],
    },
    19: {
      says: 'A non-zero __reserved2 of IOMMU_HWPT_ALLOC, or __reserved of IOMMU_VIOMMU_ALLOC or IOMMU_HWPT_SET_DIRTY_TRACKING, either fails with EOPNOTSUPP or is ignored; the header says that it must be 0, and Linux does not look.',
      level: 'open',
      source: [
        uapi('iommufd.h', 'struct iommu_hwpt_alloc'),
        linux('hw_pagetable.c', 'iommufd_hwpt_alloc'),
      ],
      since: '6.6',
    },
    20: {
      says: 'A command that fails leaves its struct as it was, except IOMMU_HWPT_INVALIDATE, which always writes back, and IOMMU_IOAS_IOVA_RANGES, which writes back with EMSGSIZE.',
      level: 'observed',
      source: [dispatch],
    },
    21: {
      says: 'Any command of a 32-bit process on a 64-bit kernel fails with ENOTTY.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops')],
    },
    22: {
      says: '/dev/iommu is the misc character device "iommu" with mode 0660.',
      level: 'observed',
      source: [linux('main.c', 'iommu_misc_dev')],
    },
    23: {
      says: 'Where iommufd serves the VFIO container, /dev/vfio/vfio is a misc device of minor 196 with mode 0666 that takes every iommufd command.',
      level: 'observed',
      source: [linux('main.c', 'vfio_misc_dev')],
      profile: 'vfio-compat',
    },
    24: {
      says: 'read() and write() of an iommufd fail with EINVAL, and poll() reports it as always ready.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops')],
    },
    25: {
      says: 'A shared mmap() of an iommufd at an offset that no object handed out fails with ENXIO.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops_mmap')],
      changed: { after: '6.12', was: 'Any mmap() of an iommufd fails with ENODEV.' },
    },
    26: {
      says: 'IOMMU_IOAS_COPY with flag bit 16 is accepted on a kernel with IOMMU_TEST_CMD, which takes the source as an offset into the n-th mapping, and fails with EOPNOTSUPP on any other.',
      level: 'observed',
      source: [linux('selftest.c', 'iommufd_test_syz_conv_iova_id')],
      profile: 'test-cmd',
    },
    27: {
      says: 'A process that inherited or received the file descriptor works on the same objects under the same ids, and its new mappings take the memory of that process.',
      level: 'observed',
      source: [linux('main.c', 'iommufd_fops_open'), linux('pages.c', 'iopt_alloc_user_pages')],
    },
    28: {
      says: 'A command with several faults reports the first of: reserved fields and flags, arithmetic, ids, state of the object.',
      level: 'observed',
      source: [dispatch],
    },
    29: {
      says: 'IOMMU_IOAS_NOIOMMU_GET_PA on a kernel built without noiommu fails with EOPNOTSUPP.',
      level: 'observed',
      source: [linux('iommufd_private.h', 'iommufd_ioas_noiommu_get_pa')],
      since: '7.3',
      profile: 'noiommu',
    },
    30: {
      says: 'IOMMU_GET_HW_INFO with a requested type overwrites that field with the type it returns.',
      level: 'contract',
      source: [uapi('iommufd.h', 'struct iommu_hw_info')],
      since: '6.17',
    },
    31: {
      says: 'IOMMU_IOAS_IOVA_RANGES, and IOMMU_OPTION with GET, fail with EFAULT if their struct is in read-only memory; so does IOMMU_OPTION with SET, and sets the option all the same.',
      level: 'observed',
      source: [linux('ioas.c', 'iommufd_ioas_iova_ranges'), linux('main.c', 'iommufd_option')],
    },
  },
);
