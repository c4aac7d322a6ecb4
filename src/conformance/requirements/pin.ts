import { linux, requirements, uapi } from '../requirement.ts';

const options = uapi('iommufd.h', 'enum iommufd_option');
const charge = linux('pages.c', 'pfn_reader_user_update_pinned');
const updatePinned = linux('pages.c', 'iopt_pages_update_pinned');
const fillDomain = linux('pages.c', 'iopt_area_fill_domain');
const unfill = linux('pages.c', 'iopt_area_unfill_domain');
const pinPages = linux('device.c', 'iommufd_access_pin_pages');
const rw = linux('device.c', 'iommufd_access_rw');
const rwAccess = linux('pages.c', 'iopt_pages_rw_access');
const changeIoas = linux('device.c', 'iommufd_access_change_ioas');
const checkProt = linux('device.c', 'check_area_prot');
const addAccess = linux('pages.c', 'iopt_area_add_access');

export const pin = requirements(
  {
    family: 'PIN',
    title: 'Pinned pages, what they are charged to, and users in the kernel',
    since: '6.2',
    profile: 'base',
  },
  {
    1: {
      says: 'A map without CAP_IPC_LOCK into an IOAS with a page table fails with ENOMEM if the pages would exceed RLIMIT_MEMLOCK of the process, and unpins every page.',
      level: 'observed',
      source: [charge],
    },
    2: {
      says: 'A map by a process with CAP_IPC_LOCK is not held to RLIMIT_MEMLOCK, and what counts is that the process had the capability at the map, not when its pages are pinned.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_alloc_pages')],
    },
    3: {
      says: 'With RLIMIT_MODE 0 the pages that all processes of one user have pinned count together against RLIMIT_MEMLOCK.',
      level: 'contract',
      source: [options, charge],
    },
    4: {
      says: 'With RLIMIT_MODE 1 the pages count against RLIMIT_MEMLOCK of the process that mapped alone, and its VmLck grows by them.',
      level: 'contract',
      source: [options, linux('pages.c', 'update_mm_locked_vm')],
    },
    5: {
      says: 'In every mode, also for a process with CAP_IPC_LOCK, VmPin of the process that mapped grows by the pinned pages.',
      level: 'observed',
      source: [updatePinned],
    },
    6: {
      says: 'A map into an IOAS without a page table and without a pin of an access leaves VmPin as it was.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_fill_domains_pages')],
    },
    7: {
      says: 'The first attach to an IOAS whose mappings exceed RLIMIT_MEMLOCK fails with ENOMEM, pins nothing and leaves the IOAS as it was.',
      level: 'observed',
      source: [linux('io_pagetable.c', 'iopt_fill_domain'), charge],
    },
    8: {
      says: 'The pages of a mapping in an IOAS with two page tables are pinned and charged once.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_area_fill_domains')],
    },
    9: {
      says: 'Pages that IOMMU_IOAS_COPY maps into several IOAS, each with a page table, are pinned and charged once.',
      level: 'observed',
      source: [fillDomain],
    },
    10: {
      says: 'Two maps of the same memory of their own, in an IOAS with a page table, pin and charge its pages twice.',
      level: 'observed',
      source: [fillDomain],
    },
    11: {
      says: 'When the last page table of an IOAS goes, the pages of its mappings are unpinned and no longer charged, and the mappings stay.',
      level: 'observed',
      source: [unfill],
    },
    12: {
      says: 'When the last page table of an IOAS goes while an access pins part of a mapping, exactly that part stays pinned, also across the border of a huge page.',
      level: 'observed',
      source: [unfill],
    },
    13: {
      says: 'Unpinning a page of a writeable mapping marks the page dirty, so that what the device wrote outlives reclaim.',
      level: 'observed',
      source: [linux('pages.c', 'batch_unpin')],
    },
    14: {
      says: 'A mapping of less than a page pins and charges the whole page.',
      level: 'observed',
      source: [fillDomain],
    },
    15: {
      says: 'A map or an attach that fails half way leaves VmPin and the pins of every page as they were.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_err_unpin'), updatePinned],
    },
    16: {
      says: 'Another process that holds the file can unmap what a process mapped that has exited, and the pages are taken off the count of the user.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_release_pages')],
    },
    17: {
      says: 'An access that pins raises the alignment of its IOAS to the page size, and attaching it fails with EADDRINUSE if a mapping there has another alignment; an access that does not pin leaves the alignment at 1.',
      level: 'observed',
      source: [
        linux('io_pagetable.c', 'iopt_add_access'),
        linux('io_pagetable.c', 'iopt_calculate_iova_alignment'),
      ],
      profile: 'test-cmd',
    },
    18: {
      says: 'A pin of length 0 fails with EINVAL.',
      level: 'observed',
      source: [pinPages],
      profile: 'test-cmd',
    },
    19: {
      says: 'A pin, a read or a write of an access whose last IOVA passes U64_MAX fails with EOVERFLOW.',
      level: 'observed',
      source: [pinPages, rw],
      profile: 'test-cmd',
    },
    20: {
      says: 'A pin, a read or a write of an access fails with ENOENT if any byte of the range is not mapped, and no page stays pinned.',
      level: 'observed',
      source: [pinPages, rw],
      profile: 'test-cmd',
    },
    21: {
      says: 'A pin, a read or a write of an access that is attached to no IOAS fails with ENOENT.',
      level: 'observed',
      source: [pinPages, rw],
      profile: 'test-cmd',
    },
    22: {
      says: 'A pin for writing, or a write, of an access fails with EPERM if any mapping in the range is not writeable.',
      level: 'observed',
      source: [checkProt],
      profile: 'test-cmd',
    },
    23: {
      says: 'A pin for reading, or a read, of an access fails with EPERM if any mapping in the range is not readable.',
      level: 'observed',
      source: [checkProt],
      profile: 'test-cmd',
    },
    24: {
      says: 'A pin whose start is not page-aligned in its memory, or that crosses from one mapping to another at such a place, fails with EINVAL.',
      level: 'observed',
      source: [linux('device.c', 'iopt_area_contig_is_aligned')],
      profile: 'test-cmd',
    },
    25: {
      says: 'A pin in a mapping that another call is unmapping fails with EINVAL.',
      level: 'observed',
      source: [pinPages],
      profile: 'test-cmd',
    },
    26: {
      says: 'After two pins of one range the pages stay pinned until both are undone.',
      level: 'observed',
      source: [addAccess, linux('pages.c', 'iopt_area_remove_access')],
      profile: 'test-cmd',
    },
    27: {
      says: 'A pin returns the pages that the process has mapped at the user address.',
      level: 'observed',
      source: [addAccess],
      profile: 'test-cmd',
    },
    28: {
      says: 'A page table that comes and goes while an access pins a range maps the pinned pages, and the pages are never pinned a second time.',
      level: 'observed',
      source: [linux('pages.c', 'pfn_reader_fill_span')],
      profile: 'test-cmd',
    },
    29: {
      says: 'A read or a write of an access moves exactly the bytes of the range, at any alignment and across pages and mappings, whether the process that mapped makes the call or another one.',
      level: 'observed',
      source: [rw, rwAccess],
      profile: 'test-cmd',
    },
    30: {
      says: 'After the process that mapped has exited, a read or a write of an access fails with EFAULT where no page is pinned, and works where the pages are.',
      level: 'observed',
      source: [rwAccess],
      profile: 'test-cmd',
    },
    31: {
      says: 'A read or a write of an access reaches the memory of the process that mapped when another process makes the call.',
      level: 'observed',
      source: [linux('pages.c', 'iopt_pages_rw_page')],
      profile: 'test-cmd',
    },
    32: {
      says: 'Replacing the IOAS of an access drops all its pins, uses the new IOAS from then on, and the old one can be destroyed.',
      level: 'observed',
      source: [changeIoas],
      since: '6.6',
      profile: 'test-cmd',
    },
    33: {
      says: 'Replacing the IOAS of an access by the same one succeeds and keeps its pins.',
      level: 'observed',
      source: [changeIoas],
      since: '6.6',
      profile: 'test-cmd',
    },
    34: {
      says: 'Replacing the IOAS of an access by an id that names no IOAS, or the IOAS of an access that is attached to none, fails with ENOENT.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_access_replace')],
      since: '6.6',
      profile: 'test-cmd',
    },
    35: {
      says: 'Destroying an access drops its pins and lets go of its IOAS, which can be destroyed then.',
      level: 'observed',
      source: [linux('device.c', 'iommufd_access_destroy_object')],
      profile: 'test-cmd',
    },
    36: {
      says: 'Attaching a device without DMA of its own to a page table fails with ENOENT, and to an IOAS it succeeds and leaves pt_id as it was.',
      level: 'observed',
      source: [linux('drivers/vfio/iommufd.c', 'vfio_iommufd_emulated_attach_ioas')],
      since: '6.6',
      profile: 'vfio',
    },
    37: {
      says: 'Binding a device without DMA of its own returns the id of an access, for which IOMMU_GET_HW_INFO and IOMMU_HWPT_ALLOC fail with ENOENT.',
      level: 'observed',
      source: [
        linux('drivers/vfio/iommufd.c', 'vfio_iommufd_emulated_bind'),
        uapi('iommufd.h', 'DOC: General ioctl format'),
      ],
      since: '6.6',
      profile: 'vfio',
    },
    38: {
      says: 'An access that writes a range of which only the begin can be written fails, and the mappings before the one that cannot have been written; of that one its pages before as well, but none where the kernel reaches them frame by frame.',
      level: 'observed',
      source: [rw],
      profile: 'test-cmd',
    },
    39: {
      says: 'Each page of a mapping in an IOAS with a page table carries one pin until it is unmapped, whatever its rights are, and is the page that its process goes on with: what the process shares with another one since a fork, with a private mapping of a file, or has not touched yet, is made its own first, also for a mapping that is only readable.',
      level: 'observed',
      source: [linux('pages.c', 'pfn_reader_user_pin'), linux('mm/gup.c', 'gup_must_unshare')],
    },
  },
);
