import { book, linux, requirements, uapi } from '../../requirement.ts';

const manual = (chapter: string) =>
  book('AMD I/O Virtualization Technology (IOMMU) Specification, 48882', chapter);
const guestData = uapi('iommufd.h', 'struct iommu_hwpt_amd_guest');
const viommuInit = linux('drivers/iommu/amd/iommufd.c', 'amd_iommufd_viommu_init');
const onParent = linux('hw_pagetable.c', 'iommufd_hwpt_nested_alloc');
const onViommu = linux('hw_pagetable.c', 'iommufd_hwpt_alloc');
const invalidate = linux('hw_pagetable.c', 'iommufd_hwpt_invalidate');
const nested = linux('drivers/iommu/amd/nested.c', 'amd_iommu_alloc_domain_nested');
const checks = linux('drivers/iommu/amd/nested.c', 'validate_gdte_nested');
const guestEntry = linux('drivers/iommu/amd/nested.c', 'set_dte_nested');
const update = linux('drivers/iommu/amd/iommu.c', 'amd_iommu_update_dte');
const detach = linux('drivers/iommu/amd/iommu.c', 'detach_device');
const flush = linux('drivers/iommu/amd/iommu.c', '__domain_flush_pages');
const range = linux('drivers/iommu/amd/iommu.c', 'build_inv_address');
const canNest = linux('drivers/iommu/amd/iommu.c', 'is_nest_parent_supported');
const canTrack = linux('drivers/iommu/amd/iommu.c', 'amd_iommu_hd_support');
const flushOfGuests = linux('drivers/iommu/amd/iommu.c', 'iommu_flush_pages_v1_hdom_ids');

/** The numbers are those of the inventory of hardware, which has gaps. */
export const amd = requirements(
  { family: 'HW-AMD', title: 'AMD IOMMU', since: '6.12', profile: 'hardware-amd' },
  {
    1: {
      says: 'Each requester id behind an AMD IOMMU goes by its own device table entry: two devices with page tables of their own reach by one IOVA each its own memory, and one whose entry is cleared reaches nothing.',
      level: 'contract',
      source: [manual('2.2.2.1 Device Table Entry Format, unchecked'), update],
    },
    2: {
      says: 'A device table entry of a guest with a host page table, with V and GV and no GCR3 table, with a reserved GLX or a reserved paging mode is refused with EINVAL, and one with five levels on a host of four with EOPNOTSUPP.',
      level: 'observed',
      source: [guestData, checks],
      since: '7.0',
    },
    3: {
      says: 'A page table of a guest of AMD is one of x86-64 below a GCR3 table: each entry used is marked as accessed in the memory of the guest and that of a written page as dirty, which the parent has to allow, and other addresses lead nowhere.',
      level: 'contract',
      source: [manual('2.2.6 Guest page tables, unchecked')],
    },
    4: {
      says: 'A page table with DIRTY_TRACKING behind an AMD IOMMU marks a page when a device writes it, not when it reads it, tells each mark once, and marks again what is written after that, for pages of any size.',
      level: 'contract',
      source: [
        manual('2.2.3 I/O Page Tables for Host Translations, unchecked'),
        linux('drivers/iommu/amd/iommu.c', 'amd_iommu_set_dirty_tracking'),
      ],
    },
    5: {
      says: 'What is cached for one domain of a guest is not used for another, nor for a domain of another guest with the same id, and no call of the user invalidates it.',
      level: 'observed',
      source: [nested],
      since: '7.0',
    },
    6: {
      says: 'An entry, a page table or a page that a device behind an AMD IOMMU has used is no longer used, neither by the unit nor by the device, when the call that replaced it returns.',
      level: 'contract',
      source: [manual('2.4 Commands, unchecked'), flush],
    },
    7: {
      says: 'No device table entry of a guest is taken by IOMMU_HWPT_ALLOC, which fails with EOPNOTSUPP on a nesting parent and on a vIOMMU also for a valid one.',
      level: 'observed',
      source: [guestData, viommuInit, onParent],
      since: '7.0',
    },
    8: {
      says: 'IOMMU_HWPT_ALLOC on a page table looks at __reserved (EOPNOTSUPP), at a length without a type or the reverse (EINVAL), at the device (ENOENT) and at pt_id (EINVAL) before it fails with EOPNOTSUPP for any flags, type, length and parent.',
      level: 'observed',
      source: [onParent],
      since: '7.0',
    },
    9: {
      says: 'IOMMU_HWPT_ALLOC on a vIOMMU fails with EINVAL for a device behind another IOMMU, and with EOPNOTSUPP for one behind its own.',
      level: 'observed',
      source: [onViommu],
      since: '7.0',
    },
    10: {
      says: 'IOMMU_VIOMMU_ALLOC fails with EOPNOTSUPP for any flag and for the type DEFAULT and with EINVAL on a page table that is no nesting parent, and for any other type succeeds without a look at its data.',
      level: 'observed',
      source: [viommuInit],
      since: '7.0',
    },
    11: {
      says: 'IOMMU_HWPT_ALLOC with NEST_PARENT succeeds where the unit has guest translation and addresses of the guest in its GCR3 pointer, with DIRTY_TRACKING as well only where it also has dirty bits, and otherwise fails with EOPNOTSUPP.',
      level: 'observed',
      source: [canNest, canTrack],
      since: '7.0',
    },
    12: {
      says: 'IOMMU_HWPT_INVALIDATE returns an entry_num of 0 and fails with EOPNOTSUPP on a vIOMMU for every data type, and with EINVAL on its parent.',
      level: 'observed',
      source: [invalidate],
      since: '7.0',
    },
    13: {
      says: 'What is unmapped from a nesting parent that has vIOMMUs is no longer reached when IOMMU_IOAS_UNMAP returns, and what is mapped beside it still is.',
      level: 'observed',
      source: [flushOfGuests],
      since: '7.0',
    },
    14: {
      says: 'A nesting parent with vIOMMUs, be they of one unit or of two, cannot be destroyed (EBUSY) until the last of them is.',
      level: 'observed',
      source: [viommuInit],
      since: '7.0',
    },
    15: {
      says: 'The data of a device table entry of a guest are refused with EOPNOTSUPP for another data type, before they are copied, and with EINVAL for a length other than 32.',
      level: 'observed',
      source: [nested],
      since: '7.0',
    },
    16: {
      says: 'A device table entry of a guest is checked for a host page table, for a GCR3 table that is missing, for its paging mode, for its GLX and for five levels, in this order, and everything else in it is passed over.',
      level: 'observed',
      source: [checks],
      since: '7.0',
    },
    17: {
      says: 'The entry of a device at a page table of a guest has its rights, its domain and its host page table from the host and its GCR3 table from the guest, and without V and GV of the guest lets nothing through.',
      level: 'observed',
      source: [guestEntry],
      since: '7.0',
    },
    18: {
      says: 'Page tables of one vIOMMU with one domain id share what is cached as long as one of them is there, and those of two vIOMMUs or with two ids do not.',
      level: 'observed',
      source: [nested],
      since: '7.0',
    },
    19: {
      says: 'What is unmapped from a nesting parent of AMD is no longer reached by way of any page table of a guest when IOMMU_IOAS_UNMAP returns, and what is mapped beside it still is.',
      level: 'observed',
      source: [flushOfGuests],
      since: '7.0',
    },
    20: {
      says: 'A device whose PASIDs are enabled is refused by a page table of a guest with EINVAL.',
      level: 'observed',
      source: [linux('drivers/iommu/amd/nested.c', 'nested_attach_device')],
      since: '7.0',
    },
    21: {
      says: 'An unmap of any number of pages behind an AMD IOMMU takes the first and the last of them from the unit and from the device, and leaves the next one mapped.',
      level: 'observed',
      source: [range],
    },
    22: {
      says: 'A device behind an AMD IOMMU that keeps translations of its own loses those that are unmapped when IOMMU_IOAS_UNMAP returns, each such device of the page table.',
      level: 'observed',
      source: [flush],
    },
    23: {
      says: 'A device that is detached from a page table of AMD, or moved to another, uses nothing that the unit or it has kept of the old one, also when it comes back.',
      level: 'observed',
      source: [detach],
    },
  },
);
